# doc/reference/names.awk - prints the names for which the reference has pages.
#
#   awk -f comments.awk -f names.awk HEADER ...

function begin_header()
{
}

function item(    i)
{
    for (i = 1; i <= count; i++)
        if (!(name[i] in known)) {
            known[name[i]] = 1
            print name[i]
        }
}

function finish()
{
}
