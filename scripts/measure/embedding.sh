#!/usr/bin/env bash
# embedding.sh [RUNS]: what a build script costs when nothing, or little, is to be done, and how long it is
# from a program's start to its first call of a guest. Writes reports/embedding.md.
source "$(dirname "$0")/../lib/common.sh"
unset PRECOMPILE_NO_CACHE
export CARGO_TERM_QUIET=true
cargo build --release -p precompile --bins
export PRECOMPILE="$(target_dir)/release/precompile"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export PRECOMPILE_CACHE_DIR="$work/cache"
LARGE="$(scripts/lib/corpus.sh resvg)"
SMALL="$PWD/benches/start/small.wasm"
export LARGE SMALL
for package in aot jit; do
    # One at a time: together they would share a compiler.
    CARGO_TARGET_DIR="$cache/start" cargo build --locked --release --manifest-path benches/start/Cargo.toml -p "$package"
done
python3 scripts/measure/embedding.py "${1:-40}" "$PRECOMPILE" "$cache/start" "$LARGE" "$SMALL" >"$work/report"
mv "$work/report" reports/embedding.md
cat reports/embedding.md
