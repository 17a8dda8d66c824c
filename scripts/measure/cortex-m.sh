#!/usr/bin/env bash
# cortex-m.sh [debian]: builds examples/cortex-m, runs it in QEMU, compares what it prints, and writes
# reports/cortex-m.md. With `debian`, or where rustup has no library for the target, Debian's Rust builds one.
source "$(dirname "$0")/../lib/common.sh"
target=thumbv7em-none-eabihf
build_precompile
PRECOMPILE="$(target_dir)/debug/precompile"
export PRECOMPILE CARGO_TARGET_DIR="$cache/examples-cortex-m"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

apt_install qemu-system-arm binutils
toolchain=() std=()
if [ "${1-}" = debian ] || [ ! -d "$(rustc --print target-libdir --target "$target")" ]; then
    debian_toolchain rust-web-src lld-14 >&2
    toolchain=(+debian)
    std=(-Zbuild-std=core,alloc -Zbuild-std-features=compiler-builtins-mem)
    export RUSTC_BOOTSTRAP=1 CARGO_TARGET_THUMBV7EM_NONE_EABIHF_LINKER=ld.lld-14 CARGO_TARGET_DIR="$cache/examples-cortex-m-debian"
fi
(cd examples/cortex-m && cargo "${toolchain[@]}" build -q --release --locked "${std[@]}")
program="$CARGO_TARGET_DIR/$target/release/cortex-m-host"

# on_board [WORD...]: runs the program, with these words as its command line.
on_board() {
    local words
    words="$(printf ',arg=%s' cortex-m-host "$@")"
    timeout 60 qemu-system-arm -machine netduinoplus2 -nographic -monitor none -serial none \
        -semihosting-config "enable=on,target=native$words" -kernel "$program"
}

on_board | tee "$work/printed"
# How long the artifact is changes with precompile.
grep -v '^bytes: ' "$work/printed" | sed -E 's/(offset|of the) [0-9]+/\1 N/g' | diff examples/cortex-m/expected.txt -
echo 'ok: it prints what it must'

told() { on_board "$@" >&2; }
ends_with 1 'CRC-32 of 20000 bytes: 0x291e6fa1 by the guest, 0x89905ff5 by this program' told planted-fault
echo 'ok: a wrong result ends it with 1'

rustc="$(rustc "${toolchain[@]}" -V)"
readelf -SW "$program" >"$work/sections"
nm -S -C --defined-only "$program" >"$work/symbols"
python3 scripts/measure/cortex-m.py "$work" "$rustc" >reports/cortex-m.md
cat reports/cortex-m.md
