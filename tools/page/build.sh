#!/bin/sh
# tools/page/build.sh - puts the page together: one file, with its styles, its scripts and D3 in it.
#
#   tools/page/build.sh modules                   prints the modules of D3 that it needs
#   tools/page/build.sh find FOLDER ...           prints the first of the folders that has them all
#   tools/page/build.sh licence FOLDER            prints their licences
#   tools/page/build.sh page FOLDER               prints the page
#
# FOLDER has D3 as npm and Debian's node-d3-* lay it down: d3-zoom/dist/d3-zoom.min.js, and so on.
# The same input makes the same bytes.
set -eu

here=$(dirname "$0")
documents=${D3_DOCUMENTS-/usr/share/doc}

# Each module after those that it uses. Only old versions of d3-scale need d3-collection.
modules='dispatch color interpolate timer ease selection drag transition zoom
    array collection time time-format format scale'
scripts='read format tree theme draw icicle search table details keys files main'

module_file()
{
    echo "$1/d3-$2/dist/d3-$2.min.js"
}

needs()
{
    test "$2" != collection || grep -q '"d3-collection"' "$(module_file "$1" scale)"
}

# Whether a folder has all modules, and a d3-selection with join, which came in 1.4.
is_complete()
{
    for module in $modules; do
        if ! test -r "$(module_file "$1" $module)"; then
            test $module = collection && ! needs "$1" collection || return 1
        fi
        test -n "$(module_licence "$1" $module)" || return 1
    done
    grep -q 'join:' "$(module_file "$1" selection)"
}

# npm has a LICENSE in each module, Debian a copyright file in the documentation.
module_licence()
{
    for file in "$1/d3-$2/LICENSE" "$documents/node-d3-$2/copyright" \
        "$documents/libjs-d3-$2/copyright"; do
        if test -r "$file"; then
            echo "$file"
            return
        fi
    done
    test "$2" != collection || needs "$1" collection || echo none
}

# Prints who has the copyright of each module, and then each licence once.
print_licence()
{
    echo 'The page has these modules of D3, https://d3js.org, in it:'
    set -- "$1" $modules
    folder=$1
    shift
    for module; do
        needs "$folder" $module || continue
        echo "@module d3-$module"
        cat "$(module_licence "$folder" $module)"
    done | awk '
    function flush(    key) {
        key = text
        gsub(/[ \t\n]+/, " ", key)
        key = tolower(key)
        if (key != "" && !(key in seen)) {
            seen[key] = 1
            texts = texts "\n" text
        }
        text = ""
    }
    /^@module / { flush(); module = $2; debian = 0; stanza = kept = names = ""; next }
    /^Format: / { debian = 1 }
    # LICENSE: copyright lines, then the text.
    !debian && /^Copyright/ { print module ": " $0; next }
    !debian { if (text != "" || $0 != "") text = text $0 "\n"; next }
    # copyright: stanzas of files, then those of licences, each indented by a blank.
    /^Files: / { stanza = ($2 ~ /^(debian|types)/) ? "packaging" : "files"; next }
    /^Copyright: / && stanza == "files" {
        sub(/^Copyright: */, "")
        sub(/^Copyright: */, "")
        print module ": Copyright " $0
        stanza = "holders"
        next
    }
    /^License: / && (stanza == "holders" || stanza == "files") {
        names = names " " tolower($2) " "
        stanza = ""
        next
    }
    /^License: / && stanza == "packaging" { stanza = ""; next }
    /^License: / {
        flush()
        stanza = index(names, " " tolower($2) " ") ? "text" : ""
        if (stanza == "text")
            text = $2 "\n"
        next
    }
    /^ / && stanza == "holders" { sub(/^ */, ""); print module ": Copyright " $0; next }
    /^ / && stanza == "text" { sub(/^ /, ""); text = text ($0 == "." ? "" : $0) "\n"; next }
    END { flush(); printf "%s", texts }'
}

# Text in an element of HTML.
escape()
{
    sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g'
}

# A script must not end its element early.
script()
{
    if grep -i -q -e '</script' -e '<!--' "$1"; then
        echo "build.sh: $1 cannot be in a page: it has </script or <!-- in it" >&2
        exit 1
    fi
    echo '<script>'
    cat "$1"
    echo '</script>'
}

print_scripts()
{
    for module in $modules; do
        ! needs "$1" $module || script "$(module_file "$1" $module)"
    done
    for name in $scripts; do
        script "$here/$name.js"
    done
}

print_page()
{
    while IFS= read -r line; do
        case $line in
        @style@) cat "$here/page.css" ;;
        @licence@) print_licence "$1" | escape ;;
        @scripts@) print_scripts "$1" ;;
        *) printf '%s\n' "$line" ;;
        esac
    done <"$here/skeleton.html"
}

command=${1-}
test $# = 0 || shift
case $command in
modules) echo $modules ;;
find)
    for folder; do
        if is_complete "$folder"; then
            echo "$folder"
            exit
        fi
    done
    exit 1
    ;;
licence) print_licence "$1" ;;
page) print_page "$1" ;;
*)
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
