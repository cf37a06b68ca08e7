# doc/reference/links.awk - prints the links in HTML files that lead nowhere: to a file of the same
# folder, or to an anchor in it, that is not there.
#
#   cd FOLDER && awk -f links.awk *.html

function files_there(    line)
{
    while (("find . -type f" | getline line) > 0)
        there[substr(line, 3)] = 1
    close("find . -type f")
}

BEGIN { files_there() }

{
    line = $0
    while (match(line, /(id|name|href|src)="[^"]*"/)) {
        word = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        value = word
        sub(/^[a-z]*="/, "", value)
        sub(/"$/, "", value)
        if (word ~ /^(id|name)/)
            anchor[FILENAME "#" value] = 1
        else if (value !~ /^([a-z]+:|#?$)/) {
            if (value ~ /^#/)
                value = FILENAME value
            count++
            link[value] = FILENAME
        }
    }
}

END {
    for (value in link) {
        file = value
        sub(/#.*/, "", file)
        if (!(file in there) || (value ~ /#/ && !(value in anchor))) {
            print link[value] ": dead link to " value
            bad = 1
        }
    }
    print count " links"
    exit bad
}
