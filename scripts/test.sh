#!/usr/bin/env bash
# Passes the tests: the compiler's side, then the runtime on its own, so that no compiler comes in.
source "$(dirname "$0")/lib/common.sh"

cargo test "$@"
cargo test -p precompile-runtime "$@"
