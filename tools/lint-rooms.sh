#!/bin/sh
# tools/lint-rooms.sh - a room of src/ includes only itself and rooms above it in tools/rooms.
#
#   tools/lint-rooms.sh src
set -eu

src=$1
rooms=$(sed -n 's/^\([a-z]*\).*/\1/p' "$(dirname "$0")/rooms")
status=0

for folder in "$src"/*/; do
    test -d "$folder" || continue
    folder=$(basename "$folder")
    echo "$rooms" | grep -q "^$folder\$" || {
        echo "$src/$folder: not in tools/rooms"
        status=1
    }
done

allowed=
for room in $rooms; do
    allowed="$allowed $room"
    set -- "$src/$room"/*.[ch]
    test -f "$1" || continue
    awk -v room="$room" -v allowed="$allowed" '
    BEGIN {
        count = split(allowed, names, " ")
        for (i = 1; i <= count; i++)
            is_allowed[names[i]]
    }
    /^ *# *include "/ {
        included = $0
        sub(/^[^"]*"/, "", included)
        sub(/".*/, "", included)
        if (included == "config.h")
            next
        if (included !~ /\//)
            included = room "/" included
        from = included
        sub(/\/.*/, "", from)
        if (!(from in is_allowed)) {
            print FILENAME ": " room " may not include " included
            bad = 1
        }
    }
    END { exit bad }' "$@" || status=1
done
exit $status
