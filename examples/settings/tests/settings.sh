#!/bin/sh
# examples/settings/tests/settings.sh - the program prints the same before and after its move.
set -eu

: "${top_builddir:?run by make check}"
settings=$top_builddir/examples/settings
work=$(mktemp -d "$top_builddir/settings.XXXXXX")
trap 'rm -rf "$work"' EXIT

printf '%s\n' '[first]' 'a=1' '[server]' 'host=localhost' 'port=6379' 'no setting' '[last]' 'b=2' \
    >"$work/file"
printf '%s\n' 'close last' 'close first' 'server: host is localhost; port is 6379;' \
    'close server' >"$work/expected"
for program in with_talloc with_own; do
    "$settings/$program" server <"$work/file" >"$work/out"
    diff "$work/expected" "$work/out"
done
