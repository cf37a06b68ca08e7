#!/bin/sh
# tools/lint-symbols.sh - the code of a room uses only symbols of itself and of rooms above it in
# tools/rooms. It finds what lint-rooms.sh cannot see: a function that a room declares, and that a
# room below it defines.
#
#   NM=nm tools/lint-symbols.sh src/base/lock.lo src/pool/pool.lo ...
#
# Its arguments are the .lo files of libtool, which name one or two object files each: one is
# enough. An object file belongs to the room whose folder it is in. Symbols that no room defines are
# those of libc, sanitizers and the like, and are ignored.
set -eu

rooms=$(sed -n 's/^\([a-z]*\).*/\1/p' "$(dirname "$0")/rooms")
objects=$(awk -F "'" '
/^(non_)?pic_object=/ && $2 && $2 != "none" && !(FILENAME in seen) {
    seen[FILENAME]
    folder = FILENAME
    sub(/[^\/]*$/, "", folder)
    print folder $2
}' "$@")

# `file: symbol type ...' on each line. There are no blanks in the names of object files.
# shellcheck disable=SC2086
symbols=$(${NM:-nm} -P -A -g $objects)
echo "$symbols" | awk -v rooms="$(echo $rooms)" '
BEGIN {
    count = split(rooms, names, " ")
    for (i = 1; i <= count; i++)
        rank[names[i]] = i
}
# Of src/pool/.libs/libown_core_la-pool.o: pool/pool.
function source_of(file) {
    sub(/:$/, "", file)
    sub(/\/\.libs\//, "/", file)
    sub(/\.l?o$/, "", file)
    count = split(file, parts, "/")
    sub(/^libown_core_la-/, "", parts[count])
    return parts[count - 1] "/" parts[count]
}
function room_of(source) {
    sub(/\/.*/, "", source)
    return source
}
{
    source = source_of($1)
    room = room_of(source)
    if (!(room in rank)) {
        if (!(room in unknown))
            print source ": not in a room of tools/rooms"
        unknown[room] = bad = 1
    }
    if ($3 ~ /^[Uwv]$/)
        used[source, $2] = 1
    else
        defined_by[$2] = source
}
END {
    for (use in used) {
        split(use, parts, SUBSEP)
        if (!(parts[2] in defined_by))
            continue
        definer = defined_by[parts[2]]
        if (rank[room_of(parts[1])] < rank[room_of(definer)]) {
            print parts[1] ": uses " parts[2] " of " definer | "LC_ALL=C sort"
            bad = 1
        }
    }
    close("LC_ALL=C sort")
    exit bad
}'
