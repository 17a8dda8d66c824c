#!/usr/bin/env bash
# Tests the runtime's library with every cargo feature: what the default build is tested for, and
# components, garbage collection, threads, asynchronous calls, pools and Pulley besides.
source "$(dirname "$0")/../lib/common.sh"

cargo clippy -q -p precompile-runtime --all-targets --all-features -- -D warnings
cargo test -q -p precompile-runtime --all-features
