#!/bin/sh
# tools/lint-sources.sh - plain rules for the text of C files and shell scripts.
#
#   tools/lint-sources.sh file.c script.sh ...
#
# Rules that clang-format does not check. No line is longer than `columns` or ends in a blank, and
# the last ends in a newline. C files have no tabs and at most `most` lines; headers have an include
# guard; nothing is left to do or switched off with #if 0.
set -eu

awk -v most=420 -v columns=100 '
function complain(what) {
    print FILENAME ":" FNR ": " what
    bad = 1
}
FNR == 1 && file { check_file() }
FNR == 1 { file = FILENAME; is_c = file ~ /\.[ch]$/ }
{ lines = FNR }
length > columns { complain("more than " columns " columns") }
/[ \t]$/ { complain("blank at the end of the line") }
!is_c { next }
/\t/ { complain("tab") }
/TODO|FIXME|XXX/ { complain("left to do") }
/^ *# *if 0/ { complain("code switched off") }
function check_file() {
    if (is_c && lines > most) {
        print file ": " lines " lines, at most " most
        bad = 1
    }
}
END {
    check_file()
    exit bad
}' "$@"

status=0
for file; do
    if test -n "$(tail -c 1 "$file")"; then
        echo "$file: no newline at the end"
        status=1
    fi
    case $file in
    *.h)
        guard=$(sed -n 's/^#ifndef \([A-Z0-9_]*_H\)$/\1/p' "$file" | head -n 1)
        if test -z "$guard" || ! grep -q "^#define $guard\$" "$file"; then
            echo "$file: no include guard"
            status=1
        fi
        ;;
    esac
done
exit $status
