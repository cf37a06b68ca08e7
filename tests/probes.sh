#!/bin/sh
# tests/probes.sh - the probes of src/base/probe.h: each is in libown.so with its arguments, gdb
# finds in them what the program says should be there, and the scripts of tools/bpftrace are
# understood by bpftrace; where the kernel lets it, one of them counts what the program does.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
work=$(mktemp -d "$top_builddir/probes.XXXXXX")
trap 'rm -rf "$work"' EXIT

grep -q '^#define HAVE_PROBES 1$' "$top_builddir/config.h" || {
    echo "SKIP: configured without probes (--disable-probes, or sys/sdt.h is missing)"
    exit 77
}
test "$OWN_SHARED" = yes || {
    echo "SKIP: configured with --disable-shared"
    exit 77
}
library=$(cd "$top_builddir/.libs" && pwd)/libown.so
subject=$top_builddir/tests/probes/subject

# What the header says: the name of each probe, and how many arguments it has.
sed -n '/^ \*   pool_new/,/^ \*$/s/^ \*   \([a-z]*_[a-z]*\) *\(.*\)$/\1 \2/p' \
    "$top_srcdir/src/base/probe.h" |
    awk '{
        name = $1
        sub(/^[a-z_]* */, "")
        sub(/   .*/, "")
        print name, name == "cascade_end" ? 0 : split($0, arguments, ",")
    }' | LC_ALL=C sort -u >"$work/documented"
test "$(wc -l <"$work/documented")" -ge 10
readelf -n "$library" 2>/dev/null | awk '
    $1 == "Provider:" { own = $2 == "own" }
    $1 == "Name:" { name = $2 }
    $1 == "Arguments:" && own { print name, NF - 1 }' | LC_ALL=C sort -u >"$work/there"
diff "$work/documented" "$work/there" || {
    echo "FAIL: < is documented, > is in libown.so: the name, and the number of arguments"
    exit 1
}
echo "notes: $(wc -l <"$work/there") probes"

# watch COMMANDS: runs the subject under gdb.
watch()
{
    gdb -nx -batch -x "$1" "$subject" >"$work/log" 2>&1 || {
        cat "$work/log"
        echo "FAIL: gdb"
        exit 1
    }
}

# probe NAME FORMAT EXPRESSIONS
probe()
{
    printf 'break -probe-stap own:%s\ncommands\nsilent\n' "$1"
    printf 'printf "seen: %s %s\\n"%s\n' "$1" "$2" "${3:+, $3}"
    printf 'continue\nend\n'
}

if command -v gdb >/dev/null; then
    {
        printf 'set breakpoint pending on\nset pagination off\nset confirm off\n'
        printf 'set debuginfod enabled off\nset startup-with-shell off\n'
        printf 'set disable-randomization off\nbreak main\nrun\n'
        probe pool_new '%lu %lu %s' '$_probe_arg0, $_probe_arg1, (char *)$_probe_arg2'
        probe pool_name '%lu %s' '$_probe_arg0, (char *)$_probe_arg1'
        probe pool_die '%lu %s' '$_probe_arg0, (char *)$_probe_arg1'
        probe cascade_begin '%lu %s' '$_probe_arg0, *(char **)$_probe_arg1'
        probe cascade_next '%lu' '$_probe_arg0'
        probe cascade_end ''
        probe limit_hit '%lu %lu %lu' '$_probe_arg0, $_probe_arg2, $_probe_arg3'
        probe collect_begin '%lu' '$_probe_arg0'
        probe collect_end '%lu %lu' '$_probe_arg0, $_probe_arg2'
        probe chunk_get '%lu %lu %lu' '$_probe_arg0, $_probe_arg1, $_probe_arg2'
        probe chunk_put '%lu %lu' '$_probe_arg0, $_probe_arg1'
        printf 'continue\n'
    } >"$work/commands"
    watch "$work/commands"
    if grep -q 'Operation not permitted' "$work/log"; then
        echo "skipped: gdb may not trace a process here"
    else
        sed -n 's/ *$//; s/^expected: //p' "$work/log" | sort >"$work/expected"
        test "$(wc -l <"$work/expected")" -gt 20
        # Chunks of other sizes, and other cascades, come in between.
        sed -n 's/ *$//; s/^seen: //p' "$work/log" | sort >"$work/seen"
        comm -23 "$work/expected" "$work/seen" >"$work/missing"
        if test -s "$work/missing"; then
            cat "$work/log"
            echo "FAIL: gdb has not seen:"
            cat "$work/missing"
            exit 1
        fi
        # Nothing else is made, named, or dies.
        for name in pool_new pool_name pool_die limit_hit collect_begin collect_end; do
            test "$(grep -c "^$name " "$work/seen")" = "$(grep -c "^$name " "$work/expected")" || {
                cat "$work/log"
                echo "FAIL: gdb has seen more or fewer of $name than there should be"
                exit 1
            }
        done
        echo "gdb: $(wc -l <"$work/expected") arguments as they should be"
    fi
else
    echo "skipped: gdb is missing"
fi

if ! command -v bpftrace >/dev/null; then
    echo "skipped: bpftrace is missing"
    exit
fi
for script in cascades chunks limits pools; do
    test -s "$top_builddir/tools/bpftrace/$script.bt"
    sed "s|@library@|$library|" "$top_srcdir/tools/bpftrace/$script.bt.in" >"$work/$script.bt"
    bpftrace -d "$work/$script.bt" >"$work/log" 2>&1 && grep -q '^AST after' "$work/log" || {
        cat "$work/log"
        echo "FAIL: bpftrace does not understand $script.bt"
        exit 1
    }
done
printf 'usdt:%s:own:pool_new { @ = nonsense(); }\n' "$library" >"$work/bad.bt"
if bpftrace -d "$work/bad.bt" >/dev/null 2>&1; then
    echo "FAIL: bpftrace -d accepts anything"
    exit 1
fi
echo "bpftrace: the scripts are understood"

# It runs until it is told that the subject has ended.
{
    cat "$work/cascades.bt"
    printf 'interval:ms:100 { printf("ready\\n"); }\n'
} >"$work/run.bt"
bpftrace "$work/run.bt" >"$work/log" 2>&1 &
tracer=$!
trap 'kill -INT $tracer 2>/dev/null || :; rm -rf "$work"' EXIT
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q '^ready' "$work/log" && break
    kill -0 $tracer 2>/dev/null || break
    sleep 0.5
done
if ! grep -q '^ready' "$work/log"; then
    echo "skipped: bpftrace may not run here: $(grep -v '^$' "$work/log" | tail -1)"
    exit
fi
"$subject" >/dev/null
sleep 0.5
kill -INT $tracer
wait $tracer || :
# Other programs may use this libown.so at the same time, and are seen too.
awk '/^@objects_by_first\[pool\]: / { seen = $2 } END { exit seen < 2 }' "$work/log" || {
    cat "$work/log"
    echo "FAIL: bpftrace has not seen the cascade of two pools"
    exit 1
}
echo "bpftrace: has seen the cascade"
