# examples/settings/local.mk - a program written for talloc, before and after its move to libown.

noinst_PROGRAMS += %D%/with_own %D%/with_talloc
%C%_with_own_LDADD = libown.la
%C%_with_own_SOURCES = %D%/with_own.c
%C%_with_talloc_LDADD = libown-talloc.la libown.la
%C%_with_talloc_SOURCES = %D%/with_talloc.c

TESTS += %D%/tests/settings.sh
EXTRA_DIST += %D%/README %D%/tests/settings.sh
