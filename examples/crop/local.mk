# examples/crop/local.mk - a part of an array, copied.

noinst_PROGRAMS += %D%/crop
%C%_crop_LDADD = libown.la
%C%_crop_SOURCES = %D%/crop.c %D%/crop.h %D%/main.c

check_PROGRAMS += %D%/tests/crop
%C%_tests_crop_LDADD = libown.la
%C%_tests_crop_SOURCES = %D%/crop.c %D%/crop.h %D%/tests/crop.c

TESTS += %D%/tests/crop
EXTRA_DIST += %D%/README %D%/python/crop.pyx %D%/python/test_crop.expected \
	%D%/python/test_crop.py
