#!/usr/bin/env bash
# test.sh [ARGUMENT...]: passes the tests: the compiler's side, then the runtime, WASI and the plugins' interface, each on
# its own, without a compiler. The arguments are cargo's.
source "$(dirname "$0")/lib/common.sh"

cargo test "$@"
cargo test -p precompile-runtime "$@"
cargo test -p precompile-wasi --features precompile-wasi/wasmtime,precompile-wasi/threads "$@"
cargo test -p precompile-plugin "$@"
