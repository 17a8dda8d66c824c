#!/usr/bin/env bash
# compare.sh: whether `precompile compare` tells the truth: what it says that so many runs cost, and what they
# cost, around the number from which on Cranelift is cheaper than Winch. Writes reports/compare.md.
source "$(dirname "$0")/../lib/common.sh"

module="$(scripts/lib/corpus.sh resvg)"
cargo build -q --release -p precompile --bins
cargo build -q -p precompile-runtime --profile runner --features pulley
bin="$(target_dir)"
PYTHONPATH=scripts/lib python3 scripts/measure/compare.py "$bin/release/precompile" "$bin/runner/precompile-run" "$module" tests/guests/picture.svg \
    >reports/compare.md.new
mv reports/compare.md.new reports/compare.md
cat reports/compare.md
