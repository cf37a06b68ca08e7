# examples/respd/local.mk - the server, and its tests: programs and scripts that start one of their
# own.

noinst_PROGRAMS += %D%/respd
%C%_respd_CPPFLAGS = $(AM_CPPFLAGS) $(UV_CFLAGS) $(HIREDIS_CFLAGS)
%C%_respd_LDADD = libown.la $(UV_LIBS) $(HIREDIS_LIBS)
%C%_respd_SOURCES = \
	%D%/admin.c \
	%D%/arrival.c \
	%D%/census.c \
	%D%/census.h \
	%D%/channels.c \
	%D%/channels.h \
	%D%/clients.c \
	%D%/commands.c \
	%D%/commands.h \
	%D%/connection.c \
	%D%/connection.h \
	%D%/copies.c \
	%D%/counters.c \
	%D%/cycles.c \
	%D%/database.c \
	%D%/database.h \
	%D%/deadlines.c \
	%D%/describe.c \
	%D%/descriptions.c \
	%D%/descriptions.h \
	%D%/edits.c \
	%D%/expiring.c \
	%D%/expiry.c \
	%D%/floats.c \
	%D%/glob.c \
	%D%/glob.h \
	%D%/hashes.c \
	%D%/info.c \
	%D%/inline.c \
	%D%/keys.c \
	%D%/list.c \
	%D%/list.h \
	%D%/listener.c \
	%D%/listener.h \
	%D%/lists.c \
	%D%/main.c \
	%D%/message.c \
	%D%/message.h \
	%D%/mirror.c \
	%D%/mirror.h \
	%D%/monitor.c \
	%D%/monitor.h \
	%D%/number.c \
	%D%/number.h \
	%D%/parser.c \
	%D%/parser.h \
	%D%/random.c \
	%D%/random.h \
	%D%/refusal.c \
	%D%/refusal.h \
	%D%/reply.c \
	%D%/report.c \
	%D%/report.h \
	%D%/request.c \
	%D%/request.h \
	%D%/server.c \
	%D%/server.h \
	%D%/session.c \
	%D%/setops.c \
	%D%/sets.c \
	%D%/siphash.c \
	%D%/siphash.h \
	%D%/statistics.c \
	%D%/statistics.h \
	%D%/strings.c \
	%D%/subcommands.c \
	%D%/subscribe.c \
	%D%/subscribe.h \
	%D%/summaries.c \
	%D%/table.c \
	%D%/table.h \
	%D%/text.c \
	%D%/text.h \
	%D%/transaction.c \
	%D%/transaction.h \
	%D%/tree.c \
	%D%/watch.c \
	%D%/watch.h \
	%D%/worker.c \
	%D%/worker.h

respd_tests = \
	%D%/tests/admin \
	%D%/tests/crowd \
	%D%/tests/cycles \
	%D%/tests/drain \
	%D%/tests/expiry \
	%D%/tests/faults \
	%D%/tests/hammer \
	%D%/tests/hold \
	%D%/tests/kill \
	%D%/tests/limit \
	%D%/tests/model \
	%D%/tests/monitor \
	%D%/tests/protocol \
	%D%/tests/pubsub \
	%D%/tests/shortage \
	%D%/tests/transactions

%C%_tests_admin_SOURCES = %D%/tests/admin.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_admin_LDADD =
%C%_tests_cycles_SOURCES = %D%/tests/cycles.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_cycles_LDADD =
%C%_tests_crowd_SOURCES = %D%/tests/crowd.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_crowd_LDADD =
%C%_tests_drain_SOURCES = %D%/tests/drain.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_drain_LDADD =
%C%_tests_expiry_SOURCES = %D%/tests/expiry.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_expiry_LDADD =
%C%_tests_faults_SOURCES = %D%/tests/faults.c %D%/tests/faults.h %D%/tests/client.c \
	%D%/tests/client.h
%C%_tests_faults_CPPFLAGS = $(AM_CPPFLAGS) -DFAULTY='"%D%/tests/.libs/faulty.so"'
%C%_tests_faults_LDADD =
%C%_tests_faults_DEPENDENCIES = %D%/tests/faulty.la
%C%_tests_hammer_SOURCES = %D%/tests/hammer.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_hammer_LDADD =
%C%_tests_hold_SOURCES = %D%/tests/hold.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_hold_LDADD =
%C%_tests_kill_SOURCES = %D%/tests/kill.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_kill_LDADD =
%C%_tests_limit_SOURCES = %D%/tests/limit.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_limit_LDADD =
%C%_tests_model_SOURCES = %D%/tests/model.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_model_LDADD =
%C%_tests_monitor_SOURCES = %D%/tests/monitor.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_monitor_LDADD =
%C%_tests_protocol_SOURCES = %D%/tests/protocol.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_protocol_LDADD =
%C%_tests_shortage_SOURCES = %D%/tests/shortage.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_shortage_LDADD =
%C%_tests_pubsub_SOURCES = %D%/tests/pubsub.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_pubsub_LDADD =
%C%_tests_transactions_SOURCES = %D%/tests/transactions.c %D%/tests/client.c %D%/tests/client.h
%C%_tests_transactions_LDADD =

# Preloaded into the server by tests/faults.
check_LTLIBRARIES += %D%/tests/faulty.la
%C%_tests_faulty_la_SOURCES = %D%/tests/faulty.c %D%/tests/faults.h
%C%_tests_faulty_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -rpath $(abs_builddir)/%D%
%C%_tests_faulty_la_LIBADD =

respd_scripts = \
	%D%/tests/compat.sh \
	%D%/tests/python.sh
# make check respd_long_scripts= leaves these out.
respd_long_scripts = \
	%D%/tests/load.sh \
	%D%/tests/rounds.sh \
	%D%/tests/threads.sh

check_PROGRAMS += $(respd_tests)
TESTS += $(respd_tests) $(respd_scripts) $(respd_long_scripts)
EXTRA_DIST += \
	$(respd_scripts) \
	%D%/tests/load.sh \
	%D%/tests/rounds.sh \
	%D%/tests/threads.sh \
	%D%/README \
	%D%/demo.sh \
	%D%/scratch.sh \
	%D%/speed.sh \
	%D%/tests/calls.py \
	%D%/tests/compat-admin.commands \
	%D%/tests/compat-admin.replies \
	%D%/tests/compat.commands \
	%D%/tests/compat.replies \
	%D%/tests/transactions.commands \
	%D%/tests/transactions.replies \
	%D%/tests/types.commands \
	%D%/tests/types.replies

# The server under Valgrind, its clients not.
respd_under_valgrind = $(LIBTOOL) --silent --mode=execute valgrind --quiet --error-exitcode=99 \
	--leak-check=full %D%/respd$(EXEEXT)

check-valgrind-respd: %D%/respd$(EXEEXT) $(respd_tests)
	RESPD_QUICK=1 RESPD='$(respd_under_valgrind)' \
		$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(respd_tests)'

# A long run: make soak SOAK_SECONDS=3600
SOAK_SECONDS = 300
EXTRA_PROGRAMS += %D%/soak/soak
%C%_soak_soak_SOURCES = %D%/soak/soak.c %D%/tests/client.c %D%/tests/client.h
%C%_soak_soak_LDADD =
soak: %D%/respd$(EXEEXT) %D%/soak/soak$(EXEEXT) tests/contract/stress$(EXEEXT)
	%D%/soak/soak$(EXEEXT) $(SOAK_SECONDS)
