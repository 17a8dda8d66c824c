#!/usr/bin/env bash
# auto-backend.sh: what `--backend auto` chooses, and whether that was right. Writes reports/auto-backend.md.
source "$(dirname "$0")/../lib/common.sh"

modules="$(scripts/lib/corpus.sh resvg flite avr-as cc1 | tr '\n' ' ')"
cargo build -q --release -p precompile --bins
cargo build -q -p precompile-runtime --profile runner
bin="$(target_dir)"
# shellcheck disable=SC2086
PYTHONPATH=scripts/lib python3 scripts/measure/auto-backend.py "$bin/release/precompile" "$bin/runner/precompile-run" $modules >reports/auto-backend.md.new
mv reports/auto-backend.md.new reports/auto-backend.md
cat reports/auto-backend.md
