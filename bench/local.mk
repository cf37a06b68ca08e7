# bench/local.mk - libown beside what a program would use instead; built and run by make bench only.
#
#     make bench                                     all of it: about an hour
#     make bench BENCH_FLAGS=--quick                 a few minutes, to see that it works
#     make bench BENCH_FLAGS='--workloads=region- --peers=own,apr,bump --runs=3'
#     make bench-plots                               the samples of the last run as SVG
#     make bench-document                            ... and into doc/performance
#
# bench runs the programs peer-NAME, one a process. Each has one adapter and no other library in it,
# because some of them replace malloc.

peers = \
	%D%/peer-atomic \
	%D%/peer-bump \
	%D%/peer-malloc \
	%D%/peer-own \
	%D%/peer-plain

peer_sources = \
	%D%/measure.c \
	%D%/measure.h \
	%D%/peer.h \
	%D%/rss.c \
	%D%/trace.c \
	%D%/workload_array.h \
	%D%/workload_chain.h \
	%D%/workload_churn.h \
	%D%/workload_curve.h \
	%D%/workload_few.h \
	%D%/workload_foreign.h \
	%D%/workload_grow.h \
	%D%/workload_reference.h \
	%D%/workload_region.h \
	%D%/workload_return.h \
	%D%/workload_scale.h \
	%D%/workload_threads.h \
	%D%/workload_tree.h \
	%D%/workload_weak.h \
	%D%/workloads.h

%C%_bench_SOURCES = \
	%D%/bench.c \
	%D%/bench.h \
	%D%/catalogue.c \
	%D%/machine.c \
	%D%/report.c \
	%D%/run.c \
	%D%/samples.c
%C%_bench_CPPFLAGS = -DBENCH_CFLAGS='"$(CFLAGS)"' -DBENCH_INSTRUMENTED='"$(INSTRUMENT_FLAGS)"'
%C%_bench_LDADD =

%C%_peer_atomic_SOURCES = %D%/peer_atomic.c $(peer_sources)
%C%_peer_atomic_LDADD =
%C%_peer_bump_SOURCES = %D%/peer_bump.c $(peer_sources)
%C%_peer_bump_LDADD =
%C%_peer_malloc_SOURCES = %D%/peer_malloc.c $(peer_sources)
%C%_peer_malloc_LDADD =
%C%_peer_own_SOURCES = %D%/peer_own.c $(peer_sources)
%C%_peer_own_LDADD = libown.la
%C%_peer_own_LDFLAGS = $(AM_LDFLAGS) -no-install
%C%_peer_plain_SOURCES = %D%/peer_plain.c $(peer_sources)
%C%_peer_plain_LDADD =

if HAVE_TALLOC
peers += %D%/peer-talloc %D%/peer-talloc_pool
%C%_bench_CPPFLAGS += -DHAVE_TALLOC
%C%_peer_talloc_SOURCES = %D%/peer_talloc.c %D%/peer_talloc.h $(peer_sources)
%C%_peer_talloc_CPPFLAGS = $(TALLOC_CFLAGS)
%C%_peer_talloc_LDADD = $(TALLOC_LIBS)
%C%_peer_talloc_pool_SOURCES = %D%/peer_talloc_pool.c %D%/peer_talloc.h $(peer_sources)
%C%_peer_talloc_pool_CPPFLAGS = $(TALLOC_CFLAGS)
%C%_peer_talloc_pool_LDADD = $(TALLOC_LIBS)
endif

if HAVE_APR
peers += %D%/peer-apr
%C%_bench_CPPFLAGS += -DHAVE_APR
%C%_peer_apr_SOURCES = %D%/peer_apr.c $(peer_sources)
%C%_peer_apr_CPPFLAGS = $(APR_CFLAGS)
%C%_peer_apr_LDADD = $(APR_LIBS)
endif

if HAVE_MIMALLOC
peers += %D%/peer-mimalloc
%C%_bench_CPPFLAGS += -DHAVE_MIMALLOC
%C%_peer_mimalloc_SOURCES = %D%/peer_mimalloc.c $(peer_sources)
%C%_peer_mimalloc_LDADD = $(MIMALLOC_LIBS)
endif

# cymem is called through Cython, whose code is not ours to be warned about.
if HAVE_CYMEM
peers += %D%/peer-cymem
%C%_bench_CPPFLAGS += -DHAVE_CYMEM
%C%_peer_cymem_SOURCES = %D%/peer_cymem.c $(peer_sources)
%C%_peer_cymem_CPPFLAGS = -I%D% $(CYMEM_CFLAGS)
%C%_peer_cymem_LDADD = %D%/libcymem_calls.la $(PYTHON_LIBS)
EXTRA_LTLIBRARIES = %D%/libcymem_calls.la
nodist_%C%_libcymem_calls_la_SOURCES = %D%/cymem_calls.c
%C%_libcymem_calls_la_CPPFLAGS = $(CYMEM_CFLAGS)
%C%_libcymem_calls_la_CFLAGS = $(AM_CFLAGS) -w
%D%/peer_cymem-peer_cymem.$(OBJEXT): %D%/cymem_calls.c

%D%/cymem_calls.c: %D%/cymem_calls.pyx
	$(MKDIR_P) %D%
	$(CYTHON) -3 -o $@ $(srcdir)/%D%/cymem_calls.pyx
endif

if HAVE_GOBJECT
peers += %D%/peer-g_atomic_rc_box %D%/peer-g_rc_box %D%/peer-gobject
%C%_bench_CPPFLAGS += -DHAVE_GOBJECT
%C%_peer_g_atomic_rc_box_SOURCES = %D%/peer_g_atomic_rc_box.c $(peer_sources)
%C%_peer_g_atomic_rc_box_CPPFLAGS = $(GOBJECT_CFLAGS)
%C%_peer_g_atomic_rc_box_LDADD = $(GOBJECT_LIBS)
%C%_peer_g_rc_box_SOURCES = %D%/peer_g_rc_box.c $(peer_sources)
%C%_peer_g_rc_box_CPPFLAGS = $(GOBJECT_CFLAGS)
%C%_peer_g_rc_box_LDADD = $(GOBJECT_LIBS)
%C%_peer_gobject_SOURCES = %D%/peer_gobject.c $(peer_sources)
%C%_peer_gobject_CPPFLAGS = $(GOBJECT_CFLAGS)
%C%_peer_gobject_LDADD = $(GOBJECT_LIBS)
endif

# A peer that is a Python program.
peer_scripts =
if HAVE_NUMPY
peer_scripts += %D%/peer-numpy
%C%_bench_CPPFLAGS += -DHAVE_NUMPY
endif

%D%/peer-numpy: %D%/peer_numpy.py
	$(AM_V_GEN){ echo '#!$(NUMPY_PYTHON)' && cat $(srcdir)/%D%/peer_numpy.py; } >$@.new && \
		chmod +x $@.new && mv -f $@.new $@

EXTRA_PROGRAMS += %D%/bench %D%/bench-collect $(peers)
CLEANFILES += %D%/bench$(EXEEXT) %D%/bench-collect$(EXEEXT) $(peers) %D%/peer-numpy %D%/last.tsv %D%/last.txt \
	%D%/cymem_calls.c %D%/cymem_calls.h %D%/libcymem_calls.la

bench: %D%/bench$(EXEEXT) $(peers) $(peer_scripts)
	rm -f %D%/last.tsv
	%D%/bench$(EXEEXT) --tsv=%D%/last.tsv $(BENCH_FLAGS) | tee %D%/last.txt
	@test -s %D%/last.tsv

# Collections of cycles, beside those of CPython.
%C%_bench_collect_SOURCES = %D%/collect.c
%C%_bench_collect_LDADD = libown.la
%C%_bench_collect_LDFLAGS = $(AM_LDFLAGS) -no-install

bench-collect: %D%/bench-collect$(EXEEXT)
	$(SHELL) $(srcdir)/%D%/collect.sh %D%/bench-collect$(EXEEXT) \
		$(if $(NUMPY_PYTHON),$(NUMPY_PYTHON),python3) $(srcdir)/%D%/collect.py

bench-plots:
	$(SHELL) $(srcdir)/%D%/plot.sh %D%/last.tsv %D%/plots

bench-document: bench-plots
	$(SHELL) $(srcdir)/%D%/document.sh %D%/last.txt %D%/plots $(srcdir)/doc/performance

mostlyclean-local: clean-plots
clean-plots:
	-rm -rf %D%/plots

EXTRA_DIST += \
	%D%/collect.py \
	%D%/collect.sh \
	%D%/cymem_calls.pyx \
	%D%/document.sh \
	%D%/peer_numpy.py \
	%D%/plot.sh \
	doc/performance \
	doc/plots

.PHONY: bench bench-collect bench-document bench-plots clean-plots
