#!/usr/bin/env bash
# killed-processes.sh [SECONDS]: many processes that share one cache, and are killed at random. A store that renames
# before it writes must be found the same way.
source "$(dirname "$0")/../lib/common.sh"
unset PRECOMPILE_NO_CACHE
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
build_variant planted-fault "$work/faulty"
cp "$(target_dir)/debug/precompile" "$work/precompile"
python3 scripts/check/killed-processes.py "${1:-120}" "$work/precompile" "$work/faulty"
