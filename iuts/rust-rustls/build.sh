#!/bin/sh
# Builds target/release/shim. Needs Rust; the crates come from the registry of Cargo and are pinned in Cargo.lock.
set -eu
cd "$(dirname "$0")"
if ! command -v cargo >/dev/null 2>&1; then
  echo "iuts/rust-rustls/build.sh: needs Rust 1.88 or newer of the toolchain; 'cargo' was not found." >&2
  exit 1
fi
CARGO_BUILD_JOBS=${CARGO_BUILD_JOBS:-2} cargo build --release --locked --quiet
