#!/usr/bin/env bash
# Checks, for systems that no test runs on, what doesn't hold Wasmtime: what there is for Windows and macOS alone, and
# for an architecture with the other byte order. That is precompile-artifact and precompile-cache as they are by
# default, and what build scripts use of precompile; not the cache that a team shares, the commands, what compiles, and
# the runtime. Nothing is linked, so no C compiler for them is needed. Installs the targets' libraries with rustup.
source "$(dirname "$0")/../lib/common.sh"

for target in x86_64-pc-windows-gnu aarch64-apple-darwin s390x-unknown-linux-gnu; do
    rustup -q target add "$target"
    check=(env CC=true AR=true cargo clippy -q --target "$target")
    "${check[@]}" -p precompile-artifact -p precompile-cache --all-targets -- -D warnings
    # What build scripts use that leave the compiling to the command.
    "${check[@]}" -p precompile --no-default-features --features build --lib -- -D warnings
    echo "ok: $target"
done
