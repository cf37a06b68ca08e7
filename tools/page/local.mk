# tools/page/local.mk - the page of reports: made where D3 is, and in the tarball.
#
# A file made elsewhere than in the tree that the tarball has takes precedence: what is made goes
# into the build folder, as does all else. Sources later than the tarball's page need D3.

page_sources = \
	%D%/build.sh \
	%D%/skeleton.html \
	%D%/page.css \
	%D%/details.js \
	%D%/draw.js \
	%D%/files.js \
	%D%/format.js \
	%D%/icicle.js \
	%D%/keys.js \
	%D%/main.js \
	%D%/read.js \
	%D%/search.js \
	%D%/table.js \
	%D%/theme.js \
	%D%/tree.js
page_made = %D%/page.html %D%/LICENSE.d3

if HAVE_PAGE
pkgdata_DATA += $(page_made)
endif
EXTRA_DIST += $(page_sources) $(page_made)
MAINTAINERCLEANFILES += $(page_made)

make_page = test -n '$(D3)' || { \
		echo 'The page of reports needs D3, which configure has not found: see --with-d3.' >&2; \
		exit 1; \
	}; \
	$(MKDIR_P) %D%; \
	$(SHELL) $(srcdir)/%D%/build.sh

%D%/page.html: $(page_sources)
	$(AM_V_GEN)$(make_page) page '$(D3)' >$@-new && mv $@-new $@
%D%/LICENSE.d3: %D%/build.sh
	$(AM_V_GEN)$(make_page) licence '$(D3)' >$@-new && mv $@-new $@

# In the tree itself, they may be those of the tarball, which not everybody can make again.
clean-page:
	-rm -f %D%/*-new
	-test '$(srcdir)' = . || rm -f $(page_made)

.PHONY: clean-page
