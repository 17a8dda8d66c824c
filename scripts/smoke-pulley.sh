#!/usr/bin/env bash
# Compiles for Pulley and runs it with a runner that has the interpreter; one without says so.
source "$(dirname "$0")/lib.sh"

cargo build -q -p precompile
cargo build -q --profile runner -p precompile-runtime --features pulley
precompile="$(target_dir)/debug/precompile"
run="$(target_dir)/runner/precompile-run"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

"$precompile" -q --target pulley64 tests/guests/primes.wasm -o "$work/primes.cwasm"
"$run" --dir "$work::/out" "$work/primes.cwasm" 200000 /out/list.txt | cmp - tests/guests/primes.out
echo "ok: Pulley prints what the program prints natively"
"$precompile" -q --target pulley32 tests/guests/primes.wasm -o "$work/narrow.cwasm"
code=0
"$run" "$work/narrow.cwasm" 2>"$work/error" || code=$?
[ $code = 126 ] && grep -q '`--target ' "$work/error"
echo "ok: code for 32-bit Pulley is refused on a 64-bit machine"
cargo build -q --profile runner -p precompile-runtime
code=0
"$run" "$work/primes.cwasm" 2>"$work/error" || code=$?
[ $code = 126 ] && grep -q 'feature `pulley`' "$work/error"
echo "ok: a runner without Pulley names the feature"
