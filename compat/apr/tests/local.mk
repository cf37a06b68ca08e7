# compat/apr/tests/local.mk - the tests of own/compat/apr_pools.h. Included after tests/local.mk.
#
# Each is built twice: against libown-apr, and, where libapr-1 is installed, against that as
# NAME-real, which proves that what the test says is so. subject.h tells more.

APR_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D% -DOWN_APR_ALONE
APR_TEST_LIBS = %D%/libsubject.la libown-apr.la $(CONTRACT_LIBS)
APR_REAL_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/%D% -DAPR_TESTS_REAL $(APR_CFLAGS)
APR_REAL_LIBS = %D%/libsubject-real.la $(CONTRACT_LIBS) $(APR_LIBS)

apr_differential = %D%/differential
%C%_differential_SOURCES = \
	%D%/differential.c \
	%D%/differential.h \
	%D%/differential_calls.c \
	%D%/differential_world.c
%C%_differential_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_differential_LDADD = libown-apr.la libown.la

if COMPARE_APR
apr_differential += %D%/differential-real
%C%_differential_real_SOURCES = $(%C%_differential_SOURCES)
%C%_differential_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_differential_real_LDADD = $(APR_LIBS)
endif

check_PROGRAMS += $(apr_differential)
$(apr_differential): private LIBTOOL = $(SHELL) $(top_srcdir)/tests/link.sh
TESTS += %D%/differential.sh
EXTRA_DIST += %D%/differential.sh

if HAVE_CHECK

check_LTLIBRARIES += %D%/libsubject.la
%C%_libsubject_la_SOURCES = %D%/subject.c %D%/subject.h
%C%_libsubject_la_CPPFLAGS = $(APR_TEST_CPPFLAGS)

contract_tests += \
	%D%/allocator \
	%D%/cleanups \
	%D%/debug \
	%D%/exec \
	%D%/memory \
	%D%/processes \
	%D%/reentry \
	%D%/strings \
	%D%/threads \
	%D%/mixed \
	%D%/tree \
	%D%/userdata

%C%_mixed_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_mixed_LDADD = $(APR_TEST_LIBS)
%C%_allocator_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_allocator_LDADD = $(APR_TEST_LIBS)
%C%_cleanups_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_cleanups_LDADD = $(APR_TEST_LIBS)
%C%_debug_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_debug_LDADD = $(APR_TEST_LIBS)
%C%_exec_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_exec_LDADD = $(APR_TEST_LIBS)
%C%_memory_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_memory_LDADD = $(APR_TEST_LIBS)
%C%_processes_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_processes_LDADD = $(APR_TEST_LIBS)
%C%_reentry_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_reentry_LDADD = $(APR_TEST_LIBS)
%C%_strings_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_strings_LDADD = $(APR_TEST_LIBS)
%C%_threads_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_threads_LDADD = $(APR_TEST_LIBS)
%C%_tree_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_tree_LDADD = $(APR_TEST_LIBS)
%C%_userdata_CPPFLAGS = $(APR_TEST_CPPFLAGS)
%C%_userdata_LDADD = $(APR_TEST_LIBS)

if COMPARE_APR

check_LTLIBRARIES += %D%/libsubject-real.la
%C%_libsubject_real_la_SOURCES = $(%C%_libsubject_la_SOURCES)
%C%_libsubject_real_la_CPPFLAGS = $(APR_REAL_CPPFLAGS)

# They do not run under Valgrind: what it would find is libapr-1's.
apr_real_tests = \
	%D%/allocator-real \
	%D%/cleanups-real \
	%D%/debug-real \
	%D%/exec-real \
	%D%/memory-real \
	%D%/processes-real \
	%D%/reentry-real \
	%D%/strings-real \
	%D%/threads-real \
	%D%/tree-real \
	%D%/userdata-real

check_PROGRAMS += $(apr_real_tests)
$(apr_real_tests): private LIBTOOL = $(SHELL) $(top_srcdir)/tests/link.sh
TESTS += $(apr_real_tests)

%C%_allocator_real_SOURCES = %D%/allocator.c
%C%_allocator_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_allocator_real_LDADD = $(APR_REAL_LIBS)
%C%_cleanups_real_SOURCES = %D%/cleanups.c
%C%_cleanups_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_cleanups_real_LDADD = $(APR_REAL_LIBS)
%C%_debug_real_SOURCES = %D%/debug.c
%C%_debug_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_debug_real_LDADD = $(APR_REAL_LIBS)
%C%_exec_real_SOURCES = %D%/exec.c
%C%_exec_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_exec_real_LDADD = $(APR_REAL_LIBS)
%C%_memory_real_SOURCES = %D%/memory.c
%C%_memory_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_memory_real_LDADD = $(APR_REAL_LIBS)
%C%_processes_real_SOURCES = %D%/processes.c
%C%_processes_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_processes_real_LDADD = $(APR_REAL_LIBS)
%C%_reentry_real_SOURCES = %D%/reentry.c
%C%_reentry_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_reentry_real_LDADD = $(APR_REAL_LIBS)
%C%_strings_real_SOURCES = %D%/strings.c
%C%_strings_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_strings_real_LDADD = $(APR_REAL_LIBS)
%C%_threads_real_SOURCES = %D%/threads.c
%C%_threads_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_threads_real_LDADD = $(APR_REAL_LIBS)
%C%_tree_real_SOURCES = %D%/tree.c
%C%_tree_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_tree_real_LDADD = $(APR_REAL_LIBS)
%C%_userdata_real_SOURCES = %D%/userdata.c
%C%_userdata_real_CPPFLAGS = $(APR_REAL_CPPFLAGS)
%C%_userdata_real_LDADD = $(APR_REAL_LIBS)

endif
endif
