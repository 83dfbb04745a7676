#!/bin/sh
# Builds the shim into bin/. Needs a C compiler, make, pkg-config, and the three libraries of packages.lock.
set -eu
cd "$(dirname "$0")"
needs() {
  echo "iuts/c-gnutls/build.sh: needs $1 of the toolchain; scripts/install-gnutls.sh installs it on Debian." >&2
  exit 1
}
command -v cc >/dev/null 2>&1 || needs "a C compiler (cc)"
command -v make >/dev/null 2>&1 || needs make
command -v pkg-config >/dev/null 2>&1 || needs pkg-config
while read -r package module least _; do
  case "$package" in '' | '#'*) continue ;; esac
  pkg-config --atleast-version="$least" "$module" || needs "$module $least or newer (package $package)"
done <packages.lock
make --no-print-directory -s all
