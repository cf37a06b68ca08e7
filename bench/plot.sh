#!/bin/sh
# bench/plot.sh - draws the samples of bench --tsv: a bar chart for each workload, curves for those
# with a size or a count.
#
#   bench/plot.sh SAMPLES.tsv FOLDER
#
# Medians of the runs' medians; the thin line on a bar goes down to the minimum.
set -eu

test $# = 2 || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
command -v gnuplot >/dev/null || { echo "plot.sh: gnuplot is missing" >&2; exit 1; }
samples=$1
folder=$2
test -s "$samples" || { echo "plot.sh: $samples: no samples; make bench writes them" >&2; exit 1; }
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# workload metric x unit peer median least, in the order of the samples.
awk -F '\t' '
    /^#/ || $1 == "workload" { next }
    {
        key = $1 "\t" $2 "\t" $3 "\t" $4 "\t" $5
        if (!(key in count)) order[++keys] = key
        value[key, ++count[key]] = $7 + 0
        if (count[key] == 1 || $8 + 0 < least[key]) least[key] = $8 + 0
    }
    END {
        for (k = 1; k <= keys; k++) {
            key = order[k]
            n = count[key]
            for (i = 2; i <= n; i++) {
                v = value[key, i]
                for (j = i - 1; j >= 1 && value[key, j] > v; j--) value[key, j + 1] = value[key, j]
                value[key, j + 1] = v
            }
            median = n % 2 ? value[key, (n + 1) / 2] \
                           : (value[key, n / 2] + value[key, n / 2 + 1]) / 2
            print key "\t" median "\t" least[key]
        }
    }' "$samples" >"$work/medians"

# The one colour of a peer, in all plots.
colour()
{
    case $1 in
    own) echo '#c0392b' ;;
    bump | plain | atomic) echo '#7f8c8d' ;;
    apr) echo '#2980b9' ;;
    mimalloc) echo '#8e44ad' ;;
    malloc) echo '#27ae60' ;;
    talloc) echo '#d68910' ;;
    talloc_pool) echo '#b7950b' ;;
    cymem) echo '#c71585' ;;
    g_rc_box) echo '#16a085' ;;
    g_atomic_rc_box) echo '#138d75' ;;
    *) echo '#34495e' ;;
    esac
}

# bars WORKLOAD METRIC UNIT
bars()
{
    awk -F '\t' -v w="$1" -v m="$2" '$1 == w && $2 == m { print $5 "\t" $6 "\t" $7 }' \
        "$work/medians" >"$work/bars"
    name=$1
    test "$(cut -f 1,2 "$work/medians" | sort -u | grep -c "^$1	")" = 1 || name=$1-$2
    row=0
    : >"$work/coloured"
    while read -r peer median least; do
        printf '%s\t%s\t%s\t%s\t%s\n' $row "$peer" "$median" "$least" \
            "$(printf '%d' "0x$(colour "$peer" | tr -d '#')")" >>"$work/coloured"
        row=$((row + 1))
    done <"$work/bars"
    # One peer far above the others would leave nothing to see of them.
    cut -f 2 "$work/bars" | sort -n | awk -v unit="$3" '
        $1 > 0 { if (!least) least = $1; most = $1 }
        END { print "logarithmic=" (least && most > 20 * least); print "least=" least / 2
              print "unit=\"" unit "\"" }' >"$work/scale"
    gnuplot <<EOF
load "$work/scale"
set terminal svg size 640,$((90 + row * 32)) font "sans-serif,12" background "#ffffff"
set output "$folder/$name.svg"
set title "$1: $2, $3 (less is better)" noenhanced
set yrange [$row - 0.4 : -0.6]
set ytics () noenhanced scale 0
set grid xtics lc rgb "#dddddd"
set border 1
set lmargin 18
set rmargin 10
unset key
if (logarithmic) set logscale x; set xrange [least : *]
if (!logarithmic) set xrange [0 : *]
start = logarithmic ? least : 0
set offsets graph 0, graph 0.12, 0, 0
plot "$work/coloured" using (start):1:(start):3:(\$1 - 0.36):(\$1 + 0.36):5:ytic(2) \\
         with boxxyerror fill solid lc rgb variable, \\
     "" using 4:1:4:3 with xerrorbars pt 0 lc rgb "#000000", \\
     "" using 3:1:(sprintf(\$3 < 10 ? "  %.2f" : \$3 < 1000 ? "  %.1f" : "  %.0f", \$3)) \\
         with labels left
EOF
}

# curves WORKLOAD METRIC UNIT
curves()
{
    case $1 in
    size) label="size of the blocks, bytes" ;;
    lone) label="size of the block, bytes" ;;
    hold) label="objects held" ;;
    chain-deepest) return ;;
    pools) label="live pools" ;;
    *) label="live ${1#scale-}" ;;
    esac
    plots=
    for peer in $(awk -F '\t' -v w="$1" '$1 == w && !seen[$5]++ { print $5 }' "$work/medians"); do
        awk -F '\t' -v w="$1" -v m="$2" -v p="$peer" \
            '$1 == w && $2 == m && $5 == p { print $3 "\t" $6 }' "$work/medians" \
            >"$work/curve.$peer"
        plots="$plots${plots:+, }'$work/curve.$peer' with linespoints pt 7 ps 0.4 lw 2"
        plots="$plots lc rgb '$(colour "$peer")' title '$peer'"
    done
    gnuplot <<EOF
set terminal svg size 640,420 font "sans-serif,12" background "#ffffff" noenhanced
set output "$folder/$1.svg"
set title "$1: $2, $3 (less is better)"
set logscale xy
set xlabel "$label"
set format x "%.0f"
if ("$1" eq "size") set logscale x 2; set xtics rotate by -35
set grid lc rgb "#dddddd"
set key outside right top
plot $plots
EOF
}

cut -f 1,2,4 "$work/medians" | awk '!seen[$0]++' >"$work/metrics"
while read -r workload metric unit; do
    if awk -F '\t' -v w="$workload" -v m="$metric" \
        '$1 == w && $2 == m && $3 != 0 { found = 1 } END { exit !found }' "$work/medians"; then
        curves "$workload" "$metric" "$unit"
    else
        bars "$workload" "$metric" "$unit"
    fi
done <"$work/metrics"
echo "plots in $folder"
