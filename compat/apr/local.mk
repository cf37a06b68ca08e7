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
