#!/bin/sh
# tests/link.sh - links a test program as libtool would, from the same arguments.
#
#   link.sh [libtool's options] --mode=link COMPILER ... NAME.la ...
#
# Most of the time that the tests take to build was libtool's own. Of a library of this tree, the
# shared one is taken if there is one, and found where it was built.
set -eu

while test "$1" != --mode=link; do
    shift
done
shift
number=$#
while test $number -gt 0; do
    case $1 in
    *.la)
        folder=$(dirname "$1")/.libs
        name=$(basename "$1" .la)
        if test -e "$folder/$name.so"; then
            set -- "$@" "$folder/$name.so" "-Wl,-rpath,$(cd "$folder" && pwd)"
        else
            set -- "$@" "$folder/$name.a"
        fi ;;
    *)
        set -- "$@" "$1" ;;
    esac
    shift
    number=$((number - 1))
done
exec "$@"
