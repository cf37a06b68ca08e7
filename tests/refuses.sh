#!/bin/sh
# tests/refuses.sh - configure refuses in one sentence systems and compilers that do not suit.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
work=$(mktemp -d "$top_builddir/refuses.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
if test -e "$top_srcdir/config.status"; then
    echo "SKIP: configure was run in the source tree, and allows no other build folder"
    exit 77
fi

# refuses SENTENCE ARGUMENTS...
refuses()
{
    sentence=$1
    shift
    if "$top_srcdir/configure" "$@" >log 2>&1; then
        echo "FAIL: configure $* has found nothing wrong"
        exit 1
    fi
    grep '^configure: error: ' log >said || true
    if test "$(cat said)" != "configure: error: $sentence"; then
        tail -n 20 log
        echo "FAIL: not what configure $* should say: $sentence"
        exit 1
    fi
    echo "$sentence"
}

# compiler NAME FLAGS: a script of that name, which is $CC with these flags.
compiler()
{
    printf '#!/bin/sh\nexec %s "$@" %s\n' "$CC" "$2" >"$1"
    chmod +x "$1"
}

for system in freebsd14.0 openbsd7.5 darwin23.0 gnu solaris2.11 cygwin; do
    # config.sub writes some of them otherwise.
    host=$(sh "$top_srcdir/build-aux/config.sub" "x86_64-unknown-$system")
    refuses "libown runs on Linux only: ${host#*-*-} is another system" --host="$host" \
        CC="$CC"
done

# gcc 4 did not have that yet.
compiler old -D__builtin_add_overflow=own_missing
refuses "libown needs gcc 5, clang 4 or a later version of them: $work/old is another compiler" \
    CC="$work/old"
