# doc/reference/local.mk - the man pages of the public names, which need awk; and, with doxygen, the
# same in HTML together with the guide. Both are made of the headers, into the build folder.

guide_chapters = \
	doc/guide/README.md \
	doc/guide/arrays.md \
	doc/guide/callbacks.md \
	doc/guide/cycles.md \
	doc/guide/debugging.md \
	doc/guide/elsewhere.md \
	doc/guide/first.md \
	doc/guide/giving.md \
	doc/guide/leaks.md \
	doc/guide/limits.md \
	doc/guide/memory.md \
	doc/guide/ownership.md \
	doc/guide/performance.md \
	doc/guide/recycling.md \
	doc/guide/service.md \
	doc/guide/threads.md \
	doc/guide/weak.md
guide_drawings = \
	doc/guide/cycle.dot \
	doc/guide/death.dot \
	doc/guide/layout.dot \
	doc/guide/owners.dot \
	doc/guide/threads.dot
guide_pictures = $(guide_drawings:.dot=.svg)
reference_sources = \
	%D%/Doxyfile.in \
	%D%/build.sh \
	%D%/comments.awk \
	%D%/doxygen.awk \
	%D%/filter \
	%D%/links.awk \
	%D%/man.awk \
	%D%/names.awk \
	%D%/style.css \
	doc/guide/programs.awk
EXTRA_DIST += $(reference_sources) $(guide_chapters) $(guide_drawings) $(guide_pictures) \
	doc/glossary.md

reference_from = $(reference_sources) $(guide_chapters) doc/glossary.md \
	$(include_HEADERS) $(owninclude_HEADERS)

# A folder is made under another name, and then put in place: none is ever half made.
make_reference = $(MKDIR_P) %D% && \
	AWK='$(AWK)' DOXYGEN='$(DOXYGEN)' $(SHELL) $(srcdir)/%D%/build.sh

%D%/man.stamp: $(reference_from)
	$(AM_V_GEN)$(make_reference) man %D%/man-new && rm -rf %D%/man && \
		mv %D%/man-new %D%/man && touch $@
%D%/html.stamp: $(reference_from) $(guide_pictures)
	$(AM_V_GEN)test -n '$(DOXYGEN)' || { echo 'doxygen is missing' >&2; exit 1; }; \
		$(make_reference) html %D%/html-new && rm -rf %D%/html && \
		mv %D%/html-new/html %D%/html && rmdir %D%/html-new && touch $@

manual = %D%/man.stamp
if HAVE_DOXYGEN
manual += %D%/html.stamp
endif

# Not part of `all': make install makes what is missing.
doc: $(manual)

reference_htmldir = $(htmldir)/reference
install-data-local: $(manual)
	for section in man3 man7; do \
		$(MKDIR_P) '$(DESTDIR)$(mandir)'/$$section && \
		$(INSTALL_DATA) %D%/man/$$section/* '$(DESTDIR)$(mandir)'/$$section || exit; \
	done
	if test -d %D%/html; then \
		for folder in . search; do \
			$(MKDIR_P) '$(DESTDIR)$(reference_htmldir)'/$$folder && \
			find %D%/html/$$folder -maxdepth 1 -type f -exec $(INSTALL_DATA) {} \
				'$(DESTDIR)$(reference_htmldir)'/$$folder ';' || exit; \
		done; \
	fi
uninstall-local:
	for section in man3 man7; do \
		for page in %D%/man/$$section/*; do \
			rm -f '$(DESTDIR)$(mandir)'/$$section/$${page##*/}; \
		done; \
	done
	rm -rf '$(DESTDIR)$(reference_htmldir)'

# The pictures of the guide are in the tree, since not everybody has Graphviz.
doc-pictures:
	cd $(srcdir) && for drawing in $(guide_drawings); do \
		dot -Tsvg $$drawing -o $${drawing%.dot}.svg || exit; \
	done

clean-reference:
	-rm -rf %D%/man %D%/man-new %D%/html %D%/html-new
	-rm -f %D%/*.stamp

.PHONY: clean-reference doc doc-pictures
