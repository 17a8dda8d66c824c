#!/usr/bin/env bash
# mismatch-remedies.sh RUNNER...: makes an artifact that is wrong in six fields for the host of RUNNER, a command that
# ends in `precompile-run`; follows each printed remedy; and runs the artifact.
source "$(dirname "$0")/../lib/common.sh"

[ -n "${PRECOMPILE-}" ] || build_precompile
precompile="$(realpath "${PRECOMPILE:-$(target_dir)/debug/precompile}")"
runner=("$@" --policy epoch-interruption --policy fuel --policy backend=winch --policy no-debug)
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
echo '(module (func (export "f") (result i32) i32.const 42))' >"$work/app.wat"

# compile OPTION...
compile() {
    "$precompile" --quiet "$@" "$work/app.wat" -o "$work/app.cwasm"
}
explain() {
    "$precompile" explain "$work/app.cwasm" --runner "${runner[*]}"
}

compile --target s390x -D debug-info -W concurrency-support
code=0
reasons="$(explain)" || code=$?
echo "$reasons"
if [ "$code" != 3 ] || [ "$(grep -c '^  ' <<<"$reasons")" != 6 ]; then
    echo "error: not six reasons" >&2
    exit 1
fi
# The runner itself says the same.
ends_with 126 "$(sed -n 2p <<<"$reasons")" "${runner[@]}" --invoke f "$work/app.cwasm"

# Each remedy is an option in backticks; the settings that were wrong stay before them.
# shellcheck disable=SC2016 # They are the message's backticks.
mapfile -t options < <(grep -o 'with `[^`]*`' <<<"$reasons" | sed 's/with `//; s/`//' | tr ' ' '\n')
compile -D debug-info -W concurrency-support "${options[@]}"
explain
[ "$("${runner[@]}" --invoke f "$work/app.cwasm")" = 42 ] || { echo "error: it doesn't run" >&2; exit 1; }
echo "six remedies were followed, and it runs"
