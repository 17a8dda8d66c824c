#!/usr/bin/env bash
# What `--strip` saves of artifacts, for each backend and several targets; writes reports/strip.md.
source "$(dirname "$0")/../lib/common.sh"
build_precompile
precompile="$(target_dir)/debug/precompile"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

resvg="$(scripts/lib/corpus.sh resvg)"
for module in tests/guests/primes.wasm "$resvg"; do
    for target in "cranelift x86_64" "winch x86_64" "cranelift aarch64" "winch aarch64" "cranelift pulley64"; do
        read -r backend triple <<<"$target"
        for parts in none address-map symbols names unwind all; do
            "$precompile" -q --backend "$backend" --target "$triple" --strip "$parts" "$module" -o "$work/app.cwasm"
            printf '%s\t%s\t%s\t' "$(basename "$module")" "$backend, $triple" "$parts"
            "$precompile" inspect --message-format json "$work/app.cwasm" | grep '"reason":"inspect"'
        done
    done
done >"$work/inspected"
python3 scripts/measure/strip.py "$work/inspected" >reports/strip.md
cat reports/strip.md
