# compat/talloc/tests/local.mk - tests of libown-talloc. Each is built with libtalloc too, where that
# is installed: libtalloc.sh runs those.

talloc_world = %D%/included.h %D%/world.c %D%/world.h
talloc_driver = %D%/included.h %D%/differential.c %D%/differential.h %D%/differential_calls.c
TALLOC_OURS = libown-talloc.la $(CONTRACT_LIBS)
TALLOC_THEIRS = $(CONTRACT_LIBS) $(TALLOC_LIBS)
TALLOC_THEIR_CPPFLAGS = $(AM_CPPFLAGS) $(TALLOC_CFLAGS) -DTEST_LIBTALLOC
talloc_programs = %D%/differential
%C%_differential_SOURCES = $(talloc_driver)
%C%_differential_LDADD = libown-talloc.la libown.la

if HAVE_CHECK
contract_tests += \
	%D%/destructors \
	%D%/pools \
	%D%/references \
	%D%/reports \
	%D%/strings \
	%D%/threads \
	%D%/tree
abort_tests += %D%/faults %D%/misuse %D%/null
%C%_destructors_SOURCES = %D%/destructors.c $(talloc_world)
%C%_destructors_LDADD = $(TALLOC_OURS)
%C%_faults_SOURCES = %D%/faults.c $(talloc_world)
%C%_faults_LDADD = $(TALLOC_OURS)
%C%_misuse_SOURCES = %D%/misuse.c $(talloc_world)
%C%_misuse_LDADD = $(TALLOC_OURS)
%C%_null_SOURCES = %D%/null.c $(talloc_world)
%C%_null_LDADD = $(TALLOC_OURS)
%C%_pools_SOURCES = %D%/pools.c $(talloc_world)
%C%_pools_LDADD = $(TALLOC_OURS)
%C%_references_SOURCES = %D%/references.c $(talloc_world)
%C%_references_LDADD = $(TALLOC_OURS)
%C%_reports_SOURCES = %D%/reports.c $(talloc_world)
%C%_reports_LDADD = $(TALLOC_OURS)
%C%_strings_SOURCES = %D%/strings.c $(talloc_world)
%C%_strings_LDADD = $(TALLOC_OURS)
%C%_threads_SOURCES = %D%/threads.c $(talloc_world)
%C%_threads_LDADD = $(TALLOC_OURS)
%C%_tree_SOURCES = %D%/tree.c $(talloc_world)
%C%_tree_LDADD = $(TALLOC_OURS)
endif

if COMPARE_TALLOC
talloc_programs += %D%/differential-libtalloc
%C%_differential_libtalloc_SOURCES = $(talloc_driver)
%C%_differential_libtalloc_CPPFLAGS = $(TALLOC_THEIR_CPPFLAGS)
%C%_differential_libtalloc_LDADD = $(TALLOC_LIBS)
if HAVE_CHECK
talloc_programs += \
	%D%/destructors-libtalloc \
	%D%/faults-libtalloc \
	%D%/misuse-libtalloc \
	%D%/null-libtalloc \
	%D%/pools-libtalloc \
	%D%/references-libtalloc \
	%D%/reports-libtalloc \
	%D%/strings-libtalloc \
	%D%/tree-libtalloc
%C%_destructors_libtalloc_SOURCES = %D%/destructors.c $(talloc_world)
%C%_destructors_libtalloc_CPPFLAGS = $(TALLOC_THEIR_CPPFLAGS)
%C%_destructors_libtalloc_LDADD = $(TALLOC_THEIRS)
%C%_faults_libtalloc_SOURCES = %D%/faults.c $(talloc_world)
%C%_faults_libtalloc_CPPFLAGS = $(TALLOC_THEIR_CPPFLAGS)
%C%_faults_libtalloc_LDADD = $(TALLOC_THEIRS)
%C%_misuse_libtalloc_SOURCES = %D%/misuse.c $(talloc_world)
%C%_misuse_libtalloc_CPPFLAGS = $(TALLOC_THEIR_CPPFLAGS)
%C%_misuse_libtalloc_LDADD = $(TALLOC_THEIRS)
%C%_null_libtalloc_SOURCES = %D%/null.c $(talloc_world)
%C%_null_libtalloc_CPPFLAGS = $(TALLOC_THEIR_CPPFLAGS)
%C%_null_libtalloc_LDADD = $(TALLOC_THEIRS)
%C%_pools_libtalloc_SOURCES = %D%/pools.c $(talloc_world)
%C%_pools_libtalloc_CPPFLAGS = $(TALLOC_THEIR_CPPFLAGS)
%C%_pools_libtalloc_LDADD = $(TALLOC_THEIRS)
%C%_references_libtalloc_SOURCES = %D%/references.c $(talloc_world)
%C%_references_libtalloc_CPPFLAGS = $(TALLOC_THEIR_CPPFLAGS)
%C%_references_libtalloc_LDADD = $(TALLOC_THEIRS)
%C%_reports_libtalloc_SOURCES = %D%/reports.c $(talloc_world)
%C%_reports_libtalloc_CPPFLAGS = $(TALLOC_THEIR_CPPFLAGS)
%C%_reports_libtalloc_LDADD = $(TALLOC_THEIRS)
%C%_strings_libtalloc_SOURCES = %D%/strings.c $(talloc_world)
%C%_strings_libtalloc_CPPFLAGS = $(TALLOC_THEIR_CPPFLAGS)
%C%_strings_libtalloc_LDADD = $(TALLOC_THEIRS)
%C%_tree_libtalloc_SOURCES = %D%/tree.c $(talloc_world)
%C%_tree_libtalloc_CPPFLAGS = $(TALLOC_THEIR_CPPFLAGS)
%C%_tree_libtalloc_LDADD = $(TALLOC_THEIRS)
endif
endif

check_PROGRAMS += $(talloc_programs)
script_tests += %D%/differential.sh %D%/libtalloc.sh
$(talloc_programs): private LIBTOOL = $(SHELL) $(top_srcdir)/tests/link.sh
