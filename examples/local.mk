# examples/local.mk - respd, a small server of the Redis protocol whose every lifetime is a pool;
# xmlfind, where the memory of two other libraries is a pool's; matrices, with pools and without;
# settings, before and after its move from talloc; two recipes with arrays, ezalloc and crop;
# recycle, objects that are used again; and template, a service to start from, which is copied out.

include %D%/crop/local.mk
include %D%/ezalloc/local.mk
include %D%/matrices/local.mk
include %D%/recycle/local.mk
include %D%/settings/local.mk

# Built by tests/packages.sh, as a user would: it has a configure.ac of its own.
EXTRA_DIST += \
	%D%/README \
	%D%/template/Makefile.am \
	%D%/template/README \
	%D%/template/answer.c \
	%D%/template/configure.ac \
	%D%/template/connection.c \
	%D%/template/main.c \
	%D%/template/service.h \
	%D%/template/settings.c \
	%D%/template/tests/client.c \
	%D%/template/tests/service.sh

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
