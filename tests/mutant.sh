#!/usr/bin/env bash
# mutant.sh PROGRAM MUTANT SPEC: with this defect switched on, `verify` has to exit 1 and to name a place.
set -euo pipefail
program=$1 mutant=$2 spec=$3
out=mutant-$mutant
status=0
rm -rf "$out"
"$program" "$mutant" verify "$spec" --events 60000 --case-events 60000 --kills 12 --set faults.duplicate.rate=1/20 \
    --cases PLAIN,NAIVE,WM-1,CRS-1 --out "$out" >"$out.txt" 2>&1 || status=$?
if [ "$status" != 1 ]; then
    echo "the defect $mutant was not caught: verify exited with $status"
    cat "$out.txt"
    exit 1
fi
grep -Eq '^(  row [0-9]+ |.*(row|position) [0-9]+)' "$out.txt" || {
    echo "the defect $mutant was caught, but no record is named:"
    cat "$out.txt"
    exit 1
}
grep -E '^FAIL' "$out.txt"
rm -rf "$out" "$out.txt"
