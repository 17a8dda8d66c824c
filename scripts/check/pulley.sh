#!/usr/bin/env bash
# pulley.sh: compiles for Pulley, and runs the artifact in a runner with the interpreter. A runner without it must name
# the feature.
source "$(dirname "$0")/../lib/common.sh"

build_precompile
cargo build -q --profile runner -p precompile-runtime --features pulley
precompile="$(target_dir)/debug/precompile"
run="$(target_dir)/runner/precompile-run"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

"$precompile" -q --target pulley64 tests/guests/primes.wasm -o "$work/primes.cwasm"
"$run" --dir "$work::/out" "$work/primes.cwasm" 200000 /out/list.txt | cmp - tests/guests/primes.out
echo "ok: Pulley prints what the program prints natively"
"$precompile" -q --target pulley32 tests/guests/primes.wasm -o "$work/narrow.cwasm"
ends_with 126 '`--target ' "$run" "$work/narrow.cwasm"
echo "ok: code for 32-bit Pulley is refused on a 64-bit machine"
cargo build -q --profile runner -p precompile-runtime
ends_with 126 "feature \`pulley\`" "$run" "$work/primes.cwasm"
echo "ok: a runner without Pulley names the feature"
