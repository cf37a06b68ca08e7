# tools/own-check/local.mk - own-check, a script that runs clang's static analyser; and what it says
# of the examples and the tools: make check-ownership.

dist_bin_SCRIPTS = %D%/own-check
dist_man1_MANS += %D%/own-check.1

ownership_folders = crop ezalloc matrices recycle settings
ownership_tools =
if HAVE_RESPD_DEPENDENCIES
ownership_folders += respd template
endif
if HAVE_XMLFIND_DEPENDENCIES
ownership_folders += xmlfind
endif
if HAVE_JANSSON
ownership_tools += $(ownstat_sources)
if HAVE_NCURSES
ownership_tools += $(ownstat_watch_sources)
endif
endif

check-ownership:
	@test -n "$(CLANG)" || { echo "clang is missing"; exit 1; }
	@files=; for folder in $(ownership_folders); do \
		files="$$files `echo $(srcdir)/examples/$$folder/*.c`"; \
	done; \
	for file in $(ownership_tools); do \
		case $$file in *.c) files="$$files $(srcdir)/$$file" ;; esac; \
	done; \
	CLANG='$(CLANG)' $(SHELL) $(srcdir)/%D%/own-check $(OWNERSHIP_FLAGS) \
		-j "`nproc || echo 1`" -- cc $(DEFS) -I. \
		$(AM_CPPFLAGS) $(CPPFLAGS) -D_GNU_SOURCE -DOWNSTAT_PAGE_FOLDER='""' \
		$(UV_CFLAGS) $(HIREDIS_CFLAGS) $(EXPAT_CFLAGS) $(ZLIB_CFLAGS) $(JANSSON_CFLAGS) \
		$(NCURSES_CFLAGS) -DOWNSTAT_WATCH=1 $$files && \
	echo "own-check finds nothing in `echo $$files | wc -w` files"

.PHONY: check-ownership
