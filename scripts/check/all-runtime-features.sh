#!/usr/bin/env bash
# all-runtime-features.sh: tests the runtime's library with every cargo feature: with components, garbage collection,
# threads, asynchronous calls, pools and Pulley, beside the features of the default build.
source "$(dirname "$0")/../lib/common.sh"

cargo clippy -q -p precompile-runtime --all-targets --all-features -- -D warnings
cargo test -q -p precompile-runtime --all-features
