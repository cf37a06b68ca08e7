#!/bin/sh
# tests/ownstat/symbols.sh - frames become functions and lines of sources by addr2line, of a program
# that is compiled here; without it, or without the module, they stay modules and offsets.
set -eu
. "$(dirname "$0")/begin.sh"

command -v addr2line >/dev/null || skip "there is no addr2line (binutils)"
cd "$work"

cat >program.c <<'END'
int outer(int);
static volatile int sink;
static inline __attribute__((always_inline)) int inner(int number)
{
    sink = number; sink = number + 1; sink = number + 2;
    return sink;
}
int outer(int number)
{
    return inner(number) * 2;
}
int main(void)
{
    return outer(-1);
}
END
$CC -g -O1 program.c -o program
# Any address of `outer' that addr2line says to be in `inner'.
begin=$(nm program | awk '$3 == "outer" { print $1 }')
python3 -c 'for i in range(40): print("0x%x" % (int("'"$begin"'", 16) + i))' >addresses
address=$(addr2line -a -f -i -e program <addresses |
    awk '/^0x/ { address = $1 } /program.c:5$/ { print address; exit }' | sed 's/^0x0*/0x/')
test -n "$address" || skip "the compiler has left no line of an inlined call"

make_report server 0 >server
python3 - "$work/program" "$address" >report <<'END'
import json, sys
report = json.load(open("server"))
report["stacks"] = [
    [{"module": sys.argv[1], "offset": sys.argv[2]},
     {"module": sys.argv[1], "offset": "0x1", "function": "known"},
     {"module": "/no/such/module", "offset": "0x12"}],
    [{"module": "", "offset": "0x0"}, {"module": sys.argv[1], "offset": sys.argv[2]}],
]
print(json.dumps(report))
END

run 0 show --places report
sed -n 's/^ *[0-9.]* [KMGi]*B *[0-9]*  //; s/^ *//; /\(inner\|outer\|known\|module\|^+\)/p' out |
    sed "s|$work/||g" >places
cat >expected <<END
inner program.c:5
outer program.c:10
known program+0x1
/no/such/module+0x12
+0x0
inner program.c:5
outer program.c:10
END
diff expected places || fail "not as expected"

run 0 show --places --no-symbols report
says out "program+$address"
test "$(grep -c program.c out)" = 0
run 0 flame report
cp out flame.json
python3 "$here/check_speedscope.py" flame.json 4 >/dev/null
says out '{"name":"inner","file":"'"$work"'/program.c","line":5}'
run 0 leaks report report report

OWNSTAT_PAGE=$work/page.html
export OWNSTAT_PAGE
cat >page.html <<'END'
<script type="application/json" id="own-report">null</script>
<script type="application/json" id="own-report-old">null</script>
END
run 0 html -o page report
grep -q '"function":"inner","source":"'"$work"'/program.c:5"}' page

# Without addr2line.
mkdir bin
for program in sh sed cat ls rm mkdir chmod grep dirname basename readlink uname; do
    ln -s "$(command -v $program)" bin/
done
(PATH=$work/bin && run 0 show --places report) || exit 1
says out "program+$address"
says out "known "
# One that fails, or says what it should not.
for answer in 'exit 1' 'echo 0x1' 'yes | head -n 100000' 'cat >/dev/null; printf "0x1\nname"'; do
    printf '#!/bin/sh\n%s\n' "$answer" >bin/addr2line
    chmod +x bin/addr2line
    (PATH=$work/bin:$PATH && run 0 show --places report) || exit 1
    says out "known "
    says out "program+$address"
done
