#!/usr/bin/env bash
# fuzz.sh [SECONDS [TARGET...]]: feeds a fuzzer's inputs to each reader of foreign bytes, for so many seconds each, and
# writes reports/fuzz.md. None may panic, die, take 20 s for one input, or 2 GiB. A planted fault must be found. `real` is
# the target `wasm` with mutations of programs from package registries. With targets, it runs these alone, and writes no
# report.
source "$(dirname "$0")/../lib/common.sh"
unset PRECOMPILE_NO_CACHE
seconds="${1-60}"
all=(wasm real component text smith smith-component artifact fat manifest host project object signatures trust keys lines)
if [ $# -gt 1 ]; then chosen=("${@:2}"); else chosen=("${all[@]}"); fi
fuzz="$cache/fuzz"
if [ ! -x "$fuzz/tool/bin/cargo-fuzz" ]; then
    CARGO_TARGET_DIR="$fuzz/install" cargo install -q cargo-fuzz --version 0.13.2 --locked --root "$fuzz/tool"
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cargo run -q -p precompile --example seeds "$work/seeds"
build_precompile
# What a shared cache holds: the record and the bytes of an entry.
"$(target_dir)/debug/precompile" -q --cache-dir "$work/cache" tests/guests/composed.wat -o "$work/files.cwasm"
mkdir "$work/seeds/object"
for record in "$work"/cache/v1/entries/*/*.json; do
    cat "$record" "${record%.json}.blob" >"$work/seeds/object/$(basename "$record")"
done
for module in tests/guests/*.wasm $(scripts/lib/corpus.sh micropython quickjs sqlite); do
    mkdir -p "$work/seeds/real"
    cp "$module" "$work/seeds/real/"
done
# Coverage takes flags that stable compilers keep to themselves.
(
    cd fuzz
    RUSTC_BOOTSTRAP=1 "$fuzz/tool/bin/cargo-fuzz" fuzz build --sanitizer none --target-dir "$fuzz/target" \
        2>"$work/build.log" || { cat "$work/build.log" >&2; exit 1; }
)
targets="$fuzz/target/$(rustc -vV | sed -n 's/^host: //p')/release"

# play TARGET SECONDS: one target, from its seeds and what earlier runs found.
play() {
    local binary="$1" longest=65536
    if [ "$1" = real ]; then binary=wasm longest=1048576; fi
    mkdir -p "$fuzz/corpus/$1" "$work/found/$1"
    "$targets/$binary" "$fuzz/corpus/$1" "$work/seeds/$1" -seed=1 -max_total_time="$2" -timeout=20 \
        -rss_limit_mb=2048 -max_len="$longest" -artifact_prefix="$work/found/$1/" -print_final_stats=1 >"$work/$1.log" 2>&1
}

rm -rf "$fuzz/corpus/planted"
if play planted 120; then
    echo "error: the planted fault was not found" >&2
    exit 1
fi
planted="$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/planted.log")"
echo "the planted fault was found after $planted executions"
failed=0
# shellcheck disable=SC2016 # The backticks are Markdown's.
{
    printf '# Anything as input\n\nMade by `scripts/measure/fuzz.sh %s`, one target after the other. *Accepted* is what the reader took for valid;\n' "$seconds"
    printf '*coverage* counts edges of the code, as libFuzzer has it. A panic of a compiler becomes an error, and is counted. The planted fault was found after %s\nexecutions.\n\n' "$planted"
    printf '%s\n' '`wasm`, `component` and `text` are compiled by both backends, and `real` are mutations of programs from' \
        'package registries; `smith` and `smith-component` are valid by construction. `artifact` is read, inspected and' \
        'explained; `manifest` is, too, as part of an artifact whose digest is right. `fat` are fat artifacts, and indexes of' \
        'one whose digest is right. `host` is the description of a host, `project` a `precompile.toml`, and `object` what a shared cache answers. `signatures` are those of an artifact,' \
        '`trust` is a trust file, and `keys` are files of keys and of signatures. `lines` is a module whose functions and' \
        'lines of source are looked up.'
    echo
    printf '| target | executions | coverage | inputs kept | accepted | compiler panics | peak (MiB) | findings |\n|---|---|---|---|---|---|---|---|\n'
} >"$work/report"
for target in "${chosen[@]}"; do
    play "$target" "$seconds" || { failed=1; tail -5 "$work/$target.log" >&2; mkdir -p "$fuzz/found"; cp -r "$work/found/$target" "$fuzz/found/"; }
    stat() { sed -n "s/^stat::$1: *//p" "$work/$target.log"; }
    last="$(grep -aoE 'cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$work/$target.log" | tail -1)"
    read -r _ cov _ _ _ kept <<<"$last"
    accepted="$(grep -aoE 'accepted [0-9]+ of [0-9]+' "$work/$target.log" | tail -1 | awk '{ printf "%.1f %%", 100 * $2 / $4 }')"
    panics="$(grep -aoE 'compiler panics [0-9]+' "$work/$target.log" | tail -1 | cut -d' ' -f3)"
    printf '| %s | %s | %s | %s | %s | %s | %s | %s |\n' "$target" "$(stat number_of_executed_units)" "$cov" "$kept" \
        "$accepted" "$panics" "$(stat peak_rss_mb)" "$(find "$work/found/$target" -type f | wc -l)" | tee -a "$work/report"
done
awk -F'|' '/^\| [a-z-]+ \| [0-9]/ { sum += $3 } END { printf "\n%d executions in all.\n", sum }' "$work/report" | tee -a "$work/report"
[ $# -gt 1 ] || cp "$work/report" reports/fuzz.md
exit $failed
