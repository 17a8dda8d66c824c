#!/usr/bin/env bash
# other-systems.sh: checks the code without Wasmtime for systems on which no test runs: for Windows, for macOS, and for
# an architecture with the other byte order. That code is precompile-artifact and precompile-cache with their default
# features, and the part of precompile that build scripts use. It is not the shared cache, the commands, the compiler or
# the runtime. Nothing is linked, so no C compiler is needed. Installs the targets' libraries with rustup.
source "$(dirname "$0")/../lib/common.sh"

for target in x86_64-pc-windows-gnu aarch64-apple-darwin s390x-unknown-linux-gnu; do
    rustup -q target add "$target"
    check=(env CC=true AR=true cargo clippy -q --target "$target")
    "${check[@]}" -p precompile-artifact -p precompile-cache --all-targets -- -D warnings
    # What build scripts use that leave the compiling to the command.
    "${check[@]}" -p precompile --no-default-features --features build --lib -- -D warnings
    echo "ok: $target"
done
