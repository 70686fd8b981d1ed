#!/usr/bin/env bash
# each.sh PROGRAM MUTANT SPEC EVENTS NAME FAULT:A..B/STEP ...: each n-th call or allocation of a small run fails, as a stream with one worker and with
# three, and as a batch (tests/crash/each.h). PROGRAM is lockstep-mutants; MUTANT `none`, or a defect that has to be caught.
set -euo pipefail
program=$1 mutant=$2 spec=$3 events=$4 name=$5
shift 5
[ -w /dev/shm ] && place=/dev/shm || place=. # every run syncs each of its files
folder=$(mktemp -d "$place/lockstep-$name-XXXXXX")
"$program" none generate "$spec" --to "log:$folder/log" --events "$events" >"$folder/generate.txt"
"$program" none run batch "$spec" --from "log:$folder/log" --to "$folder/answer" >"$folder/batch.txt"

each() { # NAME FAULT RANGE VERB OPTION ...
    local name=$1 fault=$2 range=$3 verb=$4 status=0
    shift 4
    printf '%s: ' "$name"
    "$program" "$mutant" each "$fault" "$range" "$folder/$name" "$folder/answer" run "$verb" "$spec" --from "log:$folder/log" --to "$folder/$name" "$@" ||
        status=$?
    if [ "$mutant" != none ] && [ $status = 1 ]; then
        rm -rf "$folder"
        exit 0
    fi
    [ $status = 0 ] || exit $status
}

for what in "$@"; do
    often=$((events / 5)) # records between two checkpoints
    each stream "${what%%:*}" "${what#*:}" stream --workers 1 --batch 16 --checkpoint-records $often
    each threads "${what%%:*}" "${what#*:}" stream --workers 3 --batch 16 --checkpoint-records $often
    each batch "${what%%:*}" "${what#*:}" batch --workers 1
done
[ "$mutant" = none ] || { echo "the defect $mutant was not caught"; exit 1; }
rm -rf "$folder"
