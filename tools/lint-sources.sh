#!/bin/sh
# tools/lint-sources.sh - plain rules for the text of C files and shell scripts.
#
#   tools/lint-sources.sh file.c script.sh ...
#
# Rules that clang-format does not check. No line is longer than `columns` or ends in a blank, and
# the last ends in a newline. C files have no tabs and at most `most` lines; headers have an include
# guard; nothing is left to do or switched off with #if 0.
set -eu

status=0
awk -v most=420 -v columns=100 '
function complain(what) {
    print FILENAME ":" FNR ": " what
    bad = 1
}
function check_file() {
    if (is_c && lines > most) {
        print file ": " lines " lines, at most " most
        bad = 1
    }
    if (is_header && !guarded) {
        print file ": no include guard"
        bad = 1
    }
}
FNR == 1 {
    check_file()
    file = FILENAME
    is_c = file ~ /\.[ch]$/
    is_header = file ~ /\.h$/
    guard = ""
    guarded = 0
}
{ lines = FNR }
length > columns { complain("more than " columns " columns") }
/[ \t]$/ { complain("blank at the end of the line") }
!is_c { next }
/\t/ { complain("tab") }
/TODO|FIXME|XXX/ { complain("left to do") }
/^ *# *if 0/ { complain("code switched off") }
guard == "" && /^#ifndef [A-Z0-9_]*_H$/ { guard = $2 }
guard != "" && $0 == "#define " guard { guarded = 1 }
END {
    check_file()
    exit bad
}' "$@" || status=1

# One process for all files; only if there is one to complain of, one for each.
if test -n "$(tail -q -c 1 "$@")"; then
    for file; do
        test -z "$(tail -c 1 "$file")" || echo "$file: no newline at the end"
    done
    status=1
fi
exit $status
