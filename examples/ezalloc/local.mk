# examples/ezalloc/local.mk - managed arrays and their unmanaged twins.

noinst_PROGRAMS += %D%/ezalloc
%C%_ezalloc_LDADD = libown.la
%C%_ezalloc_SOURCES = %D%/ezalloc.c

TESTS += %D%/tests/ezalloc.sh
EXTRA_DIST += %D%/README %D%/python/ezalloc.pyx %D%/python/test_alloc.py %D%/tests/ezalloc.sh
