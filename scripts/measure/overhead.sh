#!/usr/bin/env bash
# overhead.sh [PAIRS]: what `precompile` costs beyond a program of 20 lines that calls wasmtime with
# the same crates and settings, and beyond upstream's command line. Writes reports/overhead.md.
source "$(dirname "$0")/../lib/common.sh"
module="$(scripts/lib/corpus.sh resvg)"
cargo build -q --release -p precompile --bins --example direct
bin="$(target_dir)/release"
python3 scripts/measure/overhead.py "${1:-30}" "$bin/precompile" "$bin/examples/direct" "$(stock_wasmtime)/wasmtime" \
    "$module" tests/guests/primes.wasm >reports/overhead.md.new
mv reports/overhead.md.new reports/overhead.md
cat reports/overhead.md
