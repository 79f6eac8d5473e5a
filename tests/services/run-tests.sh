#!/usr/bin/env bash
# All tests beside the real stores. Those that stop, stall and kill them have stores of their own and run at the same
# time as all others: they mostly wait.
#
# usage: tests/services/run-tests.sh [PYTEST ARGUMENTS FOR THE OTHERS]
#
# Fails when either fails. The larger run is shown when it has ended, so that pytest's closing line of it comes last.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

log=$(mktemp)
others=
trap 'if [ -n "$others" ]; then kill "$others" 2>/dev/null || true; fi; rm -f "$log"' EXIT
"$here/with-stores.sh" python -m pytest -m "not faults" "$@" >"$log" 2>&1 &
others=$!

faults=0
"$here/with-stores.sh" python -m pytest -m faults -n 0 || faults=$?
if [ "$faults" != 0 ]; then echo "The tests that stop servers failed (above); the others follow." >&2; fi
echo "-- tests that stop servers: $SECONDS s"

failed=0
wait "$others" || failed=$?
others=
cat "$log"
exit $((faults > failed ? faults : failed))
