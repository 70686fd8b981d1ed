#!/usr/bin/env bash
# in_memory.sh COMMAND...: runs it in a folder of its own, in memory where there is such a place, since what is tested syncs its files; what a failure leaves
# is copied here.
set -uo pipefail
here=$PWD
place=${TMPDIR:-/tmp}
[ -w /dev/shm ] && place=/dev/shm
work=$(mktemp -d "$place/lockstep-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
"$@"
status=$?
[ $status = 0 ] || cp -r "$work" "$here/"
exit $status
