#!/bin/sh
# Builds the shim of ../cocos with an older version of Cocos into bin/. Needs Go; the modules come from the Go module proxy.
set -eu
cd "$(dirname "$0")"
if ! command -v go >/dev/null 2>&1; then
  echo "iuts/cocos-0.9.0/build.sh: needs Go 1.26 or newer" >&2
  exit 1
fi
mkdir -p bin
cd ../cocos
go build -trimpath -modfile=../cocos-0.9.0/go.mod -tags cocos_0_9 -o ../cocos-0.9.0/bin/shim ./shim
