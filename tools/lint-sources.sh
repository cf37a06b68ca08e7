#!/bin/sh
# tools/lint-sources.sh - plain rules for the text of C files.
#
#   tools/lint-sources.sh file.c ...
#
# What clang-format does not see: no tabs, no trailing blanks, a last newline, at most `most` lines;
# headers have an include guard; nothing is left to do or switched off with #if 0.
set -eu

awk -v most=420 '
function complain(what) {
    print FILENAME ":" FNR ": " what
    bad = 1
}
FNR == 1 && file { check_file() }
FNR == 1 { file = FILENAME; lines = 0 }
{ lines = FNR; last = FILENAME }
/\t/ { complain("tab") }
/[ \t]$/ { complain("blank at the end of the line") }
/TODO|FIXME|XXX/ { complain("left to do") }
/^ *# *if 0/ { complain("code switched off") }
function check_file() {
    if (lines > most) {
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
