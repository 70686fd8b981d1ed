#!/usr/bin/env bash
# bytes.sh PROGRAM SPEC: the log, the truth, typed files and every dataset are the same bytes with 1, 2 and 7 threads, after kill -9 and resumption,
# and in other surroundings.
set -euo pipefail
program=$(realpath "$1") spec=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
events=200000

for threads in 1 2 7; do
    "$program" generate "$spec" --to "log:log$threads" --events $events --threads $threads >/dev/null
    "$program" run stream "$spec" --from "log:log$threads" --to "stream$threads" --workers $threads >/dev/null
    "$program" run batch "$spec" --from "log:log$threads" --to "batch$threads" --workers $threads >/dev/null
done
for threads in 2 7; do
    diff -r log1 log$threads
    diff -r log1.truth log$threads.truth
    diff -r stream1/datasets stream$threads/datasets
    diff -r batch1/datasets batch$threads/datasets
done
diff -r stream1/datasets batch1/datasets
for kind in avro jsonl csv; do
    for threads in 1 7; do
        "$program" generate "$spec" --to "$kind:$kind$threads" --events 20000 --threads $threads >/dev/null
    done
    diff -r ${kind}1 ${kind}7
done
(cd stream1/datasets && sha256sum --quiet -c SHA256SUMS)
(cd batch1/datasets && sha256sum --quiet -c SHA256SUMS)

# killed while it generates, at several moments, then resumed
kills=0
for delay in 0.03 0.06 0.1 0.15; do
    timeout -s KILL $delay "$program" generate "$spec" --to log:killed --events $events --threads 2 --resume >/dev/null 2>&1 || kills=$((kills + 1))
done
"$program" generate "$spec" --to log:killed --events $events --resume >/dev/null
diff -r log1 killed
diff -r log1.truth killed.truth

# other surroundings
mkdir elsewhere
(cd elsewhere && env -i LC_ALL=de_DE.UTF-8 TZ=Pacific/Chatham HOME=/nonexistent "$program" generate "$spec" --to log:log --events $events >/dev/null)
diff -r log1 elsewhere/log
(cd elsewhere && env -i LC_ALL=de_DE.UTF-8 TZ=Pacific/Chatham HOME=/nonexistent "$program" generate "$spec" --to csv:csv --events 20000 >/dev/null)
diff -r csv1 elsewhere/csv
echo "the same bytes with 1, 2 and 7 threads, after $kills kills, elsewhere"
