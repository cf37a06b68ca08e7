#!/bin/sh
# tests/dist.sh - the tarball can be made again: make dist in two clean copies of the commit, in
# other folders and with another umask, gives the same bytes; it has all that git has, and beside
# that only what autotools make, and the page of reports. Run by make check-dist, in a clone.
set -eu

: "${top_srcdir:?run by make check-dist}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR SOURCE_DATE_EPOCH

# dist FOLDER UMASK
dist()
{
    (
        umask "$2"
        git clone -q "$top_srcdir" "$work/$1"
        cd "$work/$1"
        ./bootstrap --no-install && mkdir build && cd build &&
            ../configure --disable-static --disable-comparison && make dist
    ) >"$work/log" 2>&1 || {
        tail -n 30 "$work/log"
        echo "FAIL: make dist"
        exit 1
    }
}
dist one 022
sleep 2
dist another-folder 077
one=$(echo "$work"/one/build/libown-*.tar.xz)
another=$(echo "$work"/another-folder/build/libown-*.tar.xz)
cmp "$one" "$another" || {
    mkdir "$work/a" "$work/b"
    tar -xf "$one" -C "$work/a"
    tar -xf "$another" -C "$work/b"
    diff -rq "$work/a" "$work/b" || true
    echo "FAIL: two tarballs of one commit differ"
    exit 1
}

tar -tf "$one" | sed -e 's|^[^/]*/||' -e '/\/$/d' -e '/^$/d' | sort >"$work/in-tarball"
git -C "$top_srcdir" ls-files | sort >"$work/in-git"
comm -23 "$work/in-git" "$work/in-tarball" >"$work/left-out"
comm -13 "$work/in-git" "$work/in-tarball" |
    grep -v -x -e 'aclocal.m4' -e 'build-aux/.*' -e 'config.h.in' -e 'configure' -e 'Makefile.in' \
        -e 'm4/libtool.m4' -e 'm4/lt.*\.m4' -e 'tools/page/page.html' \
        -e 'tools/page/LICENSE.d3' >"$work/more" || true
if test -s "$work/left-out" || test -s "$work/more"; then
    sed 's/^/not in the tarball: /' "$work/left-out"
    sed 's/^/not in git: /' "$work/more"
    echo "FAIL: the tarball is not what git has"
    exit 1
fi
echo "$(wc -l <"$work/in-tarball") files, $(sha256sum <"$one" | cut -c1-16)"
