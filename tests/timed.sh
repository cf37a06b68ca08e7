#!/bin/sh
# tests/timed.sh - runs a test, and writes how long it took as the last line of its log; before that
# the processor time, of this script and of the test, each in user and system mode.
#
#   tests/timed.sh command argument ...
start=$(date +%s)
"$@"
status=$?
times
echo "took $(($(date +%s) - start)) s"
exit $status
