#!/usr/bin/env bash
# Installs Chromium from Debian's packages, without a question; does nothing where it is there. Exit 1 where it cannot be had.
set -eu
[ -x /usr/bin/chromium ] && exit 0
command -v apt-get >/dev/null || { echo "/usr/bin/chromium is missing, and there is no apt-get: install Debian's package chromium by hand" >&2; exit 1; }
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
