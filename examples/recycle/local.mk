# examples/recycle/local.mk - frames that are used again instead of dying.

noinst_PROGRAMS += %D%/recycle
%C%_recycle_LDADD = libown.la
%C%_recycle_SOURCES = %D%/recycle.c

TESTS += %D%/tests/recycle.sh
EXTRA_DIST += %D%/README %D%/tests/recycle.sh
