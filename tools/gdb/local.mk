# tools/gdb/local.mk - commands and printers for gdb. gdb looks for a script of the installed
# library in its folder of scripts to load by itself, under the whole name of the library's file:
# that one only loads own-gdb.py, which does not know its own folder then. Where the prefix is not
# gdb's own, tell gdb:
#
#     add-auto-load-scripts-directory PREFIX/share/gdb/auto-load
#     add-auto-load-safe-path PREFIX/share/gdb/auto-load

gdbdir = $(pkgdatadir)/gdb
dist_gdb_DATA = \
	%D%/own-gdb.py \
	%D%/own_memory.py \
	%D%/own_who.py

gdb_auto_load = $(datadir)/gdb/auto-load$(libdir)

install-data-hook: install-gdb
install-gdb: libown.la
	name=`sed -n "s/^library_names='\([^ ']*\).*/\1/p" libown.la`; \
	if test -n "$$name"; then \
		$(MKDIR_P) "$(DESTDIR)$(gdb_auto_load)" && \
		printf 'import sys\n\nimport gdb\n\nsys.path.insert(0, "%s")\n%s\n' "$(gdbdir)" \
			'gdb.execute("source $(gdbdir)/own-gdb.py")' \
			>"$(DESTDIR)$(gdb_auto_load)/$$name-gdb.py"; \
	fi

uninstall-hook: uninstall-gdb
uninstall-gdb:
	name=`sed -n "s/^library_names='\([^ ']*\).*/\1/p" libown.la`; \
	test -z "$$name" || rm -f "$(DESTDIR)$(gdb_auto_load)/$$name-gdb.py"

.PHONY: install-gdb uninstall-gdb
