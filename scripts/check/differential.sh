#!/usr/bin/env bash
# differential.sh [MODULES]: compiles made-up modules with Cranelift, with Winch and for Pulley, and compares their
# results, traps, memories and globals. In the first hundred, one backend is given a wrong constant, which must be
# found.
source "$(dirname "$0")/../lib/common.sh"
cargo build -q -p conformance-script
cargo build -q -p conformance-player
folder="$(target_dir)/debug"
play=("$folder/conformance-script" differential --player "$folder/conformance-player")
echo "with planted constants:"
"${play[@]}" --modules 100 --plant 2>/dev/null
echo "as they are:"
"${play[@]}" --modules "${1-5000}"
