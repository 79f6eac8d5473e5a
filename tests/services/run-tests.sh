#!/usr/bin/env bash
# All tests beside the real stores: first those that stop, stall and kill them, alone; then all others.
#
# usage: tests/services/run-tests.sh [PYTEST ARGUMENTS FOR THE OTHERS]
#
# One after the other: the first say how long things may take, which a machine with both at once does not keep to.
# Fails when either fails. pytest's closing line of the larger run comes last.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

faults=0
"$here/with-stores.sh" python -m pytest -m faults -n 0 || faults=$?
if [ "$faults" != 0 ]; then echo "The tests that stop servers failed (above); the others follow." >&2; fi
echo "-- tests that stop servers: $SECONDS s"
"$here/with-stores.sh" python -m pytest -m "not faults" "$@"
exit "$faults"
