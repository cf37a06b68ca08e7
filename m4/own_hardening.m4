# m4/own_hardening.m4 - what the compiler and the linker have against attacks.

# OWN_HARDENING
# -------------
# Appends it to AM_CFLAGS and AM_LDFLAGS, and says it in hardening_summary. With a sanitizer there is
# none: _FORTIFY_SOURCE hides calls from it.
#
# Of CET it is the shadow stack, which costs nothing, and which is all that Linux offers to programs.
# The other half, -fcf-protection=full, puts an instruction in front of each function: hot calls then
# cost up to 5 % more (tests/cost.sh). CFLAGS come later, and may ask for it.
AC_DEFUN([OWN_HARDENING], [
OWN_ARG_YES_NO([hardening],
    [use what the compiler and the linker have against attacks], [yes])
AC_SUBST([HARDENING_FLAGS])
hardening_summary=
AS_IF([test "$enable_sanitizer" != no],
    [AS_IF([test "$enable_hardening" = yes], [hardening_summary="no (--enable-sanitizer)"])
     enable_hardening=no])
AS_IF([test "$enable_hardening" = no],
    [hardening_summary=${hardening_summary:-"no (--disable-hardening)"}],
    [own_hardening_cflags=
     own_hardening_ldflags=
     OWN_TRY_FORTIFY([own_hardening_cflags])
     OWN_TRY_CFLAG([own_hardening_cflags], [-fstack-protector-strong])
     OWN_TRY_CFLAG([own_hardening_cflags], [-fstack-clash-protection])
     OWN_TRY_CFLAG([own_hardening_cflags], [-fcf-protection=return])
     OWN_TRY_LDFLAG([own_hardening_ldflags], [-Wl,-z,relro])
     OWN_TRY_LDFLAG([own_hardening_ldflags], [-Wl,-z,now])
     HARDENING_FLAGS=$own_hardening_cflags$own_hardening_ldflags
     AM_CFLAGS="$AM_CFLAGS$own_hardening_cflags"
     AM_LDFLAGS="$AM_LDFLAGS$own_hardening_ldflags"
     hardening_summary=`AS_ECHO(["$HARDENING_FLAGS"]) | sed 's/^ //'`
     hardening_summary=${hardening_summary:-"no (neither compiler nor linker has any)"}])
])

# OWN_TRY_FORTIFY(VARIABLE)
# -------------------------
# The checks of the C library, as many as it has: they need a compiler that optimizes. If the macro
# is set already, by the user or by the makers of the compiler, they have chosen.
AC_DEFUN([OWN_TRY_FORTIFY], [
AC_CACHE_CHECK([for the level of _FORTIFY_SOURCE], [own_cv_fortify], [
    own_cv_fortify=none
    own_save_CFLAGS=$CFLAGS
    for own_level in 2 3; do
        CFLAGS="$own_save_CFLAGS -Werror -DOWN_LEVEL=$own_level"
        AC_LINK_IFELSE([AC_LANG_PROGRAM([[#if !defined __OPTIMIZE__ || defined _FORTIFY_SOURCE
#error it would be of no use, or has been chosen
#endif
#define _FORTIFY_SOURCE OWN_LEVEL
#include <stdlib.h>
#include <string.h>
#if !defined __USE_FORTIFY_LEVEL || __USE_FORTIFY_LEVEL < OWN_LEVEL
#error the C library has no such checks
#endif]], [[char *s = getenv("HOME"); return s && strlen(s) > 40;]])],
            [own_cv_fortify=$own_level])
    done
    CFLAGS=$own_save_CFLAGS
])
AS_IF([test "$own_cv_fortify" != none],
    [AS_VAR_APPEND([$1], [" -D_FORTIFY_SOURCE=$own_cv_fortify"])])
])
