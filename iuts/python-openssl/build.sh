#!/bin/sh
# Installs what requirements.txt pins into .venv. Needs Python 3.11 or newer with venv; the packages come from PyPI.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-}
for candidate in $python python3 python3.14 python3.13 python3.12 python3.11; do
  if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    found=$candidate
    break
  fi
done
if [ -z "${found:-}" ]; then
  echo "iuts/python-openssl/build.sh: needs python3.11 or newer, with venv and pip, of the toolchain" >&2
  exit 1
fi
# Installed again only when the pins, or the interpreter, have changed.
stamp="$("$found" --version) $(cksum <requirements.txt)"
if [ "$(cat .venv/stamp 2>/dev/null || true)" = "$stamp" ]; then
  exit 0
fi
rm -rf .venv
"$found" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
printf '%s' "$stamp" >.venv/stamp
