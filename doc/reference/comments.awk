# doc/reference/comments.awk - reads the public headers: each comment with the declarations that
# stand directly after it.
#
#   awk -f comments.awk -f doxygen.awk HEADER        what Doxygen reads (build.sh)
#   awk -f comments.awk -f man.awk HEADER ...        the man pages (build.sh)
#
# The headers are the manual and are written once, as plain comments. This file takes them apart;
# the other two write them down again. They define:
#
#   begin_header(title)   a header begins; text[1..lines] is its first comment
#   item()                text[1..lines] is a comment, declared[1..count] are the declarations after
#                         it, without bodies and attributes, name[1..count] their names
#
# A name that ends in _ is the library's own, and is left out.

# Takes the marks of a comment off a line of it.
function plain(line)
{
    sub(/[ \t]*\*\/[ \t]*$/, "", line)
    if (!sub(/^\/\* ?/, "", line) && !sub(/^ \* ?/, "", line))
        sub(/^ +/, "", line)
    return line
}

function add_text(line)
{
    line = plain(line)
    if (line != "" || lines > 0)
        text[++lines] = line
}

function forget(    i)
{
    for (i in text)
        delete text[i]
    for (i in macro_here)
        delete macro_here[i]
    lines = 0
    count = 0
}

# Everything that belongs to one comment has been read.
function end_item()
{
    while (lines > 0 && text[lines] == "")
        lines--
    if (lines > 0 && in_head)
        begin_header()
    else if (lines > 0 && count > 0)
        item()
    in_head = 0
    forget()
}

# What a declaration tells the compiler, and not the reader: words of attributes.h before it,
# between * and the name, and after it. OWN_ABSENT and the like stand in no prototype.
function without_attributes(code)
{
    while (sub(/^(inline|__extension__|OWN_[A-Z0-9_]+(\([^()]*\))?)[ \t\n]+/, "", code))
        ;
    gsub(/[ \t\n]+OWN_[A-Z_]+(\([^()]*\))?/, "", code)
    gsub(/[ \t\n]+__attribute__\(\([^()]*(\([^()]*\))*[^()]*\)\)/, "", code)
    return code
}

function macro_name(code)
{
    sub(/^#define[ \t]+/, "", code)
    sub(/[^A-Za-z0-9_].*/, "", code)
    return code
}

# The name that a declaration declares; "" for what is left out.
function name_of(code,    from)
{
    if (code ~ /^#define/)
        return macro_name(code)
    if (code ~ /^(typedef )?(struct|enum|union) [a-z_]+ \{/) {
        sub(/^(typedef )?(struct|enum|union) /, "", code)
        sub(/ .*/, "", code)
        return code
    }
    if (code ~ /^typedef .*;$/) {
        sub(/;$/, "", code)
        sub(/.*[ *]/, "", code)
        return code
    }
    if (match(code, /own_[a-z0-9_]+\(/))
        return substr(code, RSTART, RLENGTH - 1)
    return ""
}

# A macro is shown with its value if that is one short thing, else without.
function short_macro(code,    head)
{
    gsub(/\\\n/, " ", code)
    match(code, /^#define[ \t]+[A-Za-z0-9_]+(\([^()]*\))?/)
    head = substr(code, 1, RLENGTH)
    code = substr(code, RLENGTH + 1)
    gsub(/[ \t\n]+/, " ", code)
    if (head ~ /\)$/ || length(code) > 40 || code ~ /__/)
        return head
    return head code
}

function end_declaration(    n)
{
    if (declaration ~ /^#define/)
        declaration = short_macro(declaration)
    else {
        if (declaration !~ /^(typedef )?(struct|enum|union) [a-z_]+ \{/) {
            declaration = without_attributes(declaration)
            if (sub(/[ \n]*\{.*/, "", declaration))
                declaration = declaration ";"
        } else
            sub(/\} __attribute__.*/, "};", declaration)
    }
    n = name_of(declaration)
    # A macro may be there twice, for two compilers.
    if (declaration ~ /^#/ && (n in macro_here))
        n = ""
    if (n != "" && n !~ /_$/ && lines > 0) {
        if (declaration ~ /^#/)
            macro_here[n] = 1
        declared[++count] = declaration
        name[count] = n
    }
    declaration = ""
}

# A line of a declaration. Braces are counted, so that bodies belong to it.
function add_code(line,    opened, closed, copy)
{
    declaration = declaration == "" ? line : declaration "\n" line
    if (declaration ~ /^#/) {
        if (line !~ /\\$/)
            end_declaration()
        return
    }
    copy = line
    sub(/\/\*.*/, "", copy)
    opened = gsub(/\{/, "{", copy)
    closed = gsub(/\}/, "}", copy)
    depth += opened - closed
    if (depth == 0 && copy ~ /[;}][ \t]*$/)
        end_declaration()
}

FNR == 1 {
    if (NR > 1)
        end_item()
    forget()
    declaration = ""
    depth = 0
    in_comment = 0
    in_head = 1
    header = FILENAME
    sub(/.*include\//, "", header)
}

in_comment {
    add_text($0)
    if ($0 ~ /\*\/[ \t]*$/)
        in_comment = 0
    next
}

declaration == "" && /^\/\*/ {
    end_item_if_new()
    add_text($0)
    in_comment = $0 !~ /\*\/[ \t]*$/
    next
}

# A comment after another one begins a new item, as a blank line does.
function end_item_if_new()
{
    if (lines > 0)
        end_item()
}

declaration == "" && /^[ \t]*$/ { end_item(); next }
declaration == "" && /^(#(if|else|elif|endif|include|undef|error)|OWN_(BEGIN|END)_DECLS)/ {
    if (in_head)
        end_item()
    next
}
{ add_code($0) }

END { end_item(); finish() }

###################################################################################################
# What both printers ask of a declaration and of a text
###################################################################################################

# Fills parameter[] with the names of the parameters of a declaration; returns how many.
function parameters_of(code,    i, c, level, part, n, inside)
{
    for (i in parameter)
        delete parameter[i]
    n = 0
    if (code ~ /^(typedef )?(struct|enum|union) [a-z_]+ \{/ || code ~ /^typedef/)
        return 0
    if (code ~ /^#/)
        match(code, /^#define [A-Za-z0-9_]+\(/)
    else
        match(code, /own_[a-z0-9_]+\(/)
    if (RSTART == 0)
        return 0
    inside = substr(code, RSTART + RLENGTH)
    level = 0
    part = ""
    for (i = 1; i <= length(inside); i++) {
        c = substr(inside, i, 1)
        if (c == "(")
            level++
        if ((c == "," && level == 0) || (c == ")" && level == 0)) {
            if (match(part, /\(\*[a-z_]+\)/))
                part = substr(part, RSTART + 2, RLENGTH - 3)
            else {
                sub(/[ \n]*\[[^]]*\][ \n]*$/, "", part)
                sub(/.*[^A-Za-z0-9_.]/, "", part)
            }
            if (part != "" && part != "void")
                parameter[part] = ++n
            part = ""
            if (c == ")")
                break
            continue
        }
        if (c == ")")
            level--
        part = part c
    }
    return n
}

# Takes a text apart into pieces: kind[] is "text", "list", "code", "param", "return", "threads" or
# "cost", or "errors", a code that follows "return"; piece[] what it says, lines joined by newlines;
# of a "param", of[] has the names.
function cut(    i, line)
{
    pieces = 0
    open = ""
    for (i = 1; i <= lines + 1; i++) {
        line = i <= lines ? text[i] : ""
        if (open == "text" && line ~ /^( |$)/)
            split_text()
        if (line == "") {
            blank = open == "code"
            open = ""
        } else if (open == "param" && line ~ /^ /) {
            sub(/^ +/, "", line)
            piece[pieces] = piece[pieces] "\n" line
        } else if (pieces > 0 && kind[pieces] == "param" && line ~ /^       /) {
            open = "param"
            sub(/^ +/, "", line)
            piece[pieces] = piece[pieces] "\n" line
        } else if (line ~ /^ +([0-9]+\.|-) /) {
            start("list", line)
        } else if (open == "list" && line ~ /^ /) {
            piece[pieces] = piece[pieces] "\n" line
        } else if (line ~ /^ /) {
            if (open == "code")
                piece[pieces] = piece[pieces] "\n" line
            else if (!blank && kind[pieces] == "return" && text[i - 1] != "") {
                start("errors", line)
                open = "code"
            } else if (blank && kind[pieces] == "code") {
                piece[pieces] = piece[pieces] "\n\n" line
                open = "code"
            } else
                start("code", line)
        } else if (match(line, /^[a-z_]+(, [a-z_]+)*  +[^ ]/) && are_parameters(line)) {
            if (open == "text")
                split_text()
            match(line, /^[a-z_]+(, [a-z_]+)*  +[^ ]/)
            start("param", substr(line, RLENGTH))
            of[pieces] = substr(line, 1, RLENGTH - 1)
            sub(/ +$/, "", of[pieces])
        } else if (open == "text")
            piece[pieces] = piece[pieces] "\n" line
        else
            start("text", line)
        if (line != "")
            blank = 0
    }
}

function start(what, line)
{
    kind[++pieces] = what
    piece[pieces] = line
    open = what
}

# Whether an indented piece is a table of words and what they mean, as that of errors. Fills word[]
# and meaning[], without indentation; returns how many, 0 where it is something else.
function table_of(what,    n, i, line, part, indent, from, rows)
{
    n = split(what, part, /\n/)
    match(part[1], /^ +/)
    indent = RLENGTH
    rows = 0
    for (i = 1; i <= n; i++) {
        line = part[i]
        match(line, /^ */)
        if (RLENGTH == indent && match(line, /^ +[A-Za-z_]+(, [A-Za-z_]+)*  +[A-Za-z`(]/)) {
            from = RLENGTH
            word[++rows] = substr(line, indent + 1, RLENGTH - indent - 1)
            sub(/ +$/, "", word[rows])
            meaning[rows] = substr(line, from)
        } else if (rows > 0 && RLENGTH == from - 1)
            meaning[rows] = meaning[rows] "\n" substr(line, from)
        else
            return 0
    }
    return rows
}

# Ends a paragraph of running text: what it returns, and for which threads and at what cost, become
# pieces of their own.
function split_text(    whole, at, what)
{
    whole = piece[pieces]
    if (in_head)
        return
    what = "text"
    pieces--
    while (whole != "") {
        if (sub(/^Returns? /, "", whole))
            what = "return"
        else if (sub(/^Threads: /, "", whole))
            what = "threads"
        else if (sub(/^Cost: /, "", whole))
            what = "cost"
        else
            what = "text"
        at = match(whole, "[.)][ \n](Returns? (NULL|0|-1|a |an |the |it[,. ]|how |what )|" \
            "(Threads|Cost): )")
        kind[++pieces] = what
        piece[pieces] = at ? substr(whole, 1, at) : whole
        whole = at ? substr(whole, at + 2) : ""
    }
}

# Whether the words at the beginning of a line are parameters of one of the declarations.
function are_parameters(line,    i, n, words, k, found)
{
    sub(/  .*/, "", line)
    n = split(line, words, /, /)
    for (k = 1; k <= n; k++) {
        found = 0
        for (i = 1; i <= count && !found; i++) {
            parameters_of(declared[i])
            found = words[k] in parameter
        }
        if (!found)
            return 0
    }
    return 1
}
