#!/usr/bin/env bash
# start.sh FILE: starts a broker for the tests that follow and leaves its address in FILE; `start.sh FILE stop` ends it.
set -euo pipefail
file=$1
kafka=$(cd "$(dirname "$0")/../.." && pwd)/ci/kafka
rm -f "$file"
if [ "${2:-}" = stop ]; then
    "$kafka" stop --at "$file.cluster"
    exit
fi
"$kafka" start --at "$file.cluster" >"$file.new"
mv "$file.new" "$file"
