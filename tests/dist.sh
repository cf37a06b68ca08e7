#!/bin/sh
# tests/dist.sh - the tarball can be made again: make dist in two clean copies of the commit, in
# other folders and with another umask, gives the same bytes. Run by make check-dist, in a clone;
# .ci/run compares what is in the tarball with what is in git.
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

echo "$(tar -tf "$one" | grep -vc "/$") files, $(sha256sum <"$one" | cut -c1-16)"
