#!/usr/bin/env bash
# fat-hosts.sh: one fat artifact runs on each machine, by the slice that fits it best: here, on an x86-64 processor without
# AVX, on 64-bit Arm and on s390x under emulation, and by Pulley where nothing else fits.
source "$(dirname "$0")/../lib/common.sh"

build_precompile
cargo build -q --profile runner -p precompile-runtime --features pulley
precompile="$(target_dir)/debug/precompile"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp "$(target_dir)/runner/precompile-run" "$work/run"
apt_install qemu-user

"$precompile" -q --fat --target x86_64,aarch64,s390x,pulley64 tests/guests/primes.wasm -o "$work/primes.cwasm"
"$precompile" -q --fat --target aarch64,pulley64 tests/guests/primes.wasm -o "$work/no-x86.cwasm"

# runs SLICE ARTIFACT RUNNER...: the runner prints what it must, by this slice.
runs() {
    local slice="$1" artifact="$2"
    shift 2
    "$@" --dir "$work::/out" "$artifact" 200000 /out/list.txt | cmp - tests/guests/primes.out
    "$precompile" explain "$artifact" --runner "$*" | grep -F "it runs the slice $slice"
}

if [ "$(uname -m)" = x86_64 ]; then
    if grep -qw avx2 /proc/cpuinfo; then
        runs 'x86_64-unknown-linux-gnu, cranelift, x86-64-v3' "$work/primes.cwasm" "$work/run"
    else
        echo "not run: this processor has no AVX2, which the slice for x86-64-v3 needs"
    fi
    # Nehalem, of 2008, has SSE4.2 and no AVX.
    baseline="$(runs 'x86_64-unknown-linux-gnu, cranelift' "$work/primes.cwasm" qemu-x86_64 -cpu Nehalem "$work/run")"
    echo "$baseline"
    if grep -q x86-64-v3 <<<"$baseline"; then
        echo "error: a processor without AVX runs the slice for x86-64-v3" >&2
        exit 1
    fi
    runs 'pulley64, cranelift' "$work/no-x86.cwasm" "$work/run"
else
    echo "not run: the slices for x86-64, on this $(uname -m)"
fi
for arch in aarch64 s390x; do
    read -ra emulated <<<"$(scripts/lib/cross.sh $arch)"
    runs "$arch-unknown-linux-gnu, cranelift" "$work/primes.cwasm" "${emulated[@]}"
done
ends_with 126 'none of its slices fits' "${emulated[@]}" "$work/no-x86.cwasm"
echo "ok: where no slice fits, each is named"
