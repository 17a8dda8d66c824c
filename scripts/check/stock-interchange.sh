#!/usr/bin/env bash
# stock-interchange.sh: gives our artifacts to upstream's own command line, and upstream's to ours. Artifacts with the
# mark must load under the mark's flag alone, and code of the two backends must never get into one engine. PRECOMPILE
# and PRECOMPILE_RUN name the binaries to check; each is built if it is not named.
source "$(dirname "$0")/../lib/common.sh"

stock="$(stock_wasmtime)"
full="$stock/wasmtime"
min="$stock/wasmtime-min"
[ -n "${PRECOMPILE-}" ] || build_precompile
[ -n "${PRECOMPILE_RUN-}" ] || cargo build -q --profile runner -p precompile-runtime
# Absolute, since what follows runs in another folder.
precompile="$(realpath "${PRECOMPILE:-$(target_dir)/debug/precompile}")"
run="$(realpath "${PRECOMPILE_RUN:-$(target_dir)/runner/precompile-run}")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

mark=(-O gc-heap-initial-size=87)
guest=(primes.cwasm 1000 /out/list.txt)

# accepts WHAT COMMAND...: it must print what the program prints.
accepts() {
    local what="$1"
    shift
    (cd "$work" && "$@" | grep -q '^168 primes') || { echo "error: $what is refused"; exit 1; }
    echo "ok: $what runs"
}

# refuses WHAT WORDS COMMAND...: it must fail, with these words.
refuses() {
    local what="$1" words="$2"
    shift 2
    code=0
    (cd "$work" && "$@" >"$work/out" 2>&1) || code=$?
    [ $code != 0 ] || { echo "error: $what is accepted"; exit 1; }
    grep -q "$words" "$work/out" || { echo "error: $what fails otherwise:"; cat "$work/out"; exit 1; }
    echo "ok: $what is refused: $(grep -o ".*$words.*" "$work/out" | head -n 1 | xargs)"
}

cp tests/guests/primes.wasm "$work"
# (module), to be preloaded beside a program.
printf '\0asm\1\0\0\0' >"$work/library.wasm"
min_run=("$min" run --allow-precompiled --dir .::/out)
# Stock's full build has features of the component model that the minimal one lacks.
full_run=("$full" run --allow-precompiled -W concurrency-support=n -S p3=n --dir .::/out)
words='GC heap initial size'

cd "$work"
"$precompile" -q --backend winch primes.wasm
"$precompile" -q --backend winch library.wasm -o winch.cwasm
"$precompile" -q --backend cranelift library.wasm -o cranelift.cwasm
accepts "ours by winch, with the mark's flag, in wasmtime-min" "${min_run[@]}" "${mark[@]}" "${guest[@]}"
accepts "ours by winch, with the mark's flag, in wasmtime" "${full_run[@]}" "${mark[@]}" "${guest[@]}"
refuses "ours by winch, without the flag" "$words" "${min_run[@]}" "${guest[@]}"
accepts "ours by winch beside a library by winch" \
    "${full_run[@]}" "${mark[@]}" --preload a=winch.cwasm "${guest[@]}"
refuses "ours by winch beside a library by cranelift" "$words" \
    "${full_run[@]}" "${mark[@]}" --preload a=cranelift.cwasm "${guest[@]}"

"$precompile" -q --backend cranelift primes.wasm
accepts "ours by cranelift, in wasmtime-min" "${min_run[@]}" "${guest[@]}"
accepts "ours by cranelift, in wasmtime" "${full_run[@]}" "${guest[@]}"
refuses "ours by cranelift, with the mark's flag" "$words" "${min_run[@]}" "${mark[@]}" "${guest[@]}"
refuses "ours by cranelift beside a library by winch" "$words" \
    "${full_run[@]}" --preload a=winch.cwasm "${guest[@]}"

"$full" compile -C compiler=winch primes.wasm -o upstream.cwasm
refuses "upstream's by winch, in wasmtime-min" 'Winch calling convention' \
    "${min_run[@]}" upstream.cwasm 1000 /out/list.txt
refuses "upstream's by winch, in wasmtime-min, with the mark's flag" 'Winch calling convention' \
    "${min_run[@]}" "${mark[@]}" upstream.cwasm 1000 /out/list.txt
refuses "upstream's, in precompile-run" 'not made by precompile' \
    "$run" upstream.cwasm 1000 /out/list.txt
[ $code = 126 ] || { echo "error: precompile-run exits $code, not 126"; exit 1; }
