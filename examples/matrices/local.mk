# examples/matrices/local.mk - an array of sparse matrices, once with pools and once without.

matrices_common = \
	%D%/main.c \
	%D%/market.c \
	%D%/market.h \
	%D%/matrices.h \
	%D%/row.c

noinst_PROGRAMS += %D%/with_pools %D%/without_pools
%C%_with_pools_LDADD = libown.la
%C%_with_pools_LDFLAGS = $(AM_LDFLAGS) -no-install
%C%_with_pools_SOURCES = $(matrices_common) %D%/with_pools.c
%C%_without_pools_LDADD =
%C%_without_pools_SOURCES = $(matrices_common) %D%/without_pools.c

TESTS += %D%/tests/matrices.sh
EXTRA_DIST += \
	%D%/README \
	%D%/tests/matrices.sh
