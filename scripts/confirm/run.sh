#!/usr/bin/env bash
# Has programs in other languages, which share no code with this project, confirm vectors/. Each stands in a folder beside this
# file. Exit 0: all that ran agree; 1: one does not, or could not run where CI is set. Where a toolchain is missing it says so.
set -u
here=$(cd "$(dirname "$0")" && pwd)
failed=0

# missing LANGUAGE TOOL: not run, by name; a failure in CI, where nothing is left out in silence.
missing() {
  echo "$1: not run: needs $2"
  [ -z "${CI:-}" ] || failed=1
}

confirm_go() {
  [ -d "$here/go" ] || return 0
  command -v go >/dev/null || { missing go Go; return 0; }
  (cd "$here/go" && go vet ./... && go test ./... && go run . "$@") || failed=1
}

# The environment is named by what is in it, so that it is made once and is never stale.
confirm_python() {
  [ -d "$here/python" ] || return 0
  command -v python3 >/dev/null && python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    || { missing python "Python 3 (3.11 or later, with venv)"; return 0; }
  local requirements="$here/python/requirements.txt" environment
  environment="${XDG_CACHE_HOME:-$HOME/.cache}/expat-conformance/confirm-python-$(python3 -c 'import hashlib, sys; print(hashlib.sha256(sys.version.encode() + open(sys.argv[1], "rb").read()).hexdigest()[:16])' "$requirements")"
  if [ ! -f "$environment/complete" ]; then
    rm -rf "$environment" && mkdir -p "$(dirname "$environment")"
    python3 -m venv "$environment" \
      && "$environment/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$requirements" \
      && touch "$environment/complete" || { failed=1; return 0; }
  fi
  (cd "$here/python" && PYTHONDONTWRITEBYTECODE=1 "$environment/bin/python" -m unittest discover -s tests -t . \
    && PYTHONDONTWRITEBYTECODE=1 "$environment/bin/python" -m confirm "$@") || failed=1
}

confirm_go "$@"
confirm_python "$@"
exit "$failed"
