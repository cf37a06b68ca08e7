#!/bin/sh
# tests/matrix/matrix.sh - builds and tests the library as each row of a table says: other compilers
# and flags, other processors under qemu-user, other C libraries, and machines that lack something.
#
#   make matrix                              all rows, in the folder matrix/ of the build folder
#   make matrix MATRIX_ROWS='musl i686'      these
#
# A row that this machine has no compiler or runner for is skipped, and says what is missing. Builds
# are kept in matrix/ROW, with the log of all that was done in matrix/ROW.log. OWN_TEST_SCALE (30)
# divides the number of random steps; MATRIX_JOBS (2) is for make. Check for other processors and C
# libraries is built from its sources, which come from MATRIX_CHECK_SOURCE or a mirror of Debian.
set -eu

: "${top_srcdir:?run by make matrix}" "${top_builddir:?}"
here=$top_srcdir/tests/matrix
work=$top_builddir/matrix
jobs=${MATRIX_JOBS-2}
export OWN_TEST_SCALE="${OWN_TEST_SCALE-30}" CONFIG_SHELL=/bin/sh
# The longest that one program may take.
seconds=900

check_version=0.15.2
check_sum=8451b68ac5d6f3157b24f22eceff575bcf566264f6d78f3852f89d4e08cf42e1
mirror=http://deb.debian.org/debian/pool/main/c/check
check_source=${MATRIX_CHECK_SOURCE-$mirror/check_$check_version.orig.tar.gz}

unset CC CXX CFLAGS CXXFLAGS CPPFLAGS LDFLAGS MAKEFLAGS MFLAGS MAKELEVEL
mkdir -p "$work/bare"

have()
{
    command -v "$1" >/dev/null 2>&1
}

trim()
{
    echo "$1" | sed 's/^ *//; s/ *$//'
}

# Sets the columns of a row of the table.
read_row()
{
    line=$(grep "^$1 *|" "$here/rows") || {
        echo "no row $1 in $here/rows" >&2
        exit 1
    }
    compiler=$(trim "$(echo "$line" | cut -d'|' -f2)")
    arguments=$(trim "$(echo "$line" | cut -d'|' -f3)" | sed "s|@/|$work/|")
    tests=$(trim "$(echo "$line" | cut -d'|' -f4)")
    runner=$(trim "$(echo "$line" | cut -d'|' -f5)" | sed "s|@/|$work/|")
    lacks=$(trim "$(echo "$line" | cut -d'|' -f6)")
    foreign=
    case $compiler in
    musl-gcc) foreign=musl ;;
    *-linux-gnu*-gcc) foreign=${compiler%-gcc} ;;
    esac
}

# Other builds know nothing of this machine's libraries but Check.
configure_foreign()
{
    CHECK_CFLAGS="-I$work/check-$foreign/include"
    CHECK_LIBS="$work/check-$foreign/lib/libcheck.a -lm -pthread"
    PKG_CONFIG_LIBDIR=$work/bare
    NUMPY_PYTHON=no
    export CHECK_CFLAGS CHECK_LIBS PKG_CONFIG_LIBDIR NUMPY_PYTHON
    test "$foreign" = musl || set -- --host="$foreign" "$@"
    "$top_srcdir/configure" "$@"
}

get_check()
{
    test ! -e "$work/check/configure" || return 0
    file=$work/check.tar.gz
    case $check_source in
    *://*) curl -sSfLo "$file" "$check_source" || return 1 ;;
    *) file=$check_source ;;
    esac
    echo "$check_sum  $file" | sha256sum -c || return 1
    rm -rf "$work/check"
    mkdir "$work/check"
    tar -C "$work/check" --strip-components=1 -xf "$file"
}

build_check()
{
    prefix=$work/check-$foreign
    test ! -e "$prefix/lib/libcheck.a" || return 0
    get_check || return 1
    mkdir -p "$prefix/build"
    (
        cd "$prefix/build"
        set -- CC="$compiler" --prefix="$prefix" --disable-shared --disable-subunit \
            --disable-build-docs
        test "$foreign" = musl || set -- --host="$foreign" "$@"
        # What comes in the tarball is not made again.
        "$work/check/configure" "$@" &&
            for folder in lib src; do
                make -C $folder install AUTOCONF=: AUTOMAKE=: ACLOCAL=: || exit 1
            done && cp check_stdint.h "$prefix/include"
    )
}

# build ROW: its build folder is configured. 77 if something is missing, which is in $reason.
build()
{
    folder=$work/$1
    test ! -e "$folder/Makefile" || return 0
    rm -rf "$folder"
    mkdir -p "$folder"
    cd "$folder"
    case $arguments in
    *"$work/shrink.o"*)
        $compiler -D_GNU_SOURCE -O2 -c -o "$work/shrink.o" "$here/shrink.c" || return 1
        ;;
    esac
    cc=$compiler
    ! have ccache || cc="ccache $compiler"
    eval "set -- $arguments"
    case " $arguments " in
    *" --disable-shared "*) ;;
    *) set -- --disable-static "$@" ;;
    esac
    set -- CC="$cc" --enable-werror --disable-comparison "$@"
    if test -n "$foreign"; then
        if ! build_check; then
            reason="Check cannot be built for $foreign"
            return 77
        fi
        configure_foreign "$@" || return 1
    else
        "$top_srcdir/configure" "$@" || return 1
    fi
}

# The programs of the row, as make knows them.
programs()
{
    case $tests in
    all) make -s matrix-programs | tr " " "\n" | grep -E "^tests/(contract|unit|model)/" ;;
    some) sed 's|^|tests/|' "$here/some" ;;
    *.sh) ;;
    esac
}

# Builds what a row needs, and runs it. What it does is on the standard output.
run_row()
{
    fast=
    case " $arguments " in
    *" --disable-shared "*) ;;
    *) fast="LIBTOOL=/bin/sh $top_srcdir/.ci/libtool" ;;
    esac
    if test "$tests" = headers; then
        CC=$compiler CXX=$(echo "$compiler" | sed 's/gcc/g++/; s/clang/clang++/') CPPFLAGS= \
            CFLAGS=-O2 CXXFLAGS=-O2 HEADERS_C='c17 c2x' HEADERS_CXX='c++20 c++2b' \
            sh "$top_srcdir/tests/headers.sh"
        return
    fi
    find tests -name '*.trs' -exec rm -f {} +
    wanted=$(programs)
    case $tests in
    *.sh) wanted=libown.la ;;
    esac
    test -n "$wanted" || {
        echo "there are no tests: configure has found no Check"
        return 1
    }
    # What does not compile cannot run, and the rest is tried.
    # shellcheck disable=SC2086 # words
    make -k -j"$jobs" ${fast:+"$fast"} config.h $wanted || true
    case $tests in
    *.sh) wanted=$tests ;;
    esac
    case $runner in
    qemu-*) export OWN_UNDER_QEMU=1 ;; # some tests leave out what it cannot do, and say so
    esac
    # shellcheck disable=SC2086
    CK_TIMEOUT_MULTIPLIER=30 CK_DEFAULT_TIMEOUT=60 make -k -j"$jobs" check-TESTS \
        check_PROGRAMS= check_LTLIBRARIES= TESTS="$(echo $wanted)" \
        LOG_COMPILER="/bin/sh $top_srcdir/tests/timed.sh timeout $seconds $runner"
}

# counted FOLDER: programs and checks that passed, failed and were skipped, from their logs.
counted()
{
    test ! -d "$1/tests" || find "$1/tests" -name '*.trs' -exec awk '
        FNR == 1 {
            programs++
            log_file = FILENAME
            sub(/\.trs$/, ".log", log_file)
            while ((getline line < log_file) > 0)
                if (line ~ /^[0-9]+%: Checks: /) {
                    gsub(/[^0-9]+/, " ", line)
                    split(line, number, " ")
                    checks += number[2]
                    bad += number[3] + number[4]
                }
            close(log_file)
        }
        /^:test-result: SKIP/ { skipped++ }
        /^:test-result: (FAIL|ERROR|XPASS)/ {
            failed++
            sub(/^.*\/tests\//, "", FILENAME)
            sub(/\.trs$/, "", FILENAME)
            names = names " " FILENAME
        }
        END {
            printf "%d programs, %d tests", programs, checks
            if (bad)
                printf ", %d failed", bad
            if (skipped)
                printf ", %d programs skipped", skipped
            if (failed)
                printf ";%s", names
        }' {} +
}

# missing ROW: says why the row cannot be tried.
missing()
{
    have "$compiler" || {
        echo "$compiler is missing"
        return
    }
    first=${runner%% *}
    test -z "$first" || have "$first" || {
        echo "$first is missing"
        return
    }
    # Some versions of qemu-user hang where a program forks, as tests do.
    cat >"$work/probe-$row.c" <<'END'
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    pid_t child = fork();
    return child == 0 ? 0 : waitpid(child, NULL, 0) != child;
}
END
    flags=
    case $arguments in
    *-static*) flags=-static ;;
    esac
    $compiler $flags -o "$work/probe-$row" "$work/probe-$row.c" >/dev/null 2>&1 || {
        echo "$compiler makes no programs: is its C library there?"
        return
    }
    case $tests in
    headers | *.sh) return ;;
    esac
    timeout 60 $runner "$work/probe-$row" >/dev/null 2>&1 || {
        echo "programs of $compiler do not run here, or do not fork${runner:+, under $first}"
        return
    }
    test -z "$lacks" || $runner "$work/lacks" $lacks >/dev/null 2>&1 || {
        echo "this machine is not one where programs lack this: $lacks"
        return
    }
}

# try ROW: prints its result.
try()
{
    row=$1
    read_row "$row"
    since=$(date +%s)
    reason=$(missing)
    built=$row
    case $arguments in
    '= '*) built=${arguments#= } ;;
    esac
    if test -n "$reason"; then
        status=77
    else
        status=0
        {
            if test "$built" != "$row" && test "$tests" != headers; then
                reason="$built cannot be built"
                (read_row "$built" && build "$built") || status=$?
            elif test "$tests" != headers; then
                build "$row" || status=$?
            fi
            test $status != 0 || (cd "$work/$built" 2>/dev/null || cd "$work"; run_row) || status=$?
        } >"$work/$row.log" 2>&1
    fi
    figures=
    case $status,$tests in
    77,*) ;;
    *,headers) figures=$(grep -h ' headers$' "$work/$row.log" | awk '{ n += $(NF - 1) }
        END { print n " headers compiled" }') ;;
    *) figures=$(counted "$work/$built") ;;
    esac
    took=$(($(date +%s) - since))
    case $status in
    0) verdict=passed passed=$((passed + 1)) ;;
    77) verdict=skipped skipped=$((skipped + 1)) figures=$reason ;;
    *) verdict=FAILED failed=$((failed + 1)) figures="$figures (see $work/$row.log)" ;;
    esac
    printf '%-14s %-8s %s, %d s\n' "$row" "$verdict" "$figures" "$took"
}

passed=0 failed=0 skipped=0
main()
{
    for part in without pages; do
        gcc -D_GNU_SOURCE -O1 -shared -fPIC "$here/$part.c" -o "$work/$part.so" -ldl ||
            echo "$part.c does not compile here: rows that need it are skipped"
    done
    gcc -D_GNU_SOURCE -O1 "$here/lacks.c" -o "$work/lacks" || true
    test $# -gt 0 || set -- $(sed -n 's/^\([a-zA-Z0-9-]*\) *|.*/\1/p' "$here/rows")
    for row; do
        try "$row"
    done
    echo "$passed passed, $failed failed, $skipped skipped"
    test $failed = 0 || exit 1
}

# All of this file has been read by now: it may be edited meanwhile.
main "$@"
exit
