#!/bin/sh
# Formatting, lint, types and unit tests of the shim, in the environment of build.sh.
set -eu
cd "$(dirname "$0")"
./build.sh
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.txt
.venv/bin/ruff format --check .
.venv/bin/ruff check .
.venv/bin/mypy shim tests
.venv/bin/python -m pytest -q
