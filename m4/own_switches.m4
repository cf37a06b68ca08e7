# m4/own_switches.m4 - the --enable switches. A value that is not known is an error.

# OWN_ARG_YES_NO(NAME, HELP, DEFAULT)
# -----------------------------------
# Sets enable_NAME to yes or no.
AC_DEFUN([OWN_ARG_YES_NO], [
AC_ARG_ENABLE([$1], [AS_HELP_STRING([--enable-$1], [$2])],
    [AS_CASE([$enableval], [yes|no], [],
        [AC_MSG_ERROR([--enable-$1 must be yes or no, not "$enableval"])])],
    [enable_$1=$3])
])

# OWN_ARG_SANITIZER
# -----------------
# Sets enable_sanitizer to no, or to a list with commas.
AC_DEFUN([OWN_ARG_SANITIZER], [
AC_ARG_ENABLE([sanitizer],
    [AS_HELP_STRING([--enable-sanitizer=LIST],
        [address, undefined, thread; address,undefined may be combined])],
    [], [enable_sanitizer=no])
AS_IF([test "$enable_sanitizer" != no], [
    own_save_IFS=$IFS
    IFS=,
    for own_sanitizer in $enable_sanitizer; do
        AS_CASE([$own_sanitizer], [address|undefined|thread], [],
            [AC_MSG_ERROR(
                [--enable-sanitizer: "$own_sanitizer" is not address, undefined or thread])])
    done
    IFS=$own_save_IFS
    AS_CASE([,$enable_sanitizer,],
        [,,], [AC_MSG_ERROR([--enable-sanitizer: the list is empty])],
        [*,address,*thread,*|*,thread,*address,*],
            [AC_MSG_ERROR([--enable-sanitizer: address and thread exclude each other])])
])
])

# OWN_SANITIZER_FLAGS
# -------------------
# What enable_sanitizer needs, in AM_CFLAGS and AM_LDFLAGS; also alone in INSTRUMENT_FLAGS, for
# what the tests compile themselves.
AC_DEFUN([OWN_SANITIZER_FLAGS], [
AC_SUBST([INSTRUMENT_FLAGS])
AC_SUBST([enable_sanitizer])
AS_IF([test "$enable_sanitizer" != no], [
    own_flags="-fsanitize=$enable_sanitizer -fno-omit-frame-pointer"
    AS_CASE([,$enable_sanitizer,],
        [*,undefined,*], [own_flags="$own_flags -fno-sanitize-recover=undefined"])
    AC_MSG_CHECKING([whether $CC links with $own_flags])
    own_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS $own_flags"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
        [AC_MSG_RESULT([yes])],
        [AC_MSG_RESULT([no])
         AC_MSG_ERROR([--enable-sanitizer=$enable_sanitizer does not work with $CC])])
    CFLAGS=$own_save_CFLAGS
    AM_CFLAGS="$AM_CFLAGS $own_flags"
    AM_LDFLAGS="$AM_LDFLAGS -fsanitize=$enable_sanitizer"
    INSTRUMENT_FLAGS="$INSTRUMENT_FLAGS $own_flags"
])
])

# OWN_COVERAGE_FLAGS
# ------------------
# Counts lines in the library; programs only have to link with it.
AC_DEFUN([OWN_COVERAGE_FLAGS], [
AS_IF([test "$enable_coverage" = yes], [
    AS_IF([test "$GCC" != yes || $CC --version 2>&1 | grep clang >/dev/null],
        [AC_MSG_ERROR([--enable-coverage needs gcc, whose gcov lcov reads])])
    OWN_TRY_CFLAG([LIBRARY_CFLAGS], [--coverage],
        [AC_MSG_ERROR([--enable-coverage does not work with $CC])])
    LIBRARY_CFLAGS="$LIBRARY_CFLAGS -fprofile-update=atomic"
    AM_LDFLAGS="$AM_LDFLAGS --coverage"
    INSTRUMENT_FLAGS="$INSTRUMENT_FLAGS --coverage"
])
AM_CONDITIONAL([ENABLE_COVERAGE], [test "$enable_coverage" = yes])
])
