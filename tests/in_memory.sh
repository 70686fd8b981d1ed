#!/usr/bin/env bash
# in_memory.sh COMMAND...: runs it in a folder of its own, in memory where there is a place with a gibibyte free, since what is tested syncs its files; what
# a failure leaves is copied here (77: it was skipped).
set -uo pipefail
here=$PWD
place=${TMPDIR:-/tmp}
free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)
[ -w /dev/shm ] && [ "${free:-0}" -gt 1048576 ] && place=/dev/shm
work=$(mktemp -d "$place/lockstep-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
export TMPDIR=$work
"$@"
status=$?
[ $status = 0 ] || [ $status = 77 ] || cp -r "$work" "$here/"
exit $status
