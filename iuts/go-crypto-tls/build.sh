#!/bin/sh
# Builds the shim into bin/. Needs Go; the modules come from the Go module proxy and are pinned in go.mod and go.sum.
set -eu
cd "$(dirname "$0")"
if ! command -v go >/dev/null 2>&1; then
  echo "iuts/go-crypto-tls/build.sh: needs Go 1.26 or newer of the toolchain; 'go' was not found." >&2
  exit 1
fi
mkdir -p bin
go build -trimpath -o bin/shim ./shim
