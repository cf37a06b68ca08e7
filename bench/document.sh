#!/bin/sh
# bench/document.sh - puts the tables and plots of the last run of bench into the documentation.
#
#   bench/document.sh TABLES PLOTS DOCUMENT
#
# Of DOCUMENT, what follows the heading "The last run" is replaced; the plots go into a folder plots
# beside it.
set -eu

test $# = 3 || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
tables=$1
plots=$2
document=$3
test -s "$tables" || { echo "document.sh: $tables: no tables; make bench writes them" >&2; exit 1; }

awk '{ print }
    /^The last run$/ { found = 1 }
    found && /^-+$/ { done = 1; exit }
    END { exit !done }' "$document" >"$document.new" || {
    rm -f "$document.new"
    echo "document.sh: $document has no heading 'The last run'" >&2
    exit 1
}
{ echo; cat "$tables"; } >>"$document.new"
mv "$document.new" "$document"
mkdir -p "$(dirname "$document")/plots"
cp "$plots"/*.svg "$(dirname "$document")/plots/"
echo "$document and $(dirname "$document")/plots are of the last run"
