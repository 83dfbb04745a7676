#!/bin/sh
# Runs the bench of fresh connections beside tlsfuzzer: a handshake and an exchange in each case, one worker each.
# usage: scripts/bench-tlsfuzzer.sh [FOLDER]     where Python's environment and tlsfuzzer are kept (default: a new temporary folder)
# TLSFUZZER_SOURCE names another repository to clone from. With `--with-gmpy2` behind FOLDER tlsfuzzer gets the library that speeds it up.
set -eu
cd "$(dirname "$0")/.."
source="${TLSFUZZER_SOURCE:-https://github.com/tlsfuzzer/tlsfuzzer.git}"
# tlsfuzzer has no releases: this is the commit that the figures in docs/performance.md are of.
commit=14555fe211456c46deccc4b2d94751dbd894aece
folder="${1:-$(mktemp -d)}"

not_run() {
  echo "tlsfuzzer was not run: $1" >&2
  exec npm run --silent bench -- freshConnections
}

unset TLSFUZZER_PYTHON
command -v python3 > /dev/null || not_run "no python3"
command -v git > /dev/null || not_run "no git"
[ -d "$folder/venv" ] || python3 -m venv "$folder/venv" || not_run "python3 -m venv failed"
"$folder/venv/bin/pip" install --quiet --require-hashes --no-deps -r bench/tlsfuzzer/requirements.txt || not_run "its requirements could not be installed"
[ "${2:-}" != --with-gmpy2 ] || "$folder/venv/bin/pip" install --quiet gmpy2==2.3.2 || not_run "gmpy2 could not be installed"
[ -d "$folder/tlsfuzzer" ] || git clone --quiet --no-checkout "$source" "$folder/tlsfuzzer" || not_run "$source could not be cloned"
git -C "$folder/tlsfuzzer" checkout --quiet "$commit" -- tlsfuzzer || not_run "$source has no commit $commit"
PYTHONPATH="$folder/tlsfuzzer" TLSFUZZER_PYTHON="$folder/venv/bin/python" npm run --silent bench -- freshConnections
