#!/bin/sh
# tools/lint-rooms.sh - a room of src/ includes only itself and rooms to its left in `rooms`.
#
#   tools/lint-rooms.sh src
set -eu

src=$1
rooms="base chunk object weakref limit ledger pool buffer array debug"
status=0
allowed=
for room in $rooms; do
    allowed="$allowed $room"
    for file in "$src/$room"/*.[ch]; do
        test -f "$file" || continue
        for included in $(sed -n 's|^ *# *include "\([^"]*\)".*|\1|p' "$file"); do
            case $included in
            config.h) continue ;;
            */*) ;;
            *) included=$room/$included ;;
            esac
            case " $allowed " in
            *" ${included%%/*} "*) ;;
            *)
                echo "$file: $room may not include $included"
                status=1
                ;;
            esac
        done
    done
done
exit $status
