#!/usr/bin/env bash
# load-leaks.sh [TIMES]: 10,000 loads on 8 threads of 50 artifacts that are replaced meanwhile, and what the
# process holds at 1,000 and at 10,000; then what it holds where programs are leaked.
source "$(dirname "$0")/../lib/common.sh"

for ((time = 1; time <= ${1:-5}; time++)); do
    cargo test -q -p precompile-runtime --test load -- --nocapture
done
