# compat/talloc/local.mk - libown-talloc: the interface of libtalloc, on the public headers.

lib_LTLIBRARIES += libown-talloc.la
libown_talloc_la_CFLAGS = $(AM_CFLAGS) $(LIBRARY_CFLAGS)
libown_talloc_la_CPPFLAGS = -I$(top_srcdir)/include $(DEBUG_CPPFLAGS)
libown_talloc_la_SOURCES = \
	%D%/chunk.c \
	%D%/chunk.h \
	%D%/context.c \
	%D%/free.c \
	%D%/heap.c \
	%D%/heap.h \
	%D%/limit.c \
	%D%/limit.h \
	%D%/misuse.c \
	%D%/name.c \
	%D%/null.c \
	%D%/pool.c \
	%D%/pool.h \
	%D%/realloc.c \
	%D%/reference.c \
	%D%/report.c \
	%D%/string.c \
	%D%/tree.c
libown_talloc_la_LIBADD = libown.la
libown_talloc_la_LDFLAGS = $(AM_LDFLAGS) $(LIBRARY_LDFLAGS) \
	-no-undefined -version-info $(OWN_VERSION_INFO)
if HAVE_VERSION_SCRIPT
libown_talloc_la_LDFLAGS += -Wl,--version-script=$(srcdir)/%D%/libown-talloc.map
libown_talloc_la_DEPENDENCIES = libown.la %D%/libown-talloc.map
else
libown_talloc_la_LDFLAGS += -export-symbols-regex '^own_'
endif

pkgconfig_DATA += own-talloc.pc
EXTRA_DIST += %D%/libown-talloc.map doc/moving-from-talloc

# Beside libtalloc, in two programs from one source.
EXTRA_PROGRAMS += %D%/bench-own
%C%_bench_own_SOURCES = %D%/bench.c bench/measure.c bench/measure.h bench/rss.c
%C%_bench_own_CPPFLAGS = -I$(top_srcdir)/include -I$(top_srcdir)/bench -DBENCH_OWN=1
%C%_bench_own_LDADD = libown-talloc.la libown.la
talloc_benches = %D%/bench-own$(EXEEXT)
if HAVE_TALLOC
EXTRA_PROGRAMS += %D%/bench-libtalloc
%C%_bench_libtalloc_SOURCES = %D%/bench.c bench/measure.c bench/measure.h bench/rss.c
%C%_bench_libtalloc_CPPFLAGS = -I$(top_srcdir)/bench -DBENCH_OWN=0 $(TALLOC_CFLAGS)
%C%_bench_libtalloc_LDADD = $(TALLOC_LIBS)
talloc_benches += %D%/bench-libtalloc$(EXEEXT)
endif
EXTRA_DIST += %D%/bench.sh

bench-talloc: $(talloc_benches)
	$(SHELL) $(srcdir)/%D%/bench.sh $(talloc_benches)

.PHONY: bench-talloc
