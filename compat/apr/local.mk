# compat/apr/local.mk - libown-apr: the pools of APR on libown (include/own/compat/apr_pools.h).
#
# It uses the public headers of libown only, and no header of APR.

lib_LTLIBRARIES += libown-apr.la
libown_apr_la_CPPFLAGS = $(AM_CPPFLAGS) -DOWN_APR_ALONE
libown_apr_la_CFLAGS = $(AM_CFLAGS) $(LIBRARY_CFLAGS)
libown_apr_la_SOURCES = \
	%D%/allocator.c \
	%D%/cleanups.c \
	%D%/format.c \
	%D%/format.h \
	%D%/format_rare.c \
	%D%/pools.c \
	%D%/process.c \
	%D%/record.c \
	%D%/record.h \
	%D%/strings.c
libown_apr_la_LIBADD = libown.la
libown_apr_la_LDFLAGS = $(AM_LDFLAGS) $(LIBRARY_LDFLAGS) \
	-no-undefined -version-info $(OWN_VERSION_INFO)
if HAVE_VERSION_SCRIPT
libown_apr_la_LDFLAGS += -Wl,--version-script=$(srcdir)/%D%/libown-apr.map
libown_apr_la_DEPENDENCIES = libown.la %D%/libown-apr.map
else
libown_apr_la_LDFLAGS += -export-symbols-regex '^own_apr_'
endif

pkgconfig_DATA += own-apr.pc

EXTRA_DIST += \
	%D%/libown-apr.map

# make bench-apr: beside libapr-1, in one process.
if HAVE_APR
EXTRA_PROGRAMS += %D%/bench
CLEANFILES += %D%/bench$(EXEEXT)
%C%_bench_CPPFLAGS = $(AM_CPPFLAGS) $(APR_CFLAGS)
%C%_bench_SOURCES = \
	%D%/bench.c \
	%D%/bench.h \
	%D%/bench_own.c \
	%D%/bench_real.c \
	%D%/bench_workloads.h
%C%_bench_LDADD = libown-apr.la libown.la $(APR_LIBS)
%C%_bench_LDFLAGS = $(AM_LDFLAGS) -no-install

bench-apr: %D%/bench$(EXEEXT)
	taskset -c 0 %D%/bench$(EXEEXT)
endif

.PHONY: bench-apr
