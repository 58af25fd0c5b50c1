#!/bin/sh
# Makes .venv with exactly what requirements.lock lists. Runs from the project folder; called by make.
set -eu
python=
for candidate in "${PYTHON:-python3}" python3.11 python3.12 python3.13; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "No Python 3.11, 3.12 or 3.13 found. Install one, or name it: make PYTHON=/path/to/python3 …" >&2
    exit 1
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Setting up .venv (once, two to three minutes) …"
if ! { "$python" -m venv --clear .venv; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "The virtual environment could not be made; on Debian: apt-get install python3-venv" >&2
    exit 1
fi
# --no-deps: the lock lists everything, and hashes are checked for all of it.
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
    -r requirements.lock >"$log" 2>&1 ||
    ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --editable . >>"$log" 2>&1; then
    cat "$log" >&2
    echo "The packages of requirements.lock could not be installed; is a package index reachable?" >&2
    exit 1
fi
touch .venv/ready
