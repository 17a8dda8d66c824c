#!/usr/bin/env bash
# fewer-features.sh: builds each package with fewer features than the gate does, warnings denied.
source "$(dirname "$0")/../lib/common.sh"

for features in cli,winch cli,cranelift cli,winch,mimalloc explore,winch winch,all-arch cranelift; do
    cargo clippy -q -p precompile --no-default-features --features $features -- -D warnings
    echo "ok: precompile with $features"
done
for features in runner,policy,limits messages,wasi wasi-lean wasi-lean,threads wasi-p2 wasi-config wasi-keyvalue preload plugin plugin,preload,wasi-lean invoke limits wave invoke,component-model gc,threads,async pooling pulley runner,disable-logging runner,mimalloc wasi,disable-logging std std,fat fat policy audit trust runner,trust describe describe,component-model describe,plugin,preload describe,wasi-p2 describe,measure addr2line runner,demangle,addr2line,messages gdb runner,profile code-offsets,messages describe,profile; do
    cargo clippy -q -p precompile-runtime --no-default-features --features $features -- -D warnings
    echo "ok: precompile-runtime with $features"
done
cargo clippy -q -p precompile-artifact -- -D warnings
echo "ok: precompile-artifact without std"
