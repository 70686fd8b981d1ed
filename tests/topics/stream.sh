#!/usr/bin/env bash
# stream.sh SPEC LOG REFERENCE TO STATE [OPTION ...] -- PROGRAM ... [--KNOB N ...]: the program's own streaming run, into topics, which are collected.
set -euo pipefail
spec=$1 log=$2 reference=$3 to=$4 state=$5
shift 5
options=()
while [ "$1" != -- ]; do
    options+=("$1")
    shift
done
shift
program=()
while [ $# -gt 0 ] && [[ $1 != --* ]]; do
    program+=("$1")
    shift
done
"${program[@]}" run stream "$spec" --from "$log" --reference "$reference" --to "log:$to/topics" --state "$state" --final "${options[@]}" "$@"
"${program[@]}" collect "$spec" --from "log:$to/topics" --to "$to" "${options[@]}"
cp "$state/summary.json" "$state/manifest.json" "$to"
