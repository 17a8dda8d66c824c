#!/usr/bin/env bash
# benchmarks.sh [SECTION...]: what compiling and running cost, beside what people would use instead. Writes
# reports/benchmarks.md. Sections are kept in reports/benchmarks.json, so that one can be measured again alone.
source "$(dirname "$0")/lib.sh"
unset PRECOMPILE_NO_CACHE
apt_install gcc wabt nodejs npm time

cargo build -q --release -p precompile --bins
cargo build -q -p precompile-runtime --profile runner --features pulley
CARGO_TARGET_DIR="$cache/load" cargo build -q --release --manifest-path benches/load/Cargo.toml
peers="$cache/peers"
mkdir -p "$peers"
# What can't be had is named in the report, with the command.
wasmer=(cargo install -q --locked --root "$peers/wasmer" --version 7.4.2 --no-default-features
    --features "sys,wat,compiler,singlepass,cranelift,wasmer-artifact-create" wasmer-cli)
if [ ! -x "$peers/wasmer/bin/wasmer" ]; then
    CARGO_TARGET_DIR="$cache/peers-target" "${wasmer[@]}" 2>"$peers/wasmer.log" || echo "${wasmer[*]}: $(tail -n1 "$peers/wasmer.log")" >&2
    rm -rf "$cache/peers-target"
fi
modules="$(scripts/corpus.sh resvg flite esbuild ruby | tr '\n' ' ')"
bin="$(target_dir)"
# shellcheck disable=SC2086
python3 scripts/benchmarks.py "$bin/release/precompile" "$bin/runner/precompile-run" "$cache/load/release/load" \
    "$(stock_wasmtime)" "$peers/wasmer/bin/wasmer" $modules -- "$@"
cat reports/benchmarks.md
