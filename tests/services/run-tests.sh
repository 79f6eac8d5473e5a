#!/usr/bin/env bash
# All tests beside the real stores: first those that stop, stall and kill them, alone; then all others.
#
# usage: with-stores.sh tests/services/run-tests.sh [PYTEST ARGUMENTS FOR THE OTHERS]
#
# Fails when either fails. pytest's closing line of the larger run comes last.
set -euo pipefail

faults=0
python -m pytest -m faults -n 0 || faults=$?
if [ "$faults" != 0 ]; then echo "The tests that stop servers failed (above); the others follow." >&2; fi
echo "-- tests that stop servers: $SECONDS s"
python -m pytest -m "not faults" "$@"
exit "$faults"
