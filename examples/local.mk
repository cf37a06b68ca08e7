# examples/local.mk - respd, a small server of the Redis protocol whose every lifetime is a pool;
# xmlfind, where the memory of two other libraries is a pool's; matrices, with pools and without;
# settings, before and after its move from talloc; two recipes with arrays, ezalloc and crop; and
# recycle, objects that are used again.

include %D%/crop/local.mk
include %D%/ezalloc/local.mk
include %D%/matrices/local.mk
include %D%/recycle/local.mk
include %D%/settings/local.mk

if HAVE_RESPD_DEPENDENCIES
include %D%/respd/local.mk

demo: %D%/respd/respd$(EXEEXT)
	RESPD=$(abs_builddir)/%D%/respd/respd$(EXEEXT) $(SHELL) $(srcdir)/%D%/respd/demo.sh
else
demo check-valgrind-respd:
	@echo "make $@ needs$(respd_missing): install them (./bootstrap does) and run ./configure again"
	@exit 1
endif

if HAVE_XMLFIND_DEPENDENCIES
include %D%/xmlfind/local.mk
endif

.PHONY: demo check-valgrind-respd
