#!/bin/sh
# examples/matrices/tests/matrices.sh - files that are right and files that are wrong, in any
# mixture: both programs say the same, and what is wrong leaves nothing behind.
set -eu

: "${top_builddir:?run by make check}"
programs=$top_builddir/examples/matrices
work=$(mktemp -d "$top_builddir/matrices.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"

fail()
{
    echo "FAIL: $*"
    for file in out err; do
        echo "-- $file"
        head -n 20 $file
    done
    exit 1
}

# run STATUS ARGUMENTS: both programs, which must agree.
run()
{
    wanted=$1
    shift
    status=0
    $checker "$programs/with_pools" "$@" >first.out 2>first.err || status=$?
    test "$status" = "$wanted" || fail "with_pools $*: status $status"
    status=0
    $checker "$programs/without_pools" "$@" >out 2>err || status=$?
    test "$status" = "$wanted" || fail "without_pools $*: status $status"
    cmp -s out first.out || fail "$*: the two print something else"
    cmp -s err first.err || fail "$*: the two complain of something else"
}

# says FILE: what was printed is what comes on stdin.
says()
{
    cmp -s - "$1" || fail "not as expected: $1"
}

# wrong MESSAGE: a file on stdin that is refused with that message, "LINE: ..."
wrong()
{
    number=1
    while test -e "wrong$number.mtx"; do
        number=$((number + 1))
    done
    name=wrong$number.mtx
    cat >"$name"
    run 1 "$name"
    echo "$name:$1" | says err
    test ! -s out || fail "$name: something is printed"
    run 1 general.mtx "$name" symmetric.mtx
    echo "$name:$1" | says err
    says out <<END
general.mtx: 3 x 4, 4 entries, sum 8.5
symmetric.mtx: 3 x 3, 5 entries, sum 24
END
}

make_inputs()
{
    cat >general.mtx <<END
%%MatrixMarket matrix coordinate real general
% a comment, and an empty line

3 4 4
3 1 -1.5
1 4 2.5e0

1 1 7
2 2	0.5
END
    cat >symmetric.mtx <<END
%%matrixmarket MATRIX Coordinate Integer Symmetric
3 3 3
1 1 10
3 1 -3
3 2 10
END
    cat >pattern.mtx <<END
%%MatrixMarket matrix coordinate pattern general
2 2 2
2 1
1 2
END
    printf '%%%%MatrixMarket matrix coordinate real general\n0 0 0' >empty.mtx
    awk 'BEGIN {
        print "%%MatrixMarket matrix coordinate integer symmetric"
        print 2000, 2000, 20000
        for (i = 0; i < 20000; i++)
            print 1999 - int(i / 11), 1 + i * 7 % 11, i
    }' >large.mtx
    head -n 19000 large.mtx >short.mtx
}

check_right_files()
{
    run 0 --entries general.mtx symmetric.mtx pattern.mtx empty.mtx
    says out <<END
general.mtx: 3 x 4, 4 entries, sum 8.5
1 1 7
1 4 2.5
2 2 0.5
3 1 -1.5
symmetric.mtx: 3 x 3, 5 entries, sum 24
1 1 10
1 3 -3
2 3 10
3 1 -3
3 2 10
pattern.mtx: 2 x 2, 2 entries, sum 2
1 2 1
2 1 1
empty.mtx: 0 x 0, 0 entries, sum 0
END
    says err </dev/null
    run 0 large.mtx
    echo "large.mtx: 2000 x 2000, 40000 entries, sum 399980000" | says out
}

check_wrong_files()
{
    banner='%%MatrixMarket matrix coordinate real general'
    symmetric='%%MatrixMarket matrix coordinate integer symmetric'
    wrong '1: an empty file' </dev/null
    echo '%MatrixMarket matrix coordinate real general' |
        wrong '1: "%MatrixMarket" instead of %%MatrixMarket'
    echo '%%MatrixMarket matrix array real general' | wrong '1: "array" instead of coordinate'
    echo '%%MatrixMarket matrix coordinate complex general' |
        wrong '1: "complex" instead of real or another that is understood'
    echo '%%MatrixMarket matrix coordinate real' |
        wrong '1: "" instead of general or another that is understood'
    printf '%s\n%% nothing\n' "$banner" | wrong '3: the file ends before the sizes'
    printf '%s\n2 2\n' "$banner" | wrong '2: no number of entries'
    printf '%s\n2 -2 1\n' "$banner" | wrong '2: "-2" is no number of columns'
    printf '%s\n99999999999999999999 2 1\n' "$banner" |
        wrong '2: "99999999999999999999" is no number of rows'
    printf '%s\n1000000000 2 1\n' "$banner" | wrong '2: more than 100000000 rows or columns'
    printf '%s\n3 2 1\n' "$symmetric" | wrong '2: symmetric, with 3 rows and 2 columns'
    printf '%s\n2 2 2\n1 1 1\n' "$banner" | wrong '4: the file ends after 1 of 2 entries'
    printf '%s\n2 2 1\n1 1 1\n\n1 2 1\n' "$banner" | wrong '5: more than 1 entries'
    printf '%s\n2 2 2\n1 1 1\n3 1 1\n' "$banner" | wrong '4: row 3 is not between 1 and 2'
    printf '%s\n2 2 2\n1 1 1\n1 0 1\n' "$banner" | wrong '4: column 0 is not between 1 and 2'
    printf '%s\n2 2 2\n1 1 1\n1 2\n' "$banner" | wrong '4: no value'
    printf '%s\n2 2 2\n1 1 1\n1 2 1,5\n' "$banner" | wrong '4: "1,5" is no real value'
    printf '%s\n2 2 2\n1 1 1\n1 2 1e999\n' "$banner" | wrong '4: "1e999" is no real value'
    printf '%s\n2 2 2\n1 1 1\n1 2 1 0\n' "$banner" | wrong '4: "0" is too much'
    printf '%s\n2 2 2\n1 1 1\n1 1 2\n' "$banner" | wrong '4: the second entry at that place'
    printf '%s\n2 2 2\n1 1 1\n2 1 0.5\n' "$symmetric" | wrong '4: "0.5" is no integer value'
    printf '%s\n2 2 2\n1 1 1\n1 2 5\n' "$symmetric" |
        wrong '4: above the diagonal of a symmetric matrix'
    printf '%s\n2 2 2\n1 1 1\n1 2 %01100d\n' "$banner" 1 |
        wrong '4: more than 1024 characters, or a null'
    wrong '19001: the file ends after 18998 of 20000 entries' <short.mtx
    run 1 absent.mtx
    echo 'absent.mtx: No such file or directory' | says err
    run 1 .
    echo '.:1: Is a directory' | says err
}

# What is wrong is gone with its pool: the figures are those of the right files alone.
check_usage()
{
    $checker "$programs/with_pools" --usage general.mtx symmetric.mtx >expected
    grep -q '^3 pools, ' expected || fail "usage: $(cat expected)"
    # shellcheck disable=SC2046 # names without blanks
    $checker "$programs/with_pools" --usage general.mtx wrong*.mtx symmetric.mtx >out 2>err || true
    cmp -s expected out || fail "a wrong file leaves something: $(cat expected)"
}

check_no_memory()
{
    printf '%%%%MatrixMarket matrix coordinate real general\n100000000 1 0\n' >huge.mtx
    (
        # shellcheck disable=SC3045 # dash and bash have it
        ulimit -v 350000
        run 1 huge.mtx
    )
    echo 'huge.mtx:2: no memory' | says err
}

checker=
make_inputs
check_right_files
check_wrong_files
test "$(find . -name 'wrong*.mtx' | wc -l)" = 24 || fail "wrong files are missing"
check_usage
# A sanitizer takes more address space than there is.
test "${OWN_SANITIZER-no}" != no || check_no_memory
run 2
run 2 --entry general.mtx

# Where there is a Valgrind that can read what the compiler wrote.
checker='valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=all
    --errors-for-leak-kinds=all'
if test "${OWN_SANITIZER-no}" = no && $checker "$programs/with_pools" empty.mtx >out 2>err &&
    ! test -s err; then
    run 0 general.mtx symmetric.mtx pattern.mtx empty.mtx
    run 1 general.mtx wrong*.mtx symmetric.mtx
fi
