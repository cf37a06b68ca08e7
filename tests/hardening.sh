#!/bin/sh
# tests/hardening.sh - what configure says that it uses against attacks is in the library: checks of
# the C library, stack protectors, a shadow stack in each object file, relocations that are all made
# at the start and read-only from then on.
set -eu

: "${top_srcdir:?run by make check}" "${top_builddir:?}"
export LC_ALL=C
if test -z "${HARDENING_FLAGS-}"; then
    echo "SKIP: configured without hardening"
    exit 77
fi
if ! command -v readelf >/dev/null; then
    echo "SKIP: readelf is missing"
    exit 77
fi
work=$(mktemp -d "$top_builddir/hardening.XXXXXX")
trap 'rm -rf "$work"' EXIT

in_use()
{
    # shellcheck disable=SC2254 # a pattern
    case " $HARDENING_FLAGS " in
    *" "$1" "*) ;;
    *)
        echo "not in use: $1"
        return 1
        ;;
    esac
    echo "looking for $1"
}

# found PATTERN FILE
found()
{
    grep -q -e "$1" "$2" || {
        echo "FAIL: no $1"
        exit 1
    }
}

# The object files of the library, as the shared one has them if there is one.
cd "$top_builddir"
for object in $OWN_OBJECTS; do
    name=${object##*/}
    shared=${object%/*}/.libs/${name%.lo}.o
    if test -e "$shared"; then
        echo "$shared"
    else
        echo "${object%.lo}.o"
    fi
done >"$work/objects"
test "$(wc -l <"$work/objects")" -gt 100
xargs $NM -u <"$work/objects" >"$work/undefined"

! in_use '-D_FORTIFY_SOURCE=[23]' || found '__snprintf_chk$' "$work/undefined"
! in_use -fstack-protector-strong || found '__stack_chk_fail' "$work/undefined"
if in_use -fcf-protection=return; then
    while read -r object; do
        readelf -n "$object" >"$work/notes"
        found 'x86 feature:.*SHSTK' "$work/notes"
    done <"$work/objects"
fi

if test "$OWN_SHARED" != yes; then
    echo "not looked at: libown.so (configured with --disable-shared)"
    exit
fi
readelf -dlW .libs/libown.so >"$work/shared"
! in_use -Wl,-z,relro || found GNU_RELRO "$work/shared"
! in_use -Wl,-z,now || found BIND_NOW "$work/shared"
