# tools/bpftrace/local.mk - scripts for bpftrace, installed with the name of the installed library.

bpftrace_scripts = \
	%D%/cascades.bt \
	%D%/chunks.bt \
	%D%/limits.bt \
	%D%/pools.bt

EXTRA_DIST += $(bpftrace_scripts:.bt=.bt.in)

# A program that links libown.a has the probes itself: the scripts are then edited to name it.
if HAVE_PROBES
bpftracedir = $(pkgdatadir)/bpftrace
bpftrace_DATA = $(bpftrace_scripts)
CLEANFILES += $(bpftrace_scripts)

$(bpftrace_scripts): %D%/local.mk libown.la
	@$(MKDIR_P) %D%
	name=`sed -n "s/^dlname='\(.*\)'/\1/p" libown.la`; \
	sed "s|@library@|$(libdir)/$${name:-libown.so}|" $(srcdir)/$@.in >$@.new && mv $@.new $@
%D%/cascades.bt: %D%/cascades.bt.in
%D%/chunks.bt: %D%/chunks.bt.in
%D%/limits.bt: %D%/limits.bt.in
%D%/pools.bt: %D%/pools.bt.in
endif
