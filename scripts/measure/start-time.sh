#!/usr/bin/env bash
# start-time.sh: the time of the bare runner from its start to its exit with an empty guest, beside an empty C program; and
# of the default runner with a guest that prints a line, beside upstream's smallest command line, `wasmtime-min`. Writes
# reports/start-time.md. A static bare runner at a fixed address must take at most 1.5 times as long as the program, and
# the default runner at most 0.5 of the time of `wasmtime-min`.
source "$(dirname "$0")/../lib/common.sh"
apt_install gcc >&2
build_precompile
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
printf '\0asm\1\0\0\0\1\4\1\140\0\0\3\2\1\0\7\12\1\6_start\0\0\12\4\1\2\0\13' >"$work/empty.wasm"
"$(target_dir)/debug/precompile" -q "$work/empty.wasm" -o "$work/empty.cwasm"
"$(target_dir)/debug/precompile" -q examples/container/hello.wat -o "$work/hello.cwasm"
echo 'int main(void) { return 0; }' >"$work/empty.c"
gcc -O2 "$work/empty.c" -o "$work/empty"
gcc -O2 scripts/lib/pairs.c -o "$work/pairs"

# runner FLAGS: the path of a bare runner that is built with these flags.
host="$(rustc -vV | sed -n 's/^host: //p')"
runner() {
    local file="$work/run-$1"
    RUSTFLAGS="$2" CARGO_TARGET_DIR="$(target_dir)/start" cargo build -q --profile runner --target "$host" -p precompile-runtime \
        --no-default-features --features messages,portable-digest,runner,disable-logging
    cp "$(target_dir)/start/$host/runner/precompile-run" "$file"
    echo "$file"
}

cargo build -q --profile runner -p precompile-runtime
cp "$(target_dir)/runner/precompile-run" "$work/run-default"
# Three times: the machine has faster and slower minutes.
min=("$(stock_wasmtime)/wasmtime-min" run --allow-precompiled "$work/hello.cwasm")
for _ in 1 2 3; do
    "$work/pairs" 200 "$work/run-default" "$work/hello.cwasm" -- "${min[@]}"
done >"$work/hello" 2>"$work/hello-errors" || { cat "$work/hello-errors" >&2; exit 1; }

# shellcheck disable=SC2016 # The backticks are Markdown's.
{
    printf '# From start to exit\n\nMade by `scripts/measure/start-time.sh`: the bare runner with an empty guest beside `int main(void) { return 0; }`,\n'
    printf 'dynamically linked by `gcc -O2`; 200 pairs in turn, medians. With quartiles of the ratio.\n\n'
    printf '| runner | its time (µs) | the program (µs) | ratio | from | to |\n|--------|------:|------:|------:|------:|------:|\n'
    # shellcheck disable=SC2034 # Used as "${!kind}".
    dynamic="$(runner dynamic '')"
    # shellcheck disable=SC2034 # Used as "${!kind}".
    static="$(runner static '-Crelocation-model=static -Ctarget-feature=+crt-static')"
    for kind in dynamic static; do
        read -r -a figures <<<"$("$work/pairs" 200 "${!kind}" "$work/empty.cwasm" -- "$work/empty")"
        case $kind in
            dynamic) name='as the profile `runner` makes it' ;;
            static) name='with `-Crelocation-model=static -Ctarget-feature=+crt-static`' ratio="${figures[2]}" ;;
        esac
        printf '| %s | %s | %s | %s | %s | %s |\n' "$name" "${figures[@]}"
    done
    printf '\nThe default runner with a guest that prints a line, beside `wasmtime-min` %s; 200 pairs in turn, three times.\n\n' "$(stock_version)"
    printf '| its time (µs) | `wasmtime-min` (µs) | ratio | from | to |\n|------:|------:|------:|------:|------:|\n'
    awk 'NF == 5 { printf "| %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $5 }' "$work/hello"
} >"$work/start.md"
cat "$work/start.md"
awk 'NF == 5 { count++; if ($3 > 0.5) slow = 1 } END { exit slow || count != 3 }' "$work/hello" || { echo "error: it takes more than half of the time of wasmtime-min" >&2; exit 1; }
awk -v ratio="$ratio" 'BEGIN { exit !(ratio <= 1.5) }' || { echo "error: it takes $ratio of an empty program's time" >&2; exit 1; }
cp "$work/start.md" reports/start-time.md
