#!/usr/bin/env bash
# auto.sh: what `--backend auto` chooses, and whether that was right. Writes reports/auto.md.
source "$(dirname "$0")/lib.sh"

modules="$(scripts/corpus.sh resvg flite avr-as cc1 | tr '\n' ' ')"
cargo build -q --release -p precompile --bins
cargo build -q -p precompile-runtime --profile runner
bin="$(target_dir)"
# shellcheck disable=SC2086
python3 scripts/auto.py "$bin/release/precompile" "$bin/runner/precompile-run" $modules >reports/auto.md.new
mv reports/auto.md.new reports/auto.md
cat reports/auto.md
