#!/usr/bin/env bash
# with_broker.sh FILE COMMAND...: runs it with the address of the broker that the fixture kafka/start has left in FILE, in LOCKSTEP_KAFKA and in place of
# the word BROKERS. Without a broker it ends with 77.
set -euo pipefail
file=$1
shift
LOCKSTEP_KAFKA=$(cat "$file" 2>/dev/null) || true
[ -n "$LOCKSTEP_KAFKA" ] || {
    echo "skipped: no broker: the test kafka/start says why"
    exit 77
}
export LOCKSTEP_KAFKA
exec "${@//BROKERS/$LOCKSTEP_KAFKA}"
