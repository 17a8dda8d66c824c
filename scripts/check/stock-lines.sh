#!/usr/bin/env bash
# stock-lines.sh: compares the lines of source that `precompile symbolize` adds to a backtrace of upstream's own command
# line with those that upstream shows itself. A wrong line must be found. PRECOMPILE names the binary to check; it is
# built if it is not named.
source "$(dirname "$0")/../lib/common.sh"

stock="$(stock_wasmtime)/wasmtime"
[ -n "${PRECOMPILE-}" ] || build_precompile
precompile="$(realpath "${PRECOMPILE:-$(target_dir)/debug/precompile}")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp tests/guests/nested.wasm "$work"
cd "$work"

# trapped DETAILS ARGUMENT...: the backtrace of a call, from upstream.
trapped() {
    local details="$1"
    shift
    WASMTIME_BACKTRACE_DETAILS="$details" "$stock" run "$@" 2>&1 | sed -n '/wasm backtrace:/,/wasm trap:/p' |
        grep -v '^note: ' || true
}

# same NAME ARGUMENT...: upstream's lines are those that are added to its backtrace without them.
same() {
    local name="$1"
    shift
    trapped 1 "$@" >expected
    trapped 0 "$@" >trace
    "$precompile" symbolize "$name" <trace >found
    grep -q ' at .*:[0-9]' expected || { echo "error: $name: upstream shows no lines" >&2; exit 1; }
    diff expected found
}

same nested.wasm --invoke run nested.wasm 1 0
echo 'ok: a trap in Rust has the same lines'
sed 's/:17:12/:18:12/' expected >planted
! diff -q planted found >/dev/null || { echo 'error: a planted line is not found' >&2; exit 1; }
echo 'ok: a planted line is found'
