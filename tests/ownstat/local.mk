# tests/ownstat/local.mk - the tests of tools/ownstat: scripts, which skip themselves where it is not
# built.

ownstat_scripts = \
	%D%/large.sh \
	%D%/commands.sh \
	%D%/errors.sh \
	%D%/flame.sh \
	%D%/graph.sh \
	%D%/html.sh \
	%D%/leak.sh \
	%D%/library.sh \
	%D%/monitor.sh \
	%D%/symbols.sh \
	%D%/watch.sh
ownstat_tests = $(ownstat_scripts)
TESTS += $(ownstat_tests)
EXTRA_DIST += \
	$(ownstat_scripts) \
	%D%/begin.sh \
	%D%/check_speedscope.py \
	%D%/make_report.py \
	%D%/members.py \
	%D%/serve.py \
	%D%/expected/diff \
	%D%/expected/diff-back \
	%D%/expected/diff-exact \
	%D%/expected/diff-other \
	%D%/expected/folded \
	%D%/expected/folded-blocks \
	%D%/expected/graph \
	%D%/expected/leaks \
	%D%/expected/leaks-exact \
	%D%/expected/show \
	%D%/expected/show-count \
	%D%/expected/show-each \
	%D%/expected/show-groups \
	%D%/expected/show-places \
	%D%/expected/top \
	%D%/expected/top-deferred

AM_TESTS_ENVIRONMENT += export OWN_JANSSON='$(have_jansson)' OWN_NCURSES='$(have_ncurses)';
