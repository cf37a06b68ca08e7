# own.m4 - OWN_CHECK([VERSION], [IF-FOUND], [IF-NOT-FOUND]) for configure.ac
#
# Looks for libown of at least that version, and sets OWN_CFLAGS and OWN_LIBS, which Makefile.am may
# use. Without IF-NOT-FOUND, configure ends where it is missing. Uses pkg-config; a libown that has
# no own.pc is found through CPPFLAGS and LDFLAGS.
AC_DEFUN([OWN_CHECK], [
AC_REQUIRE([AC_PROG_CC])
AC_ARG_VAR([OWN_CFLAGS], [C compiler flags for libown, overriding pkg-config])
AC_ARG_VAR([OWN_LIBS], [linker flags for libown, overriding pkg-config])
AC_CHECK_TOOL([OWN_PKG_CONFIG], [pkg-config])
AC_MSG_CHECKING([for libown m4_ifval([$1], [$1 or later])])
AS_IF([test -z "$OWN_LIBS" && test -n "$OWN_PKG_CONFIG" &&
        $OWN_PKG_CONFIG --exists "own[]m4_ifval([$1], [ >= $1])"],
    [OWN_CFLAGS=`$OWN_PKG_CONFIG --cflags own`
    OWN_LIBS=`$OWN_PKG_CONFIG --libs own`],
    [test -z "$OWN_LIBS"], [OWN_LIBS=-lown])
own_save_CPPFLAGS=$CPPFLAGS
own_save_LIBS=$LIBS
CPPFLAGS="$CPPFLAGS $OWN_CFLAGS"
LIBS="$OWN_LIBS $LIBS"
m4_pushdef([own_parts], [m4_bpatsubst([m4_default([$1], [0.0.0])], [\.], [, ])])dnl
AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <own.h>
#define OWN_AT_LEAST(major, minor, patch, ...) OWN_VERSION_AT_LEAST(major, minor, patch)
#if !OWN_AT_LEAST(]own_parts[, 0, 0, 0)
#error "libown is too old"
#endif
]], [[return own_version() == 0;]])], [own_found=yes], [own_found=no])
m4_popdef([own_parts])dnl
CPPFLAGS=$own_save_CPPFLAGS
LIBS=$own_save_LIBS
AC_MSG_RESULT([$own_found])
AS_IF([test "$own_found" = yes], [m4_default([$2], [:])],
    [m4_default([$3], [AC_MSG_ERROR([libown m4_ifval([$1], [$1 or later ])is missing])])])
])
