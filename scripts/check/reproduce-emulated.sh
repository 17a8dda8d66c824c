#!/usr/bin/env bash
# reproduce-emulated.sh: builds `precompile` for 64-bit Arm, and has it reproduce there what this machine compiled, on an
# Arm machine or under emulation: by both backends, for both architectures, to the byte. An artifact of another module
# must differ.
source "$(dirname "$0")/../lib/common.sh"

command="$(scripts/lib/cross.sh aarch64 precompile precompile)"
read -ra there <<<"$command"
build_precompile
precompile="$(target_dir)/debug/precompile"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
count=0
for module in tests/guests/primes.wasm tests/guests/composed.wat benches/programs/*.wasm; do
    for backend in cranelift winch; do
        for target in x86_64 aarch64; do
            "$precompile" -q --backend $backend --target $target "$module" -o "$work/app.cwasm"
            "${there[@]}" reproduce "$module" "$work/app.cwasm" >"$work/said" || { cat "$work/said" >&2; exit 1; }
            count=$((count + 1))
        done
    done
done
echo "ok: $count artifacts of this machine are made there, too, to the byte"
if "${there[@]}" reproduce tests/guests/primes.wasm "$work/app.cwasm" >"$work/said"; then
    echo "error: an artifact of another module is taken for the same" >&2
    exit 1
fi
grep -q "they are made of different modules" "$work/said"
echo "ok: an artifact of another module is not"
