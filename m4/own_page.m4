# m4/own_page.m4 - the page of reports, which has D3 in it.

# OWN_PAGE
# --------
# Sets D3 to the folder that has its modules, as npm and Debian's packages node-d3-* lay them down,
# or to nothing; and HAVE_PAGE, also where the tarball has the page already.
AC_DEFUN([OWN_PAGE], [
AC_ARG_WITH([d3],
    [AS_HELP_STRING([--with-d3=DIR],
        [where D3's modules are, such as node_modules; --without-d3: take the page that the
         tarball has])],
    [], [with_d3=yes])
AC_MSG_CHECKING([for D3])
own_d3_folders=
AS_CASE([$with_d3],
    [no], [],
    [yes],
    [own_d3_folders="$srcdir/node_modules"
     own_save_IFS=$IFS
     IFS=:
     for own_d3_folder in $NODE_PATH /usr/share/nodejs /usr/local/lib/node_modules \
         /usr/lib/node_modules; do
         own_d3_folders="$own_d3_folders:$own_d3_folder:$own_d3_folder/d3/node_modules"
     done
     IFS=$own_save_IFS],
    [own_d3_folders=$with_d3])
D3=
own_save_IFS=$IFS
IFS=:
for own_d3_folder in $own_d3_folders; do
    IFS=$own_save_IFS
    AS_IF([test -z "$D3" && test -d "$own_d3_folder" &&
           sh "$srcdir/tools/page/build.sh" find "$own_d3_folder" >/dev/null],
        [D3=`cd "$own_d3_folder" && pwd`])
done
IFS=$own_save_IFS
AC_MSG_RESULT([${D3:-no}])
AC_SUBST([D3])
AS_CASE([$D3:$with_d3],
    [:yes|:no|/*], [],
    [own_d3_modules=`sh "$srcdir/tools/page/build.sh" modules`
     AC_MSG_ERROR([--with-d3: in "$with_d3" one of these modules of D3 is missing, too old, or
         without its licence: $own_d3_modules])])
have_page=no
AS_IF([test -n "$D3"], [have_page=yes page_summary="yes, with D3 of $D3"],
    [test -f "$srcdir/tools/page/page.html" && test -f "$srcdir/tools/page/LICENSE.d3"],
    [have_page=yes page_summary="yes, as it is in the tarball"],
    [page_summary="no (D3 is missing: the modules of Debian's node-d3, or of npm's d3)"])
AM_CONDITIONAL([HAVE_PAGE], [test "$have_page" = yes])
AC_SUBST([have_page])
])
