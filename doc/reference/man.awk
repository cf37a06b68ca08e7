# doc/reference/man.awk - writes man pages of what comments.awk has read of the public headers.
#
#   awk -v out=FOLDER -v version=X.Y.Z -v programs=FOLDER -f comments.awk -f man.awk HEADER ...
#
# For each comment a page of section 3 in FOLDER/man3, named after the first of the names that the
# comment is for; the others lead to it. For each header one of section 7: own-pool.h
# for own/pool.h, libown for own.h. The headers are read twice: the first time for the names.
# programs has the programs of the guide: a page shows the shortest that uses its name.

BEGIN {
    get_programs()
    for (i = 1; i < ARGC; i++)
        files[i] = ARGV[i]
    files_read = ARGC - 1
    for (i = 1; i <= files_read; i++)
        ARGV[ARGC++] = files[i]
}

function get_programs(    list, file, line, n, from)
{
    list = "ls " programs
    while ((list | getline file) > 0) {
        if (file !~ /\.c$/)
            continue
        n = 0
        while ((getline line <(programs "/" file)) > 0) {
            source[file, ++n] = line
            while (match(line, /(own|OWN)_[A-Za-z0-9_]+/)) {
                from = substr(line, RSTART, RLENGTH)
                line = substr(line, RSTART + RLENGTH)
                if (!(from in user) || length_of[user[from]] > 0)
                    uses[from, file] = 1
                words[from] = 1
            }
        }
        close(programs "/" file)
        length_of[file] = n
        program[++program_count] = file
    }
    close(list)
}

# The shortest program that uses a name.
function program_of(word,    i, best)
{
    best = ""
    for (i = 1; i <= program_count; i++)
        if ((word, program[i]) in uses &&
            (best == "" || length_of[program[i]] < length_of[best]))
            best = program[i]
    return best
}

function second_time()
{
    return seen_headers > files_read
}

function roff(line)
{
    gsub(/\\/, "\\e", line)
    gsub(/-/, "\\-", line)
    if (line ~ /^[.']/)
        line = "\\&" line
    return line
}

function print_roff(what, file,    n, i, part)
{
    n = split(what, part, /\n/)
    for (i = 1; i <= n; i++) {
        sub(/^ +/, "", part[i])
        gsub(/`/, "", part[i])
        print roff(part[i]) >file
    }
}

function print_as_is(what, file,    n, i, part)
{
    print ".nf" >file
    n = split(what, part, /\n/)
    for (i = 1; i <= n; i++)
        print roff(part[i]) >file
    print ".fi" >file
}

# A table in lines that man fills, else what stands there.
function print_indented(what, file,    i, rows, width)
{
    rows = table_of(what)
    if (rows == 0) {
        print ".PP" >file
        print_as_is(what, file)
        return
    }
    width = 0
    for (i = 1; i <= rows; i++)
        width = length(word[i]) > width ? length(word[i]) : width
    for (i = 1; i <= rows; i++) {
        print ".TP " width + 2 "\n.B " roff(word[i]) >file
        print_roff(meaning[i], file)
    }
}

# A prototype in lines of up to 76 columns.
function wrapped(code,    at, out)
{
    if (code ~ /^#/ || code ~ /\{/)
        return code
    gsub(/[ \n]+/, " ", code)
    out = ""
    while (length(code) > 76) {
        for (at = 74; at > 20 && substr(code, at, 2) != ", "; at--)
            ;
        if (at == 20)
            break
        out = out substr(code, 1, at) "\n"
        code = "        " substr(code, at + 2)
    }
    return out code
}

function page_of_header(path)
{
    if (path == "own.h")
        return "libown"
    sub(/^own\//, "", path)
    return "own-" path
}

# For the list of all pages: of a header the first sentence, of a call what stands before a colon.
function first_sentence(end,    line)
{
    line = piece[1]
    sub(/^libown: /, "", line)
    gsub(/\n/, " ", line)
    gsub(/`/, "", line)
    if (match(line, end))
        line = substr(line, 1, RSTART - 1)
    sub(/\.$/, "", line)
    return line
}

function print_pieces(wanted, file,    i, none)
{
    none = 1
    for (i = 1; i <= pieces; i++) {
        if (index(wanted, kind[i]) == 0)
            continue
        if (kind[i] == "param") {
            print ".TP\n.I " of[i] >file
            print_roff(piece[i], file)
        } else if (kind[i] == "code" || kind[i] == "errors") {
            print_indented(piece[i], file)
        } else {
            print ".PP" >file
            print_roff(piece[i], file)
        }
        none = 0
    }
    return !none
}

function has_piece(wanted,    i)
{
    for (i = 1; i <= pieces; i++)
        if (index(wanted, kind[i]) > 0)
            return 1
    return 0
}

function section(heading, what, file)
{
    if (has_piece(what)) {
        print ".SH " heading >file
        print_pieces(what, file)
    }
}

function title(page, number, file)
{
    print ".\\\" Made from " header " by doc/reference/man.awk." >file
    print ".TH \"" page "\" " number " \"\" \"libown " version "\" \"libown\"" >file
    print ".SH NAME" >file
}

function begin_header(    page, file, i, line, n_others, others)
{
    seen_headers++
    names_in[header] = second_time() ? names_in[header] : ""
    line = text[1]
    sub(/^[a-z_\/]+\.h - /, "", line)
    text[1] = line
    cut()
    about[header] = first_sentence("[.] ")
    if (!second_time())
        return
    page = page_of_header(header)
    file = out "/man7/" page ".7"
    title(page, 7, file)
    print page " \\- " roff(about[header]) >file
    print ".SH SYNOPSIS\n.B #include <" header ">" >file
    print ".SH DESCRIPTION" >file
    print_pieces("text list code", file)
    if (header == "own.h")
        end_first_page(file)
    else {
        print ".SH SEE ALSO" >file
        n_others = split(names_in[header], others, / /)
        for (i = 1; i <= n_others; i++)
            if (others[i] != "")
                see(others[i], 3, file)
        print ".BR libown (7)" >file
    }
    close(file)
}

# The page that a reader begins with leads to all others.
function end_first_page(file,    i, head)
{
    print ".SH HEADERS" >file
    for (i = 2; i <= files_read; i++) {
        head = files[i]
        sub(/.*include\//, "", head)
        if (names_in[head] != "")
            print ".TP\n.BR " page_of_header(head) " (7)\n" roff(about[head]) >file
    }
    print_program("first.c", file)
    print ".SH SEE ALSO" >file
    see("own_pool_new", 3, file)
    see("own_incref", 3, file)
    see("own_decref", 3, file)
    see("own-check", 1, file)
    print ".BR ownstat (1)" >file
}

function see(page, number, file)
{
    print ".BR " page " (" number ")," >file
}

function item(    file, i, example, page)
{
    for (i = 1; i <= count; i++)
        if (!((header, name[i]) in listed)) {
            listed[header, name[i]] = 1
            order[++order_count] = name[i]
            place[name[i]] = order_count
            header_of[name[i]] = header
            names_in[header] = names_in[header] " " name[i]
        }
    if (!second_time())
        return
    cut()
    page = page_name()
    file = out "/man3/" page ".3"
    if (page in written)
        return
    for (i = 1; i <= count; i++)
        written[name[i]] = 1
    title(page, 3, file)
    line = name[1]
    for (i = 2; i <= count; i++)
        if (name[i] != name[i - 1])
            line = line ", " name[i]
    print line " \\- " roff(first_sentence("[.:] ")) >file
    print ".SH SYNOPSIS\n.nf\n.B #include <" header ">\n" >file
    for (i = 1; i <= count; i++)
        print_as_is(wrapped(declared[i]), file)
    print ".fi\n.SH DESCRIPTION" >file
    print_pieces("text list code", file)
    section("PARAMETERS", "param", file)
    section("RETURN VALUE", "return errors", file)
    section("THREADS", "threads", file)
    section("COST", "cost", file)
    example = ""
    for (i = 1; i <= count && example == ""; i++)
        example = program_of(name[i])
    if (example != "")
        print_program(example, file)
    print_see_also(file)
    close(file)
    for (i = 1; i <= count; i++)
        if (name[i] != page) {
            print ".so man3/" page ".3" >(out "/man3/" name[i] ".3")
            close(out "/man3/" name[i] ".3")
        }
}

# A page is named after a function rather than after a macro that stands before it.
function page_name(    i)
{
    for (i = 1; i <= count; i++)
        if (name[i] ~ /^own_/)
            return name[i]
    return name[1]
}

function print_program(example, file,    i)
{
    print ".SH EXAMPLES\nThe program " example " of the guide:\n.PP\n.nf" >file
    for (i = 1; i <= length_of[example]; i++)
        print roff(source[example, i]) >file
    print ".fi" >file
}

# What the comment speaks of, then what stands beside it in the header.
function print_see_also(file,    i, j, line, word, seen, from, to)
{
    for (i = 1; i <= count; i++)
        seen[name[i]] = 1
    print ".SH SEE ALSO" >file
    for (i = 1; i <= lines; i++) {
        line = text[i]
        while (match(line, /(own|OWN)_[A-Za-z0-9_]+/)) {
            word = substr(line, RSTART, RLENGTH)
            line = substr(line, RSTART + RLENGTH)
            if (word in place && !(word in seen)) {
                seen[word] = 1
                see(word, 3, file)
            }
        }
    }
    from = place[name[1]] - 2
    to = place[name[count]] + 2
    for (j = from; j <= to; j++)
        if (j in order && header_of[order[j]] == header && !(order[j] in seen)) {
            seen[order[j]] = 1
            see(order[j], 3, file)
        }
    print ".BR " page_of_header(header) " (7)" >file
}

function finish()
{
}
