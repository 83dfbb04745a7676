#!/bin/sh
# Builds the shim and the endpoint into bin/. Needs Go; the modules come from the Go module proxy.
set -eu
cd "$(dirname "$0")"
if ! command -v go >/dev/null 2>&1; then
  echo "iuts/cocos/build.sh: 'go' was not found. Install Go 1.26 or newer to build the Cocos shim." >&2
  exit 1
fi
mkdir -p bin
go build -trimpath -o bin/shim ./shim
go build -trimpath -o bin/endpoint ./endpoint
