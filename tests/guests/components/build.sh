#!/usr/bin/env bash
# build.sh: makes the components beside this folder anew, with rustup's target wasm32-wasip2.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TARGET_DIR="${TMPDIR:-/tmp}/component-guest"
build() {
    cargo build -q --locked --release --target wasm32-wasip2 "$@"
}
made="$CARGO_TARGET_DIR/wasm32-wasip2/release"
build --lib --features http2
cp "$made/component_guest.wasm" ../http-p2.wasm
build --lib --features http3
cp "$made/component_guest.wasm" ../http-p3.wasm
build --lib --features command3
cp "$made/component_guest.wasm" ../command-p3.wasm
build --lib --features stores
cp "$made/component_guest.wasm" ../stores-p2.wasm
build --lib --features calls3
cp "$made/component_guest.wasm" ../calls-p3.wasm
build --bin sockets
cp "$made/sockets.wasm" ../sockets-p2.wasm
