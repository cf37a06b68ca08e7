#!/bin/sh
# tests/timed.sh - runs a test, and writes how long it took as the last line of its log.
#
#   tests/timed.sh command argument ...
start=$(date +%s)
"$@"
status=$?
echo "took $(($(date +%s) - start)) s"
exit $status
