# tests/local.mk - what make check runs. tests/README says what is where.
#
# A contract test sees what a user sees: it links libown.la, and the harness of shared/. Its name in
# contract_tests is enough. A unit test reaches internals and links the core archive:
#
#     unit_tests += %D%/unit/count
#     %C%_unit_count_CPPFLAGS = $(UNIT_CPPFLAGS)
#     %C%_unit_count_LDADD = $(UNIT_LIBS)
#
# A stress test is a plain program without Check, in stress_tests, and has STRESS_LIBS for LDADD.
# All these run under Valgrind too, where Check does not fork; programs whose tests expect a process
# to abort go into abort_tests instead, which do not.

AM_CPPFLAGS += -I$(top_srcdir)/%D%/shared $(CHECK_CFLAGS)
CONTRACT_LIBS = %D%/shared/libharness.la libown.la $(CHECK_LIBS)
UNIT_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/src
UNIT_LIBS = %D%/shared/libunit.la %D%/shared/libharness.la src/libown-core.la $(CHECK_LIBS)
STRESS_LIBS = libown.la
LDADD = $(CONTRACT_LIBS)

contract_tests =
unit_tests =
stress_tests =
abort_tests =

if HAVE_CHECK

# What tests share: for all of them, and for those that reach internals.
check_LTLIBRARIES += %D%/shared/libharness.la %D%/shared/libunit.la
%C%_shared_libharness_la_SOURCES = \
	%D%/shared/asker.c \
	%D%/shared/asker.h \
	%D%/shared/blocks.c \
	%D%/shared/blocks.h \
	%D%/shared/harness.c \
	%D%/shared/harness.h \
	%D%/shared/public.c \
	%D%/shared/public.h \
	%D%/shared/source.c \
	%D%/shared/source.h \
	%D%/shared/watch.c \
	%D%/shared/watch.h
%C%_shared_libharness_la_CPPFLAGS = $(AM_CPPFLAGS) -DTOP_SRCDIR='"$(abs_top_srcdir)"'
%C%_shared_libunit_la_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_shared_libunit_la_SOURCES = \
	%D%/shared/breach.c \
	%D%/shared/breach.h \
	%D%/shared/fault_world.c \
	%D%/shared/fault_world.h \
	%D%/shared/holder.c \
	%D%/shared/holder.h

abort_tests += \
	%D%/contract/abort \
	%D%/contract/checked \
	%D%/contract/checked_right \
	%D%/contract/interrupted \
	%D%/contract/race \
	%D%/unit/overflow \
	%D%/unit/secure
%C%_unit_overflow_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_overflow_LDADD = $(UNIT_LIBS)
%C%_unit_secure_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_secure_LDADD = $(UNIT_LIBS)
%C%_contract_checked_SOURCES = %D%/contract/checked.c %D%/contract/checked.h
%C%_contract_checked_right_SOURCES = %D%/contract/checked_right.c %D%/contract/checked.h

unit_tests += \
	%D%/unit/arguments \
	%D%/unit/array \
	%D%/unit/buffer \
	%D%/unit/cache \
	%D%/unit/chunk \
	%D%/unit/count \
	%D%/unit/dying \
	%D%/unit/faults \
	%D%/unit/faults_every \
	%D%/unit/faults_foreign \
	%D%/unit/faults_monitor \
	%D%/unit/faults_objects \
	%D%/unit/foreign \
	%D%/unit/handing \
	%D%/unit/ledger \
	%D%/unit/limit_edges \
	%D%/unit/inside \
	%D%/unit/labels \
	%D%/unit/leaving \
	%D%/unit/limits \
	%D%/unit/lists \
	%D%/unit/limits_met \
	%D%/unit/lock \
	%D%/unit/map \
	%D%/unit/memory \
	%D%/unit/pages \
	%D%/unit/sites \
	%D%/unit/short \
	%D%/unit/taps \
	%D%/unit/stacks \
	%D%/unit/parts \
	%D%/unit/ready \
	%D%/unit/report \
	%D%/unit/system \
	%D%/unit/tallies \
	%D%/unit/share \
	%D%/unit/slot \
	%D%/unit/source \
	%D%/unit/ticks \
	%D%/unit/types \
	%D%/unit/validate_chunk \
	%D%/unit/validate_foreign \
	%D%/unit/validate_ledger \
	%D%/unit/validate_memory \
	%D%/unit/validate_others \
	%D%/unit/validate_page \
	%D%/unit/validate_pool \
	%D%/unit/validate_remote \
	%D%/unit/validate_weakref \
	%D%/unit/weakref
%C%_unit_arguments_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_arguments_LDADD = $(UNIT_LIBS)
%C%_unit_array_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_array_LDADD = $(UNIT_LIBS)
%C%_unit_buffer_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_buffer_LDADD = $(UNIT_LIBS)
%C%_unit_cache_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_cache_LDADD = $(UNIT_LIBS)
%C%_unit_chunk_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_chunk_LDADD = $(UNIT_LIBS)
%C%_unit_count_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_count_LDADD = $(UNIT_LIBS)
%C%_unit_dying_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_dying_LDADD = $(UNIT_LIBS)
%C%_unit_faults_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_faults_LDADD = $(UNIT_LIBS)
%C%_unit_faults_every_SOURCES = \
	%D%/unit/every.h \
	%D%/unit/every_arrays.c \
	%D%/unit/every_blocks.c \
	%D%/unit/every_objects.c \
	%D%/unit/every_pools.c \
	%D%/unit/every_process.c \
	%D%/unit/every_setting.c \
	%D%/unit/faults_every.c
%C%_unit_faults_every_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_faults_every_LDADD = $(UNIT_LIBS)
%C%_unit_faults_foreign_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_faults_foreign_LDADD = $(UNIT_LIBS)
%C%_unit_faults_monitor_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_faults_monitor_LDADD = $(UNIT_LIBS)
%C%_unit_faults_objects_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_faults_objects_LDADD = $(UNIT_LIBS)
%C%_unit_foreign_SOURCES = %D%/unit/foreign.c %D%/unit/foreign_model.c %D%/unit/foreign_model.h
%C%_unit_foreign_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_foreign_LDADD = $(UNIT_LIBS)
%C%_unit_handing_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_handing_LDADD = $(UNIT_LIBS)
%C%_unit_ledger_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_ledger_LDADD = $(UNIT_LIBS)
%C%_unit_limit_edges_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_limit_edges_LDADD = $(UNIT_LIBS)
%C%_unit_inside_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_inside_LDADD = $(UNIT_LIBS)
%C%_unit_tallies_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_tallies_LDADD = $(UNIT_LIBS)
%C%_unit_labels_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_labels_LDADD = $(UNIT_LIBS)
%C%_unit_leaving_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_leaving_LDADD = $(UNIT_LIBS)
%C%_unit_lists_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_lists_LDADD = $(UNIT_LIBS)
%C%_unit_limits_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_limits_LDADD = $(UNIT_LIBS)
%C%_unit_limits_met_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_limits_met_LDADD = $(UNIT_LIBS)
%C%_unit_lock_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_lock_LDADD = $(UNIT_LIBS)
%C%_unit_report_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_report_LDADD = $(UNIT_LIBS)
%C%_unit_map_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_map_LDADD = $(UNIT_LIBS)
%C%_unit_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_memory_LDADD = $(UNIT_LIBS)
%C%_unit_pages_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_pages_LDADD = $(UNIT_LIBS)
%C%_unit_parts_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_parts_LDADD = $(UNIT_LIBS)
%C%_unit_ready_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_ready_LDADD = $(UNIT_LIBS)
%C%_unit_sites_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_sites_LDADD = $(UNIT_LIBS)
%C%_unit_short_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_short_LDADD = $(UNIT_LIBS)
%C%_unit_taps_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_taps_LDADD = $(UNIT_LIBS)
%C%_unit_stacks_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_stacks_LDADD = $(UNIT_LIBS)
%C%_unit_system_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_system_LDADD = $(UNIT_LIBS)
%C%_unit_share_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_share_LDADD = $(UNIT_LIBS)
%C%_unit_slot_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_slot_LDADD = $(UNIT_LIBS)
%C%_unit_source_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_source_LDADD = $(UNIT_LIBS)
%C%_unit_ticks_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_ticks_LDADD = $(UNIT_LIBS)
%C%_unit_types_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_types_LDADD = $(UNIT_LIBS)
%C%_unit_validate_chunk_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_validate_chunk_LDADD = $(UNIT_LIBS)
%C%_unit_validate_foreign_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_validate_foreign_LDADD = $(UNIT_LIBS)
%C%_unit_validate_ledger_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_validate_ledger_LDADD = $(UNIT_LIBS)
%C%_unit_validate_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_validate_memory_LDADD = $(UNIT_LIBS)
%C%_unit_validate_others_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_validate_others_LDADD = $(UNIT_LIBS)
%C%_unit_validate_page_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_validate_page_LDADD = $(UNIT_LIBS)
%C%_unit_validate_pool_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_validate_pool_LDADD = $(UNIT_LIBS)
%C%_unit_validate_remote_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_validate_remote_LDADD = $(UNIT_LIBS)
%C%_unit_validate_weakref_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_validate_weakref_LDADD = $(UNIT_LIBS)
%C%_unit_weakref_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_unit_weakref_LDADD = $(UNIT_LIBS)

contract_tests += \
	%D%/contract/address \
	%D%/contract/adopt \
	%D%/contract/adopt_reentry \
	%D%/contract/adopt_with \
	%D%/contract/allocator \
	%D%/contract/array \
	%D%/contract/block \
	%D%/contract/block_move \
	%D%/contract/buffer \
	%D%/contract/bump \
	%D%/contract/chunks \
	%D%/contract/chunks_fixed \
	%D%/contract/churn \
	%D%/contract/clear \
	%D%/contract/collect \
	%D%/contract/collect_model \
	%D%/contract/collect_rules \
	%D%/contract/contents \
	%D%/contract/count \
	%D%/contract/dead \
	%D%/contract/cymem \
	%D%/contract/death \
	%D%/contract/depth \
	%D%/contract/drop \
	%D%/contract/field \
	%D%/contract/finalizer \
	%D%/contract/exact \
	%D%/contract/failed \
	%D%/contract/fork \
	%D%/contract/format \
	%D%/contract/holders \
	%D%/contract/fields \
	%D%/contract/import \
	%D%/contract/items \
	%D%/contract/limit \
	%D%/contract/limited_by \
	%D%/contract/list \
	%D%/contract/list_blocks \
	%D%/contract/list_model \
	%D%/contract/list_random \
	%D%/contract/misuse \
	%D%/contract/monitor \
	%D%/contract/monitor_place \
	%D%/contract/nested \
	%D%/contract/no_object \
	%D%/contract/object \
	%D%/contract/numbers \
	%D%/contract/options \
	%D%/contract/ownership \
	%D%/contract/pairs \
	%D%/contract/pep442 \
	%D%/contract/phases \
	%D%/contract/pool \
	%D%/contract/pool_of \
	%D%/contract/realloc_raw \
	%D%/contract/rearm \
	%D%/contract/report \
	%D%/contract/report_numbers \
	%D%/contract/walk \
	%D%/contract/reentry \
	%D%/contract/shared \
	%D%/contract/shared_blocks \
	%D%/contract/shared_limits \
	%D%/contract/shared_list \
	%D%/contract/shared_rules \
	%D%/contract/shared_walk \
	%D%/contract/short_axes \
	%D%/contract/saved \
	%D%/contract/sampled \
	%D%/contract/sites \
	%D%/contract/sized \
	%D%/contract/stacking \
	%D%/contract/string \
	%D%/contract/toggle \
	%D%/contract/toggle_rules \
	%D%/contract/survival \
	%D%/contract/usage \
	%D%/contract/view \
	%D%/contract/view_model \
	%D%/contract/view_shared \
	%D%/contract/weakref \
	%D%/contract/weakref_calls \
	%D%/contract/weakref_depth \
	%D%/contract/weakref_late \
	%D%/contract/weakref_misuse \
	%D%/contract/weakref_often \
	%D%/contract/weakref_shared

endif

stress_tests += %D%/contract/stress
%C%_contract_stress_SOURCES = \
	%D%/contract/stress.c \
	%D%/contract/stress.h \
	%D%/contract/stress_counts.c \
	%D%/contract/stress_handing.c \
	%D%/contract/stress_tree.c
%C%_contract_stress_LDADD = $(STRESS_LIBS)

valgrind_tests = $(unit_tests) $(contract_tests) $(stress_tests) $(model_programs)
check_PROGRAMS += $(valgrind_tests) $(abort_tests)
TESTS += $(script_tests) $(valgrind_tests) $(abort_tests)

# Scripts: what is installed, exported and written, and what models say, rather than what runs. The
# longest is first, so that others run beside it.
script_tests = \
	$(model_tests) \
	$(page_tests) \
	$(checks_tests) \
	$(once_tests) \
	%D%/exports.sh \
	%D%/gdb.sh \
	%D%/hardening.sh \
	%D%/numpy.sh \
	%D%/probes.sh \
	%D%/report.sh

pairs_sources = \
	%D%/contract/pairs.h \
	%D%/contract/pairs_arrays.c \
	%D%/contract/pairs_blocks.c \
	%D%/contract/pairs_objects.c \
	%D%/contract/pairs_pools.c \
	%D%/contract/pairs_world.c
%C%_contract_interrupted_SOURCES = %D%/contract/interrupted.c $(pairs_sources)
%C%_contract_pairs_SOURCES = %D%/contract/pairs.c $(pairs_sources)
%C%_contract_report_SOURCES = %D%/contract/report.c %D%/contract/report.h
%C%_contract_report_numbers_SOURCES = %D%/contract/report_numbers.c %D%/contract/report.h

# What gdb.sh, probes.sh and report.sh look at.
check_PROGRAMS += %D%/gdb/subject %D%/probes/subject %D%/report/tree
%C%_gdb_subject_LDADD = libown.la
%C%_gdb_subject_LDFLAGS = $(AM_LDFLAGS) -no-install
%C%_probes_subject_LDADD = libown.la
%C%_probes_subject_LDFLAGS = $(AM_LDFLAGS) -no-install
%C%_report_tree_LDADD = libown.la
%C%_report_tree_LDFLAGS = $(AM_LDFLAGS) -no-install

# The models, and the page in its browser, have nothing of the library: make check model_tests=
# page_tests= leaves them out where another build has checked them; ownstat_tests= those of ownstat,
# checks_tests= the table of bugs; once_tests= what depends on no option of configure.
model_tests = %D%/models.sh
page_tests = %D%/page.sh
checks_tests = %D%/checks.sh
once_tests = %D%/abi.sh %D%/cplusplus.sh %D%/cython.sh %D%/guide.sh %D%/headers.sh \
	%D%/install.sh %D%/lint.sh %D%/manual.sh %D%/owncheck.sh %D%/packages.sh %D%/refuses.sh

EXTRA_DIST += \
	%D%/link.sh \
	$(script_tests) \
	%D%/README \
	%D%/abi.sh \
	%D%/dist.sh \
	%D%/abi/signatures.py \
	%D%/abi/x86_64 \
	%D%/checks/bugs.c \
	%D%/cplusplus/wrappers.cc \
	%D%/matrix/lacks.c \
	%D%/matrix/matrix.sh \
	%D%/matrix/pages.c \
	%D%/matrix/rows \
	%D%/matrix/shrink.c \
	%D%/matrix/some \
	%D%/matrix/without.c \
	%D%/mutants/argued \
	%D%/mutants/mutants.py \
	%D%/mutants/places.py \
	%D%/models.sh \
	%D%/checks.sh \
	%D%/guide.sh \
	%D%/headers.sh \
	%D%/install.sh \
	%D%/lint.sh \
	%D%/manual.sh \
	%D%/cplusplus.sh \
	%D%/cython.sh \
	%D%/owncheck.sh \
	%D%/packages.sh \
	%D%/refuses.sh \
	%D%/page.sh \
	%D%/owncheck/idioms_objects.c \
	%D%/owncheck/idioms_owners.c \
	%D%/owncheck/idioms_paths.c \
	%D%/owncheck/mistakes_borrowed.c \
	%D%/owncheck/mistakes_leaks.c \
	%D%/owncheck/mistakes_releases.c \
	%D%/report/formats.py \
	%D%/timed.sh \
	%D%/page/browser.py \
	%D%/page/checks.py \
	%D%/page/fixtures.py \
	%D%/models/drop.pml \
	%D%/models/get.pml \
	%D%/models/outside.pml \
	%D%/models/revival.pml \
	%D%/models/shared.pml \
	%D%/models/total.pml \
	%D%/models/tree.pml \
	%D%/models/weakref.pml

TEST_EXTENSIONS = .sh
timed = $(SHELL) $(srcdir)/%D%/timed.sh
LOG_COMPILER = $(timed)
SH_LOG_COMPILER = $(timed) $(SHELL)
AM_TESTS_ENVIRONMENT = \
	export CC='$(CC)' CXX='$(CXX)' NM='$(NM)' MAKE='$(MAKE)' PKG_CONFIG='$(PKG_CONFIG)'; \
	export SPIN='$(SPIN)' AWK='$(AWK)' CLANG='$(CLANG)' DOXYGEN='$(DOXYGEN)'; \
	export CPPFLAGS='$(CPPFLAGS)' CFLAGS='$(CFLAGS)' CXXFLAGS='$(CXXFLAGS)' LDFLAGS='$(LDFLAGS)'; \
	export INSTRUMENT_FLAGS='$(INSTRUMENT_FLAGS)' HARDENING_FLAGS='$(HARDENING_FLAGS)'; \
	export OWN_SANITIZER='$(enable_sanitizer)'; \
	export top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)'; \
	export includedir='$(includedir)' libdir='$(libdir)' pkgconfigdir='$(pkgconfigdir)'; \
	export datadir='$(datadir)'; \
	export NUMPY_PYTHON='$(NUMPY_PYTHON)'; \
	export OWN_OBJECTS='$(src_libown_core_la_OBJECTS)'; \
	export OWN_SHARED='$(enable_shared)' OWN_STATIC='$(enable_static)'; \
	export ASAN_OPTIONS="$${ASAN_OPTIONS-detect_stack_use_after_return=1}"; \
	export UBSAN_OPTIONS="$${UBSAN_OPTIONS-print_stacktrace=1}"; \
	export TSAN_OPTIONS="$${TSAN_OPTIONS-second_deadlock_stack=1}";

# Test programs are linked without libtool. This is of GNU make, which the rest does not need: others
# take it for a target that nobody asks for.
$(valgrind_tests) $(abort_tests): private LIBTOOL = $(SHELL) $(top_srcdir)/tests/link.sh

# Valgrind's own errors end a test with 99, which the harness takes for a hard error.
# Threads take turns, as one that waits for another may else run for ever. Names of inline functions
# would be read at the start of each test, and be in reports only; the lines are there without them.
# libtool, as a test may be a script of its own that begins the program.
VALGRIND_FLAGS = --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite \
	--errors-for-leak-kinds=definite --fair-sched=try --read-inline-info=no
check-valgrind: $(check_PROGRAMS)
	@test -n "$(VALGRIND)" || { echo "valgrind is missing"; exit 1; }
	@test -n "`echo $(valgrind_tests)`" || { echo "no test programs: Check is missing"; exit 1; }
	CK_FORK=no CK_TIMEOUT_MULTIPLIER=50 OWN_UNDER_VALGRIND=1 \
		$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(valgrind_tests)' \
		LOG_COMPILER='$(timed) $(LIBTOOL) --silent --mode=execute $(VALGRIND) $(VALGRIND_FLAGS)'

# The contract tests in pools that are checked (own/check.h), where what checks say does not abort.
# Left out: tests of the sizes that other pools round to, and of where blocks lie.
check-checked: $(check_PROGRAMS)
	@test -n "`echo $(contract_tests)`" || { echo "no test programs: Check is missing"; exit 1; }
	@tests=; for t in $(contract_tests); do \
		case $${t##*/} in \
		address | adopt | block | block_move | bump | churn | exact | fork | limit | pool | \
		realloc_raw | report_numbers | sites | shared | shared_blocks | shared_walk | stacking | \
		string | usage) ;; \
		*) tests="$$tests $$t" ;; \
		esac; \
	done; \
	OWN_CHECK=guard,fill,quarantine,continue \
		$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS="$$tests"

# The last thing that make check says: what tests have left out, and why; tests/timed.sh has the
# seconds in the logs.
check-local: check-TESTS
	@awk '/^(SKIP|skipped): / { sub(/^[A-Za-z]*: /, ""); print FILENAME ": " $$0 }' $(TEST_LOGS) | \
		sed -n -e '1s/^/Left out:\n/' -e 's/\.log: /: /' -e p
	@awk '/^took [0-9]+ s$$/ && $$2 >= 2 { print $$2 " s  " FILENAME }' $(TEST_LOGS) | sort -rn | \
		sed -n -e '1s/^/The slowest tests:\n/' -e '1,10p'

# Changes the library in one place after another, and looks whether the tests see it. Not for make
# check: it takes a second for each test that a mutant survives.
mutants:
	python3 -B $(srcdir)/%D%/mutants/mutants.py --source $(srcdir) $(MUTANTS_FLAGS) mutants

# Other compilers, flags, processors, C libraries and kernels: rows of a table. Not for make check: it
# builds the library some twenty times. matrix-programs is what the script asks for.
matrix:
	@top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
		$(SHELL) $(srcdir)/%D%/matrix/matrix.sh $(MATRIX_ROWS)
matrix-programs:
	@echo $(unit_tests) $(contract_tests) $(stress_tests) $(abort_tests) $(model_programs)

.PHONY: check-checked check-valgrind matrix matrix-programs mutants
