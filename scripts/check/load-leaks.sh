#!/usr/bin/env bash
# load-leaks.sh [TIMES]: loads 50 artifacts, which are replaced meanwhile, 10,000 times on 8 threads, and compares the
# memory and the descriptors of the process after 1,000 and after 10,000 loads. Then leaks programs, and prints the
# same.
source "$(dirname "$0")/../lib/common.sh"

for ((time = 1; time <= ${1:-5}; time++)); do
    cargo test -q -p precompile-runtime --test load -- --nocapture
done
