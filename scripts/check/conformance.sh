#!/usr/bin/env bash
# conformance.sh quick|full|s390x|own PATH [OPTION...]: plays the specification's tests, with artifacts that
# precompile's library makes and a runtime without a compiler.
#     quick     WebAssembly 3.0 by both compilers on this machine
#     full      the whole matrix, which is reports/conformance.md
#     s390x     the big-endian machine alone
#     own PATH  your own scripts, a file or all below a folder; prints the figures
# The first three compare their results with the report and with the list of limits. `full --limits
# tests/conformance/limits.txt` writes both anew. The options are those of `conformance-script`, such as
# `--scripts simd`.
source "$(dirname "$0")/../lib/common.sh"
what="$1"
shift
cargo build -q -p conformance-script
# Alone, so that no compiler comes in.
cargo build -q -p conformance-player
if cargo tree -q -p conformance-player -e normal --prefix none | grep -E '^(cranelift-codegen|winch-codegen|regalloc2) '; then
    echo "error: the player holds a compiler" >&2
    exit 1
fi
folder="$(target_dir)/debug"
play=("$folder/conformance-script" suite --player "$folder/conformance-player")

# Planted faults: every assertion of this script is wrong, and each must be found.
planted=tests/conformance/planted.wast
found="$("${play[@]}" --own $planted --column cranelift-x86_64 --column winch-x86_64+x86-64-v3 2>&1 || true)"
wrong="$(grep -c '^(assert_' $planted)"
if [ "$(grep -c ": 1 scripts, 0 of them whole; 0 assertions passed, $wrong failed, 0 limited" <<<"$found")" != 2 ]; then
    printf 'error: of %s planted faults not all are found:\n%s\n' "$wrong" "$found" >&2
    exit 1
fi
echo "all of $wrong planted faults are found"
# Threads, which the specification's own scripts have none of.
"${play[@]}" --own tests/conformance/threads.wast --column cranelift-x86_64 --column winch-x86_64
case "$what" in
own) "${play[@]}" --column cranelift-x86_64 --column winch-x86_64+x86-64-v3 --own "$@" ;;
quick) "${play[@]}" --scripts wasm-v3/ --column cranelift-x86_64 --column winch-x86_64+x86-64-v3 "$@" ;;
full)
    aarch64="$(scripts/lib/cross.sh aarch64 conformance-player conformance-player)"
    s390x="$(scripts/lib/cross.sh s390x conformance-player conformance-player)"
    "${play[@]}" --player-aarch64 "$aarch64" --player-s390x "$s390x" --report reports/conformance.md "$@"
    ;;
s390x)
    s390x="$(scripts/lib/cross.sh s390x conformance-player conformance-player)"
    "${play[@]}" --player-s390x "$s390x" --column cranelift-s390x "$@"
    ;;
esac
