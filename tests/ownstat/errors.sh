#!/bin/sh
# tests/ownstat/errors.sh - what is wrong is refused, with the place and the status that ownstat(1)
# names: 2 for arguments, 3 for what is read or written.
set -eu
. "$(dirname "$0")/begin.sh"

make_report server 0 >"$work/server"
cd "$work"

# --- Arguments

run 2
says err "a command is expected"
run 2 frobnicate
says err "there is no command"
for command in show top diff leaks save graph flame html watch; do
    if test $command = watch && test "$OWN_NCURSES" != yes; then
        continue
    fi
    run 0 $command --help
    says out "Usage: ownstat $command"
    says out "--help"
    run 2 $command --frobnicate server
    says err "ownstat $command: unrecognized option"
    says err "Try \`ownstat $command --help'"
    run 2 $command
    run 2 $command --timeout=0 server
    run 2 $command --timeout=soon server
    run 2 $command server server server server server --timeout=x
done
run 2 show server server
run 2 diff server
run 2 leaks server server
says err "three reports or more"
run 2 graph server
says err "-o OUTPUT is missing"
run 2 save server
says err "-o OUTPUT is missing"
run 2 save -o a server server
run 2 graph -o tree.gif server
says err "must end in .dot, .svg or .png"
run 2 html server
run 2 flame --by=colour server
run 2 flame --depth=0 server
run 2 show --depth=-1 server
run 2 show --depth=18446744073709551616 server
run 2 show --count=5x server
run 2 show --sort=colour server
run 2 top --sort=colour server
run 0 --help
says out "ownstat COMMAND --help"
run 0 --version
says out "ownstat 0."

# --- Files

run 3 show missing
says err "missing: No such file or directory"
run 3 show .
says err "Is a directory"
run 3 flame -o missing/file server
says err "missing/file: No such file or directory"
run 3 graph -o missing/file.dot server
run 3 html -o missing/file server
if test -e /dev/full; then
    status=0
    "$ownstat" show server >/dev/full 2>err || status=$?
    test $status = 3
    says err "stdout: No space left on device"
    run 3 flame -o /dev/full server
    says err "/dev/full: No space left on device"
fi
if test "$OWN_NCURSES" = yes; then
    run 3 watch server
    says err "it is no socket"
    run 3 watch missing
else
    run 3 watch server
    says err "ncurses"
fi

# --- Syntax

# refuses LINE:COLUMN TEXT, of the file `bad'.
refuses()
{
    run 3 show bad
    says err "ownstat: bad:$1"
    says err "$2"
}

printf '' >bad
refuses 1:1: "the file ends where \`{' is expected"
printf '[]' >bad
refuses 1:1: "\`{' is expected at the beginning, not \`['"
printf '{\n  "pools": [\n    {"id": "0x1", oops}\n' >bad
refuses 3:22: "string or '}' expected"
printf '{"format": "own-report",\n "version" 1}' >bad
refuses 2:12: "\`:' is expected after the name of a member, not \`1'"
printf '{"format": "own-report",,' >bad
refuses 1:25: "\`\"' is expected before the name"
printf '{"format": }' >bad
refuses 1:12: "a value is expected, not \`}'"
printf '{"pools": [' >bad
refuses 1:12: "the file ends where a value is expected"
printf '{"pools": [{"id": "0x1"' >bad
refuses 1:2 "expected near end of file"
printf '{"format": "own-report" "version": 1}' >bad
refuses 1:25: "\`,' is expected between members"
printf '{"later": "\377"}' >bad
refuses 1:1 "unable to decode byte 0xff"
printf '{"later": 1, "later": 2}' >bad
refuses ' it is no report' '"format" is missing'
printf '{"format": "own-report", "format": "own-report"}' >bad
refuses 1:26: '"format" is there twice'
{ cat server && echo '{}'; } >bad
refuses '' "there is something behind the end of the report"

# --- Members

python3 "$here/members.py" "$ownstat" server bad

# The second of two reports is checked too.
printf '{}' >bad
run 3 diff server bad
says err "bad: it is no report"
