#!/usr/bin/env bash
# compile.sh: compiles the C programs beside it to WebAssembly, as they are committed here.
source "$(dirname "$0")/../../scripts/lib/common.sh"

apt_install clang-14 lld-14 wasi-libc libclang-rt-14-dev-wasm32
for source in benches/programs/*.c; do
    clang-14 --target=wasm32-wasi --sysroot=/usr -O2 -s -o "${source%.c}.wasm" "$source" -lm
    chmod -x "${source%.c}.wasm"
done
# What rates are measured with: a package holds no files of another folder.
cp benches/programs/json.wasm compiler/src/choose/rates/reference.wasm
