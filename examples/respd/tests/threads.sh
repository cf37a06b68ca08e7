#!/bin/sh
# threads.sh - the other tests of respd again, in short, with two threads; but memory over rounds is
# compared unless this is to be short as a whole.
set -eu

here=$(dirname "$0")
RESPD="${RESPD:-examples/respd/respd} --threads 2"
quick=${RESPD_QUICK-}
RESPD_QUICK=1
export RESPD RESPD_QUICK
run()
{
    status=0
    "$@" || status=$?
    case $status in
    0 | 77) ;;
    *)
        echo "threads: $1 failed with two threads"
        exit 1
        ;;
    esac
}

for source in "$here"/*.c; do
    name=$(basename "$source" .c)
    case $name in
    client | faulty) ;; # parts of tests
    *) run "examples/respd/tests/$name" ;;
    esac
done
run "$here/compat.sh"
run "$here/python.sh"
RESPD_QUICK=$quick
run "$here/rounds.sh"
