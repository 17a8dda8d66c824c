#!/usr/bin/env bash
# build.sh: makes tests/guests/http-p2.wasm and http-p3.wasm anew, with rustup's target wasm32-wasip2.
set -euo pipefail
cd "$(dirname "$0")"
for feature in second third; do
    cargo build -q --locked --release --target wasm32-wasip2 --features "$feature" --target-dir "${TMPDIR:-/tmp}/http-guest"
    number=$([ "$feature" = second ] && echo 2 || echo 3)
    cp "${TMPDIR:-/tmp}/http-guest/wasm32-wasip2/release/http_guest.wasm" "../http-p$number.wasm"
done
