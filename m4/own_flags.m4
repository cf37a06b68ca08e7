# m4/own_flags.m4 - asks the compiler and the linker about flags, with a program that links.

# OWN_TRY_CFLAG(VARIABLE, FLAG, [IF-NOT])
# ---------------------------------------
# Appends FLAG to VARIABLE where the compiler takes it without a warning.
AC_DEFUN([OWN_TRY_CFLAG], [
AS_VAR_PUSHDEF([cached], [own_cv_cflag_$2])
AC_CACHE_CHECK([whether $CC accepts $2], [cached], [
    own_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([], [])],
        [AS_VAR_SET([cached], [yes])], [AS_VAR_SET([cached], [no])])
    CFLAGS=$own_save_CFLAGS
])
AS_VAR_IF([cached], [yes], [AS_VAR_APPEND([$1], [" $2"])], [$3])
AS_VAR_POPDEF([cached])
])

# OWN_TRY_WARNINGS(VARIABLE, FLAGS)
# ---------------------------------
AC_DEFUN([OWN_TRY_WARNINGS], [
m4_foreach_w([own_flag], [$2], [OWN_TRY_CFLAG([$1], own_flag)])
])

# OWN_TRY_LDFLAG(VARIABLE, FLAG)
# ------------------------------
# Appends FLAG to VARIABLE where a shared library links with it.
AC_DEFUN([OWN_TRY_LDFLAG], [
AS_VAR_PUSHDEF([cached], [own_cv_ldflag_$2])
AC_CACHE_CHECK([whether the linker accepts $2], [cached], [
    own_save_LDFLAGS=$LDFLAGS
    LDFLAGS="$LDFLAGS -shared -fPIC $2"
    AC_LINK_IFELSE([AC_LANG_SOURCE([[int own_probe(void); int own_probe(void) { return 0; }]])],
        [AS_VAR_SET([cached], [yes])], [AS_VAR_SET([cached], [no])])
    LDFLAGS=$own_save_LDFLAGS
])
AS_VAR_IF([cached], [yes], [AS_VAR_APPEND([$1], [" $2"])])
AS_VAR_POPDEF([cached])
])

# OWN_CHECK_VERSION_SCRIPT(FILE)
# ------------------------------
# Whether the linker takes a version script, shown by one that hides everything.
AC_DEFUN([OWN_CHECK_VERSION_SCRIPT], [
AC_CACHE_CHECK([whether the linker accepts version scripts], [own_cv_version_script], [
    echo 'OWN_PROBE { global: own_probe; local: *; };' >conftest.map
    own_save_LDFLAGS=$LDFLAGS
    LDFLAGS="$LDFLAGS -shared -fPIC -Wl,--version-script=conftest.map"
    AC_LINK_IFELSE([AC_LANG_SOURCE([[int own_probe(void); int own_probe(void) { return 0; }]])],
        [own_cv_version_script=yes], [own_cv_version_script=no])
    LDFLAGS=$own_save_LDFLAGS
    rm -f conftest.map
])
have_version_script=$own_cv_version_script
AM_CONDITIONAL([HAVE_VERSION_SCRIPT], [test "$have_version_script" = yes])
])
