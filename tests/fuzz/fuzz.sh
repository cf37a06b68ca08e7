#!/bin/sh
# tests/fuzz/fuzz.sh - runs the targets of fuzzing, each for FUZZ_SECONDS, with libFuzzer; says how
# many inputs were run and how many edges of the code were reached. make fuzz calls it.
#
#     FUZZ_SECONDS     60
#     FUZZ_TARGETS     names, with blanks between
#     FUZZ_ENGINE=afl  AFL++ instead, which must be installed
#
# It builds in the folder fuzz/ of the build folder. Found inputs stay in fuzz/found/TARGET, what
# the fuzzer keeps for coverage in fuzz/work/TARGET.
set -eu

engine=${FUZZ_ENGINE-libfuzzer}
seconds=${FUZZ_SECONDS-60}
targets=${FUZZ_TARGETS-format glob market model ownstat resp words}
folder=fuzz/$engine
mkdir -p "$folder"

if test "$engine" = afl; then
    compiler=${AFL_CC-afl-clang-fast}
    flags=
    link=
else
    compiler=${FUZZ_CC-clang}
    flags="-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined -DOWN_FUZZER"
    link="-fsanitize=fuzzer"
fi
command -v "$compiler" >/dev/null || {
    echo "fuzz: $compiler is missing"
    exit 1
}

if ! test -e "$folder/config.status"; then
    (cd "$folder" && "$top_srcdir/configure" CC="$compiler" CFLAGS="-g -O1 $flags" \
        --enable-sanitizer=address,undefined --disable-static --disable-comparison \
        --without-d3 >configure.log 2>&1) || {
        tail -20 "$folder/configure.log"
        exit 1
    }
fi
programs=
for target in $targets; do
    programs="$programs tests/fuzz/$target"
done
# shellcheck disable=SC2086 # names
(cd "$folder" && ${MAKE-make} -j2 FUZZ_LINK="$link" $programs >make.log 2>&1) || {
    tail -20 "$folder/make.log"
    exit 1
}

run_libfuzzer() {
    ASAN_OPTIONS=detect_leaks=1 "./$folder/tests/fuzz/$1" -max_total_time="$seconds" \
        -print_final_stats=1 -artifact_prefix="fuzz/found/$1/" -timeout=20 -rss_limit_mb=4096 \
        -close_fd_mask="$2" -max_len="$3" "fuzz/work/$1" "$top_srcdir/tests/fuzz/corpus/$1" \
        >"fuzz/$1.log" 2>&1 || return 1
    awk -v name="$1" '
        / cov: / { for (i = 1; i < NF; i++) { if ($i == "cov:") cov = $(i + 1)
                                              if ($i == "ft:") features = $(i + 1) } }
        /number_of_executed_units/ { runs = $2 }
        END { printf "%-8s %10d runs, %5d edges, %6d features\n", name, runs, cov, features }
    ' "fuzz/$1.log"
}

run_afl() {
    AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
        afl-fuzz -V "$seconds" -i "$top_srcdir/tests/fuzz/corpus/$1" -o "fuzz/afl-out/$1" -- \
        "./$folder/tests/fuzz/$1" >"fuzz/$1.afl.log" 2>&1 || return 1
    stats=fuzz/afl-out/$1/default/fuzzer_stats
    awk -F': *' -v name="$1" '
        { gsub(/ /, "", $1); value[$1] = $2 }
        END { printf "%-8s %10d runs, %s edges, %d crashes, %d hangs\n", name,
                     value["execs_done"], value["edges_found"], value["saved_crashes"],
                     value["saved_hangs"]; exit value["saved_crashes"] > 0 }
    ' "$stats"
}

status=0
for target in $targets; do
    mkdir -p "fuzz/work/$target" "fuzz/found/$target" "fuzz/afl-out/$target"
    quiet=3
    longest=4096
    if test "$target" = model; then
        quiet=0
        longest=2048
    fi
    if test "$engine" = afl; then
        run_afl "$target" || status=1
    elif ! run_libfuzzer "$target" "$quiet" "$longest"; then
        echo "$target: found something, see fuzz/$target.log"
        status=1
    fi
done
exit $status
