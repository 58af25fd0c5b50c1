#!/bin/sh
# Adds to .venv exactly what requirements-spark.lock lists, and says what else Spark needs. Called by make.
set -eu
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "Installing Spark into .venv (once, some minutes) …"
# pyspark comes as source and is built with the setuptools that requirements.lock has.
if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
    --require-hashes -r requirements-spark.lock >"$log" 2>&1; then
    cat "$log" >&2
    echo "The packages of requirements-spark.lock could not be installed; is a package index reachable?" >&2
    exit 1
fi
if ! command -v java >/dev/null 2>&1 && [ -z "${JAVA_HOME:-}" ]; then
    echo "Spark needs Java 17 or later, which was not found; on Debian: apt-get install openjdk-17-jre-headless" >&2
fi
touch .venv/spark
