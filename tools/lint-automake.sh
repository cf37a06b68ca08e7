#!/bin/sh
# tools/lint-automake.sh - finds assignments in Automake files that automake itself takes for plain
# variables, because their last word is misspelt: x_SOURCE, x_LDADDS, x_CPPFLAG ...
#
#   tools/lint-automake.sh Makefile.am src/local.mk ...
#
# A name that begins in lower case and ends in a word of capitals must be one that automake knows.
set -eu

awk '
BEGIN {
    count = split("SOURCES LDADD LIBADD LDFLAGS CFLAGS CPPFLAGS CXXFLAGS DEPENDENCIES LINK " \
                  "PROGRAMS LTLIBRARIES LIBRARIES SCRIPTS HEADERS DATA MANS", words, " ")
    for (i = 1; i <= count; i++)
        known[words[i]] = 1
}
/^ *(%[CD]%_|[a-z])[A-Za-z0-9_]*_[A-Z]+[ \t]*(\+|:)?=/ {
    name = $0
    sub(/[ \t]*(\+|:)?=.*/, "", name)
    sub(/^ */, "", name)
    word = name
    sub(/.*_/, "", word)
    if (!(word in known)) {
        print FILENAME ":" FNR ": " name ": automake does not know _" word
        bad = 1
    }
}
END { exit bad }' "$@"
