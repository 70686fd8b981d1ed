#!/usr/bin/env bash
# mutant_crash.sh PROGRAM MUTANT SPEC CASE [EVENTS]: with this defect switched on, one of the cases of crashes has to fail.
set -euo pipefail
program=$1 mutant=$2 spec=$3 case=$4 events=${5:-3000}
out=crash-$mutant-$case
status=0
rm -rf "$out"
"$program" "$mutant" verify "$spec" --events "$events" --case-events "$events" --cases "$case" --out "$out" >"$out.txt" 2>&1 || status=$?
if [ "$status" != 1 ]; then
    echo "the defect $mutant was not caught by $case: verify exited with $status"
    cat "$out.txt"
    exit 1
fi
grep -E '^FAIL' "$out.txt"
rm -rf "$out" "$out.txt"
