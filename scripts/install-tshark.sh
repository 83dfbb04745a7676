#!/usr/bin/env bash
# Installs tshark from Debian's packages, without a question; does nothing where it is there. Exit 1 where it cannot be had.
set -eu
command -v tshark >/dev/null && exit 0
command -v apt-get >/dev/null || { echo "tshark is missing, and there is no apt-get: install Wireshark's tshark by hand" >&2; exit 1; }
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends tshark
