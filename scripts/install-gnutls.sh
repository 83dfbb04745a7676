#!/usr/bin/env bash
# Installs what iuts/c-gnutls is built with, from Debian's packages, without a question; does nothing where it is there. Exit 1 where it cannot be had.
set -eu
complete() {
  command -v cc >/dev/null && command -v make >/dev/null && command -v pkg-config >/dev/null && pkg-config --exists gnutls jansson libcbor
}
complete && exit 0
command -v apt-get >/dev/null || { echo "GnuTLS, jansson or libcbor is missing, and there is no apt-get: install their development files by hand" >&2; exit 1; }
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  gcc libc6-dev make pkg-config libgnutls28-dev libjansson-dev libcbor-dev
complete || { echo "the packages are installed, and still something of cc, make, pkg-config, gnutls, jansson and libcbor is missing" >&2; exit 1; }
