#!/usr/bin/env bash
# full-wasi.sh: the tests of guests with WASI and of attacks by them, with wasmtime-wasi's preview 1 in place of the
# default one.
source "$(dirname "$0")/../lib/common.sh"

export PRECOMPILE_TESTS_WASI=full
tests=(attack wasi limits signals scarcity names pipeline)
cargo test -q "${tests[@]/#/--test=}"
cmp -s "$(target_dir)/tests/run-default" "$(target_dir)/tests/run-default-wasi" && { echo 'error: the runners are the same' >&2; exit 1; }
echo "ok: ${tests[*]} pass with wasmtime-wasi"
