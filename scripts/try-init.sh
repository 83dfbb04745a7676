#!/usr/bin/env bash
# Runs what docs/writing-a-shim.md says from `init` to the matrix, in every language that there is a template for. $1: a new folder for what is written;
# $2: the part of the suites to run (default: rfc9261/*).
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
main="$here/dist/harness/cli/main.js"
mkdir -p "$1"
cd "$1"
for lang in $(node "$main" init --list | cut -d' ' -f1); do
  node "$main" init --lang "$lang" "my-$lang"
  # Rust compiles its dependencies for minutes: a copy of what is compiled already.
  [ "$lang" != rust ] || [ ! -d "$here/iuts/rust-rustls/target/release" ] || { mkdir -p my-rust/target && cp -a "$here/iuts/rust-rustls/target/release" my-rust/target/; }
  node "$main" doctor --iut "my-$lang" | tail -n 1
  node "$main" run --iut "my-$lang" --only "${2:-rfc9261/*}" | tail -n 1
  node "$main" matrix --iut "my-$lang" --iut reference --only 'interop/authenticates*' | tail -n 1
done
