#!/usr/bin/env bash
# benchmarks.sh [SECTION...]: what compiling and running cost, beside what people would use instead. Writes
# reports/benchmarks.md. Sections are kept in reports/benchmarks.json, so that one can be measured again alone:
# Compile, Batch, Warm, Start, Load, "Steady state", "Growth by size", "Growth by number", Sizes. Fails where a figure is
# beyond what is demanded of it.
source "$(dirname "$0")/../lib/common.sh"
unset PRECOMPILE_NO_CACHE
# What the modules are fetched with, which brings Node, and what they and the yardsticks are made with. Node from
# elsewhere brings npm, and Debian has it not beside that.
command -v npm >/dev/null || apt_install nodejs npm
apt_install gcc wabt time

# What can't be had besides is named in the report, with the command and its error.
missing=""
# peer NAME COMMAND...: what brings a peer, and need not succeed.
peer() {
    local name="$1" log
    shift
    log="$(mktemp)"
    "$@" >"$log" 2>&1 || missing+="- $name: \`${*//"$HOME"/"~"}\`: $(grep -m1 -E '^error' "$log" || tail -n1 "$log")"$'\n'
    rm -f "$log"
}

cargo build -q --release -p precompile --bins
cargo build -q -p precompile-runtime --profile runner --features pulley
CARGO_TARGET_DIR="$cache/load" cargo build -q --locked --release --manifest-path benches/load/Cargo.toml

wasmer="$cache/peers/wasmer/bin/wasmer"
[ -x "$wasmer" ] || peer wasmer env CARGO_TARGET_DIR="$cache/peers-target" cargo install -q --locked --root "$cache/peers/wasmer" \
    --version 7.4.2 --no-default-features --features sys,wat,compiler,singlepass,cranelift,wasmer-artifact-create wasmer-cli
rm -rf "$cache/peers-target"

stock="$(stock_wasmtime)"
bin="$(target_dir)"
found=(precompile="$bin/release/precompile" runner="$bin/runner/precompile-run" load="$cache/load/release/load"
    wasmtime="$stock/wasmtime" wasmtime-min="$stock/wasmtime-min" wasmer="$wasmer" missing="$missing")
for name in resvg flite esbuild ruby; do
    found+=("module $name=$(scripts/lib/corpus.sh "$name")")
done
PYTHONPATH=scripts/lib:scripts/measure python3 -m benchmarks "${found[@]}" -- "$@"
cat reports/benchmarks.md
