#!/usr/bin/env bash
# mutant.sh PROGRAM MUTANT SPEC [CASE|some [OPTION...]]: with this defect switched on, `verify` has to exit 1 and to name a place; or, given a CASE,
# that case alone has to fail. Options are for `verify`.
set -euo pipefail
program=$1 mutant=$2 spec=$3 case=${4:-some}
shift $(($# < 4 ? 3 : 4))
events=60000
if [ "${1:-}" = --events ]; then
    events=$2
    shift 2
fi
out=mutant-$mutant-$case
options=(--events "$events" --case-events "$events" --kills 12 --set faults.duplicate.rate=1/20 --cases PLAIN,NAIVE,WM-1,CRS-1)
[ "$case" = some ] || options=(--case-events 3000 --cases "$case")
status=0
rm -rf "$out"
"$program" "$mutant" verify "$spec" "${options[@]}" "$@" --out "$out" >"$out.txt" 2>&1 || status=$?
if [ "$status" != 1 ]; then
    echo "the defect $mutant was not caught: verify exited with $status"
    cat "$out.txt"
    exit 1
fi
[ "$case" != some ] || grep -Eq '^(  row [0-9]+ |.*(row|position) [0-9]+)' "$out.txt" || {
    echo "the defect $mutant was caught, but no record is named:"
    cat "$out.txt"
    exit 1
}
grep -E '^FAIL' "$out.txt"
rm -rf "$out" "$out.txt"
