# tests/cost/local.mk - make check-cost: no hot call has become dearer, counted in instructions.

EXTRA_PROGRAMS += %D%/calls
CLEANFILES += %D%/calls$(EXEEXT)
%C%_calls_SOURCES = %D%/calls.c
%C%_calls_LDADD = libown.la
%C%_calls_LDFLAGS = $(AM_LDFLAGS) -no-install

EXTRA_DIST += \
	tests/cost.sh \
	%D%/figures

check-cost: %D%/calls$(EXEEXT)
	@$(COST_ENVIRONMENT) $(SHELL) $(srcdir)/tests/cost.sh || test $$? = 77

keep-cost: %D%/calls$(EXEEXT)
	@$(COST_ENVIRONMENT) $(SHELL) $(srcdir)/tests/cost.sh --keep

COST_ENVIRONMENT = \
	CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' CFLAGS='$(CFLAGS)' LDFLAGS='$(LDFLAGS)' \
	INSTRUMENT_FLAGS='$(INSTRUMENT_FLAGS)' VALGRIND='$(VALGRIND)' \
	top_srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)'

.PHONY: check-cost keep-cost
