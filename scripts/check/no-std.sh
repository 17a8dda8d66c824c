#!/usr/bin/env bash
# no-std.sh: builds the runtime's library without the standard library, with each feature that can do without, warnings
# denied. Installs the target's library with rustup, or else Debian's Rust.
source "$(dirname "$0")/../lib/common.sh"
target=x86_64-unknown-none toolchain=() std=()
if ! rustup target add "$target" >/dev/null 2>&1; then
    echo "rustup has no library for $target: Debian's Rust builds one"
    debian_toolchain rust-web-src >&2
    toolchain=(+debian) std=("-Zbuild-std=core,alloc" -Zbuild-std-features=compiler-builtins-mem)
    export RUSTC_BOOTSTRAP=1
fi
export RUSTFLAGS="-D warnings"
for features in portable-digest pulley,messages custom-virtual-memory,custom-native-signals,custom-sync-primitives gc,component-model,async,policy audit trust; do
    cargo "${toolchain[@]}" check -q "${std[@]}" --target "$target" -p precompile-runtime --lib --no-default-features --features "$features",portable-digest
    echo "ok: without the standard library, with $features"
done
