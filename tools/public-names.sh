#!/bin/sh
# tools/public-names.sh - prints the names that headers declare with OWN_API, sorted.
#
#   tools/public-names.sh include/own/*.h
set -eu

cat "$@" |
    # Comments on one line, directives with their continuation lines, then whole comments.
    sed -e 's|/\*.*\*/||' -e '/^ *#/{' -e ':more' -e '/\\$/{' -e 'N' -e 'b more' \
        -e '}' -e 'd' -e '}' \
        -e '\|/\*|,\|\*/|d' |
    tr '\n' ' ' |
    sed 's/OWN_API /\
OWN_API /g' |
    # The first name that is called like a function, or ends like a variable.
    sed -n 's/^OWN_API [^(;]*\(own_[a-z0-9_]*\) *[(;[].*/\1/p' |
    LC_ALL=C sort
