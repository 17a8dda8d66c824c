#!/usr/bin/env bash
# Checks, for systems that no test runs on, the packages that don't hold Wasmtime: what there is for Windows and macOS
# alone, and for an architecture with the other byte order. Nothing is linked, so no C compiler for them is needed.
source "$(dirname "$0")/lib.sh"

for target in x86_64-pc-windows-gnu aarch64-apple-darwin s390x-unknown-linux-gnu; do
    rustup -q target add "$target"
    check=(env CC=true AR=true cargo clippy -q --target "$target")
    "${check[@]}" -p precompile-artifact -p precompile-cache --all-targets -- -D warnings
    # What build scripts use that leave the compiling to the command.
    "${check[@]}" -p precompile --no-default-features --features build --lib -- -D warnings
    echo "ok: $target"
done
