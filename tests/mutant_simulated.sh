#!/usr/bin/env bash
# mutant_simulated.sh PROGRAM MUTANT SPEC: with this defect switched on, one of the first three thousand seeds of `simulate` has to fail; that seed alone fails
# again in the same way, and leaves its files.
set -euo pipefail
program=$1 mutant=$2 spec=$3
out=simulated-$mutant
rm -rf "$out"

simulate() {
    local status=0
    "$program" "$mutant" simulate "$spec" --seeds "$1" --out "$out" >"$2" 2>/dev/null || status=$?
    if [ "$status" != 1 ]; then
        echo "the defect $mutant was not caught by the seeds $1: simulate exited with $status"
        cat "$2"
        exit 1
    fi
}

simulate 1..3000 "$out.txt"
seed=$(sed -n 's/^Seed \([0-9]*\) fails\.$/\1/p' "$out.txt")
simulate "$seed..$seed" "$out.again.txt"
cmp "$out.txt" "$out.again.txt"
[ -d "$out/log" ] && [ -d "$out/batch-1" ]
sed -n '1,2p' "$out.txt"
rm -rf "$out" "$out.txt" "$out.again.txt"
