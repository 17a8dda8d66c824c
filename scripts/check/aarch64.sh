#!/usr/bin/env bash
# aarch64.sh [--full]: compiles for 64-bit Arm on this machine, and runs the artifacts on such a machine or under
# emulation. With --full, the picture that resvg renders there must equal this machine's to the byte.
source "$(dirname "$0")/../lib/common.sh"

command="$(scripts/lib/cross.sh aarch64)"
read -ra run <<<"$command"
build_precompile
precompile="$(target_dir)/debug/precompile"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

for backend in cranelift winch; do
    "$precompile" -q --backend $backend --target aarch64 tests/guests/primes.wasm -o "$work/primes.cwasm"
    "${run[@]}" --dir "$work::/out" "$work/primes.cwasm" 200000 /out/list.txt >"$work/primes.out"
    cmp "$work/primes.out" tests/guests/primes.out
    echo "ok: a C program compiled by $backend prints what it prints natively"

    # A function without an end: (func (export "f") (call 0)), and one that traps.
    printf '\0asm\1\0\0\0\1\4\1\140\0\0\3\3\2\0\0\7\11\2\1f\0\0\1u\0\1\12\12\2\4\0\20\0\13\3\0\0\13' >"$work/traps.wasm"
    "$precompile" -q --backend $backend --target aarch64 "$work/traps.wasm" -o "$work/traps.cwasm"
    for trap in 'f:call stack exhausted' 'u:unreachable'; do
        ends_with 134 "${trap#*:}" "${run[@]}" --invoke "${trap%%:*}" "$work/traps.cwasm"
        echo "ok: $backend code traps with \`${trap#*:}\`"
    done
done

scripts/check/mismatch-remedies.sh "${run[@]}"

[ "${1-}" = --full ] || exit 0
resvg="$(scripts/lib/corpus.sh resvg)"
cargo build -q --profile runner -p precompile-runtime
cp tests/guests/picture.svg "$work/in.svg"
"$precompile" -q "$resvg" -o "$work/native.cwasm"
"$(target_dir)/runner/precompile-run" --dir "$work::/w" "$work/native.cwasm" --zoom 4 /w/in.svg /w/native.png
for backend in cranelift winch; do
    "$precompile" -q --backend $backend --target aarch64 "$resvg" -o "$work/resvg.cwasm"
    "${run[@]}" --dir "$work::/w" "$work/resvg.cwasm" --zoom 4 /w/in.svg /w/out.png
    cmp "$work/out.png" "$work/native.png"
    echo "ok: resvg compiled by $backend for aarch64 renders what Cranelift's code renders here"
done
