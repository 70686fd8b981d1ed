#!/usr/bin/env bash
# same_bytes.sh PROGRAM OTHER SPEC: two builds of the program (other compilers, other optimization) make the same log, truth, typed files and datasets,
# the second more than three seconds after the first: a byte that comes from the clock differs then. Simulated seeds take the same steps in both.
set -euo pipefail
spec=$(realpath "$3")
stall=$(dirname "$(realpath "$0")")/simulate/stall.yaml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
whole() {
    "$1" generate "$spec" --to "log:$work/$2/log" --events 200000 --truth "$work/$2/truth" >/dev/null
    for kind in avro jsonl csv; do
        "$1" generate "$spec" --to "$kind:$work/$2/$kind" --events 20000 >/dev/null
    done
    for mode in stream batch; do
        "$1" run $mode "$spec" --from "log:$work/$2/log" --to "$work/$2/$mode" >/dev/null
        rm "$work/$2/$mode/summary.json" # has rates
    done
    rm -rf "$work/$2/stream/state"
    "$1" simulate "$stall" --seeds 1..20 --out "$work/failed" >"$work/$2/simulated"
}
whole "$1" one
sleep 3.1
whole "$2" other
diff -r "$work/one" "$work/other"
echo "the same bytes: $(find "$work/one" -type f | wc -l) files of $(du -sb "$work/one" | cut -f1) bytes, from $1 and $2"
