#!/usr/bin/env bash
# probe-wasmtime.sh [MAJOR | --self-check]: tries another major version of Wasmtime, or else the next one, in a copy of
# the checkout, and lists by file what doesn't compile with it: in precompile-artifact, precompile and
# precompile-runtime, without their tests. Files that aren't committed yet are copied, too: with the first faults mended
# in the checkout, the next run shows what was behind them. Ends with 1 if something is broken. With --self-check it
# must find nothing wrong with the version that is built, and each planted fault. RUSTUP_TOOLCHAIN chooses another
# compiler. The first run checks all of Wasmtime, which takes some ten minutes and 3 GB; the next one takes a minute.
source "$(dirname "$0")/lib/common.sh"

built="$(wasmtime_version)"
major="${1:-$((${built%%.*} + 1))}"
[ "$major" = --self-check ] && major="${built%%.*}"
if [ $# -gt 1 ] || ! [[ "$major" =~ ^[0-9]+$ ]]; then
    printf "error: \`%s\` is no major version: use one like %d, or --self-check\n" "$*" "$((${built%%.*} + 1))" >&2
    exit 2
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR="$cache/probe-wasmtime" CARGO_TERM_COLOR=never
mkdir "$work/copy"
# As new: cargo takes what is older than its last check, of another checkout perhaps, for checked.
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -rd '' file; do [ -e "$file" ] && printf '%s\0' "$file"; done |
    tar --null -T - -cf - | tar -C "$work/copy" -xmf -

probe() { python3 scripts/lib/probe_wasmtime.py "$@"; }

if [ "${1-}" != --self-check ]; then
    probe versions "$work/copy" "$major"
    probe check "$work/copy"
    exit
fi

# fails WORDS COMMAND...: the command must fail, and say these words in its only line of errors.
fails() {
    local words="$1" code=0 report
    shift
    report="$("$@" 2>&1 >/dev/null)" || code=$?
    if [ "$code" = 0 ] || [ "$(wc -l <<<"$report")" != 1 ] || ! grep -qF -- "$words" <<<"$report"; then
        printf "error: exit code %d, without the one line \`%s\`: %s\n" "$code" "$words" "$report" >&2
        return 1
    fi
}

# finds LINE...: something is broken, and the table has these lines.
finds() {
    local code=0 report line
    report="$(probe check "$work/copy")" || code=$?
    for line in "$@"; do
        if [ "$code" != 1 ] || ! grep -qxF -- "$line" <<<"$report"; then
            printf "error: a planted fault was not found, \`%s\` is not in: %s\n" "$line" "$report" >&2
            return 1
        fi
    done
}

fails 'no release of wasmtime 99999' probe versions "$work/copy" 99999
probe versions "$work/copy" "$major"
probe check "$work/copy"
# plant FILE: a line that doesn't compile, at the end of a file of the copy.
plant() { echo 'const PLANTED: u8 = "";' >>"$work/copy/$1"; }
plant compiler/src/version.rs
plant runtime/src/engine.rs
finds '| precompile, library | 1 | 1 |' '| precompile, command | not reached | |' \
    '| precompile-runtime, library | 1 | 1 |' "| \`compiler/src/\` | 1 | 1 |" "| \`runtime/src/\` | 1 | 1 |"
plant artifact/src/config.rs
finds '| precompile-artifact | 1 | 1 |' '| precompile, library | not reached | |'
echo "ok: nothing is broken with wasmtime $major, and the planted faults were found"
