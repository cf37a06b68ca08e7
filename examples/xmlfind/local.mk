# examples/xmlfind/local.mk - searches XML files; expat's and zlib's memory are a pool's.

noinst_PROGRAMS += %D%/xmlfind
%C%_xmlfind_CPPFLAGS = $(AM_CPPFLAGS) $(EXPAT_CFLAGS) $(ZLIB_CFLAGS)
%C%_xmlfind_LDADD = libown.la $(EXPAT_LIBS) $(ZLIB_LIBS)
%C%_xmlfind_LDFLAGS = $(AM_LDFLAGS) -no-install
%C%_xmlfind_SOURCES = \
	%D%/document.c \
	%D%/document.h \
	%D%/hooks.c \
	%D%/hooks.h \
	%D%/main.c

TESTS += %D%/tests/xmlfind.sh
EXTRA_DIST += \
	%D%/README \
	%D%/tests/xmlfind.sh
