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
