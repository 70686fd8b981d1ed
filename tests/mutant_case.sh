#!/usr/bin/env bash
# mutant_case.sh PROGRAM MUTANT CASE SPEC [OPTION...]: the defect does not show in a small log as it is, and has to show in what this case makes of that log.
set -euo pipefail
program=$1 mutant=$2 case=$3 spec=$4
shift 4
out=mutant-$mutant-$case
status=0
rm -rf "$out"
"$program" "$mutant" verify "$spec" --case-events 2000 --cases "$case" --out "$out" "$@" >"$out.txt" 2>&1 || status=$?
if [ "$status" != 1 ] || ! grep -q "^FAIL *$case " "$out.txt"; then
    echo "the defect $mutant was not caught by $case: verify exited with $status"
    cat "$out.txt"
    exit 1
fi
if [ -e "$out/cases/base" ]; then # a case that needs a cluster makes none: what these defects are in takes no part in a log of files
    diff -r "$out/cases/base/stream/datasets" "$out/cases/base/batch/datasets" # else it was the small log that told
fi
sed -n '/^FAIL/p; /^'"$case"' FAIL/,/^to see/p' "$out.txt" | cut -c 1-300
rm -rf "$out" "$out.txt"
