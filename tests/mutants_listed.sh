#!/usr/bin/env bash
# mutants_listed.sh PROGRAM CMAKELISTS: every mutant that the program lists has a test.
set -euo pipefail
count=0
while read -r name _; do
    grep -qw -- "$name" "$2" || { echo "the mutant $name has no test"; exit 1; }
    count=$((count + 1))
done < <("$1" --list)
[ "$count" -ge 10 ] || { echo "only $count mutants"; exit 1; }
echo "$count mutants, each with its test"
