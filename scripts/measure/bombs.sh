#!/usr/bin/env bash
# bombs.sh: modules that are made to hurt cost bounded time and memory, and an artifact or a clear error.
# Writes reports/bombs.md.
source "$(dirname "$0")/../lib/common.sh"
build_precompile
{
    printf '# Modules that are made to hurt\n\nMade by `scripts/measure/bombs.sh`: each within 30 s and 1 GiB of `--isolate`, the peak with the command itself.\n\n'
    python3 scripts/measure/bombs.py "$(target_dir)/debug/precompile"
} | tee reports/bombs.md
