# packaging/local.mk - how other builds find libown, and recipes for packages.

aclocaldir = $(datadir)/aclocal
dist_aclocal_DATA = %D%/own.m4

cmakedir = $(libdir)/cmake/own
cmake_DATA = %D%/cmake/own-config.cmake %D%/cmake/own-config-version.cmake

# Relative to where it lies, so that the whole may be moved.
%D%/cmake/own-config.cmake: %D%/cmake/own-config.cmake.in Makefile
	@$(MKDIR_P) %D%/cmake
	sed "s|@own_include_from_here@|`realpath -m --relative-to='$(cmakedir)' '$(includedir)'`|" \
		$(srcdir)/%D%/cmake/own-config.cmake.in >$@.new
	mv $@.new $@
CLEANFILES += %D%/cmake/own-config.cmake

# rpmbuild -tb looks for the spec in the tarball, so that the one that configure makes is there.
EXTRA_DIST += \
	%D%/rpm/libown.spec \
	%D%/README \
	%D%/cmake/own-config.cmake.in \
	%D%/conan/conanfile.py \
	debian
