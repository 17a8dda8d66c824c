#!/usr/bin/env bash
# load.sh: eight threads load and run fifty artifacts ten thousand times while their files are replaced;
# what the process holds at the end, beside what it held after a thousand.
source "$(dirname "$0")/lib.sh"
cargo test -q -p precompile-runtime --test load -- --nocapture
