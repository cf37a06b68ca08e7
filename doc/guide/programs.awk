# doc/guide/programs.awk - takes the programs out of the guide, and what they print.
#
#   awk -v out=FOLDER -f programs.awk CHAPTER.md ...
#
# A block that begins with ```c NAME.c is a program, one that begins with ```text NAME.c is what it
# prints: they become OUT/NAME.c and OUT/NAME.c.expected.

file == "" && /^```(c|text) [a-z_]+\.c$/ {
    file = out "/" $2 ($1 == "```text" ? ".expected" : "")
    printf "" >file
    next
}
file != "" && /^```$/ {
    close(file)
    file = ""
    next
}
file != "" { print >file }
END { exit file != "" }
