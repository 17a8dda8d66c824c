#!/usr/bin/env bash
# conformance.sh quick|full|wasmtime|s390x|own PATH [OPTION...]: plays the specification's tests, with artifacts that
# precompile's library makes and the runtime of the full runner, without a compiler.
#     quick     WebAssembly 3.0, and the component model's tests, by both compilers on this machine
#     full      the whole matrix, which is reports/conformance.md
#     wasmtime  Wasmtime's own tests, and the component model's, which is reports/wasmtime-tests.md
#     s390x     the big-endian machine alone
#     own PATH  your own scripts, a file or all below a folder; prints the figures
# All but the last compare their results with the report and with the list of limits. `full --limits
# tests/conformance/limits.txt` writes both anew, and so does `wasmtime --limits tests/conformance/wasmtime-limits.txt`.
# The options are those of `conformance-script`, such as `--scripts simd`.
source "$(dirname "$0")/../lib/common.sh"
what="$1"
shift
cargo build -q -p conformance-script
# Alone, so that no compiler comes in.
cargo test -q -p conformance-player --features full
cargo build -q -p conformance-player --features full
tree="$(cargo tree -q -p conformance-player --features full -e normal --prefix none)"
if grep -E '^(cranelift-codegen|winch-codegen|regalloc2) ' <<<"$tree"; then
    echo "error: the player holds a compiler" >&2
    exit 1
fi

# features PACKAGE OPTION...: the features of the runtime, and of Wasmtime's crates, in a build of a package.
features() {
    cargo tree -q -e normal --prefix none --format '{p} {f}' -p "$@" | sed 's/ (\*)$//' |
        grep -E '^(precompile-|wasmtime)' | sort -u
}
full="$(features precompile-runtime --features full)"
fewer="$(features precompile-runtime)"
players="$(features conformance-player --features full)"
[ "$fewer" != "$full" ] || { echo 'error: other features are not seen' >&2; exit 1; }
if ! diff <(echo "$full") <(echo "$players") >&2; then
    echo "error: the player's runtime is not that of the full runner" >&2
    exit 1
fi
echo "the player's runtime has the features of the full runner's"
folder="$(target_dir)/debug"
play=("$folder/conformance-script" suite --player "$folder/conformance-player")
both=(--column cranelift-x86_64 --column winch-x86_64+x86-64-v3)

# Planted faults: every assertion of these scripts is wrong, and each must be found.
for planted in planted planted-components; do
    script="tests/conformance/$planted.wast"
    found="$("${play[@]}" --own "$script" "${both[@]}" 2>&1 || true)"
    wrong="$(grep -c '^(assert_' "$script")"
    if [ "$(grep -c ": 1 scripts, 0 of them whole; 0 assertions passed, $wrong failed, 0 limited" <<<"$found")" != 2 ]; then
        printf 'error: of %s planted faults not all are found:\n%s\n' "$wrong" "$found" >&2
        exit 1
    fi
    echo "all of $wrong planted faults are found"
done
# Threads, which the specification's own scripts have none of.
"${play[@]}" --own tests/conformance/threads.wast --column cranelift-x86_64 --column winch-x86_64

# The scripts in the sources of upstream's command, which cargo fetches to tell about it. Later packages have none.
wasmtime_scripts() {
    local version=46.0.3 sources
    sources="${CARGO_HOME:-$HOME/.cargo}/registry/src"
    if ! compgen -G "$sources/*/wasmtime-cli-$version/tests" >/dev/null; then
        (cd / && cargo info -q --registry crates-io "wasmtime-cli@$version" >/dev/null)
    fi
    compgen -G "$sources/*/wasmtime-cli-$version/tests" | head -1
}

case "$what" in
own) "${play[@]}" "${both[@]}" --own "$@" ;;
quick)
    "${play[@]}" --scripts wasm-v3/ "${both[@]}" "$@"
    scripts="$(wasmtime_scripts)"
    "${play[@]}" --wasmtime "$scripts" --scripts component-model/ "${both[@]}" "$@"
    ;;
wasmtime)
    scripts="$(wasmtime_scripts)"
    "${play[@]}" --wasmtime "$scripts" "${both[@]}" --column cranelift-pulley64 \
        --report reports/wasmtime-tests.md "$@"
    ;;
full)
    aarch64="$(scripts/lib/cross.sh aarch64 conformance-player conformance-player)"
    s390x="$(scripts/lib/cross.sh s390x conformance-player conformance-player)"
    "${play[@]}" --player-aarch64 "$aarch64" --player-s390x "$s390x" --report reports/conformance.md "$@"
    ;;
s390x)
    s390x="$(scripts/lib/cross.sh s390x conformance-player conformance-player)"
    "${play[@]}" --player-s390x "$s390x" --column cranelift-s390x "$@"
    ;;
esac
