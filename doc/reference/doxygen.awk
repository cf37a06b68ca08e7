# doc/reference/doxygen.awk - writes what comments.awk has read of a header as Doxygen wants it:
# the filter of build.sh.
#
#   awk -v names=FILE -f comments.awk -f doxygen.awk HEADER
#
# FILE has the public names and the headers, one a line: these become links. What is indented in
# a comment is shown as it stands; lists stay lists.

BEGIN {
    while ((getline line <names) > 0)
        public[line] = 1
    close(names)
}

# What has a meaning for Doxygen or for Markdown loses it, but for `code`.
function escaped(line)
{
    gsub(/[\\@&$#<>%"*|~]/, "\\\\&", line)
    gsub(/\[/, "\\[", line)
    gsub(/\]/, "\\]", line)
    return line
}

# Public names become links, other names of the library code.
function linked(line,    out, word)
{
    out = ""
    while (match(line, /`[^`]*`|[A-Za-z_0-9\/.]*[A-Za-z_0-9]/)) {
        word = substr(line, RSTART, RLENGTH)
        out = out escaped(substr(line, 1, RSTART - 1)) link_of(word)
        line = substr(line, RSTART + RLENGTH)
    }
    return out escaped(line)
}

function link_of(word,    first)
{
    first = word
    sub(/\..*/, "", first)
    if (word ~ /\.h$/ && first_of(word) in public)
        return "@ref " word " \"" word "\""
    if (first in public && !(first in name_here))
        return "@ref " first " \"" word "\""
    if (word ~ /_/ && word !~ /`/)
        return "`" word "`"
    return word
}

# The name of a header without its folder, as the list of names has it.
function first_of(word)
{
    sub(/^own\//, "", word)
    return word
}

function print_lines(what,    n, i, part)
{
    n = split(what, part, /\n/)
    for (i = 1; i <= n; i++)
        print linked(part[i])
}

# An indented piece: a table, or what stands there.
function print_code(what,    i, rows)
{
    rows = table_of(what)
    if (rows > 0) {
        print "<table class=\"markdownTable\">"
        for (i = 1; i <= rows; i++) {
            print "<tr class=\"markdownTableBody\"><td>" linked(word[i]) "</td><td>"
            print_lines(meaning[i])
            print "</td></tr>"
        }
        print "</table>"
        return
    }
    print "@verbatim\n" what "\n@endverbatim"
}

function has(words, n,    k, part, found)
{
    found = split(words, part, /, /)
    for (k = 1; k <= found; k++)
        if (part[k] in parameter)
            return 1
    return 0
}

function print_param(i,    k, n, part)
{
    n = split(of[i], part, /, /)
    for (k = 1; k <= n; k++)
        if (part[k] in parameter) {
            printf "@param %s ", part[k]
            print_lines(piece[i])
        }
}

function print_pieces(    i)
{
    for (i = 1; i <= pieces; i++) {
        if (kind[i] == "param")
            print_param(i)
        else if (kind[i] == "code" || kind[i] == "errors")
            print_code(piece[i])
        else if (kind[i] != "text" && kind[i] != "list") {
            print kind[i] == "return" ? "@return" : \
                kind[i] == "threads" ? "@par Threads" : "@par Cost"
            print_lines(piece[i])
        } else
            print_lines(piece[i])
        if (kind[i + 1] != "errors" && (kind[i] != "list" || kind[i + 1] != "list"))
            print ""
    }
}

function begin_header(    title)
{
    title = text[1]
    sub(/^[a-z_\/]+\.h - /, "", title)
    text[1] = title
    cut()
    print "/** @file " header
    print_pieces()
    print "*/"
}

# Comments inside of a struct or an enum: before a field, or behind it.
function with_comments(code,    n, i, part, out)
{
    n = split(code, part, /\n/)
    out = ""
    for (i = 1; i <= n; i++) {
        if (part[i] ~ /^[ \t]*\/\*/)
            sub(/\/\*/, "/**", part[i])
        else
            sub(/\/\*/, "/**<", part[i])
        out = out part[i] "\n"
    }
    return out
}

function item(    i, others)
{
    for (i in name_here)
        delete name_here[i]
    for (i = 1; i <= count; i++)
        name_here[name[i]] = 1
    for (i = 1; i <= count; i++) {
        if (i > 1 && name[i] == name[i - 1])
            continue
        parameters_of(declared[i])
        cut()
        parameters_of(declared[i])
        print "/**"
        print_pieces()
        print "*/"
        print with_comments(declared[i])
    }
}

function finish()
{
}
