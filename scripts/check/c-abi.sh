#!/usr/bin/env bash
# c-abi.sh [header|update]: checks that precompile.h is what cbindgen makes of the sources, that the C library exports
# the functions of runtime/capi/abi.txt and no others, and that there is one for each that a header declares, also where
# bindings look all of upstream's up. Each check must find a planted fault. With `header`, checks the header alone; with
# `update`, writes the header and the list. Installs cbindgen, and for the library a compiler, CMake and binutils.
source "$(dirname "$0")/../lib/common.sh"

capi=runtime/capi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
version=0.29.4
cbindgen="$cache/cbindgen-$version/bin/cbindgen"
[ -x "$cbindgen" ] || cargo install -q --locked --debug --root "$cache/cbindgen-$version" --version "$version" cbindgen

# same EXPECTED FOUND WORDS: two files must be the same.
same() {
    diff -u "$1" "$2" || { echo "error: $3; \`scripts/check/c-abi.sh update\` brings it up to date" >&2; return 1; }
}

# different FILE FILE: a check with a planted fault in one of them fails.
different() {
    if same "$1" "$2" 'planted' >/dev/null 2>&1; then
        echo "error: a planted fault was not found in $2" >&2
        return 1
    fi
}

"$cbindgen" -q --config "$capi/cbindgen.toml" --crate precompile-capi -o "$work/precompile.h" "$capi"
header="$capi/include/precompile.h"
[ "${1-}" != update ] || cp "$work/precompile.h" "$header"
same "$header" "$work/precompile.h" 'precompile.h is not what the sources say'
sed '/precompile_program_check/d' "$header" >"$work/planted.h"
different "$work/planted.h" "$work/precompile.h"
echo 'ok: precompile.h is what the sources say'
[ "${1-}" != header ] || exit 0

apt_install binutils cmake gcc
prefix="$work/prefix"
scripts/install-c.py "$prefix" >/dev/null
nm -D --defined-only "$prefix/lib/libprecompile_runtime.so" | awk '{ print $3 }' | LC_ALL=C sort >"$work/exported"
list="$capi/abi.txt"
[ "${1-}" != update ] || cp "$work/exported" "$list"
same "$list" "$work/exported" 'the library exports other functions than the list says'
sed '/^precompile_open_file$/d' "$list" >"$work/planted"
different "$work/planted" "$work/exported"
echo "ok: the library exports the $(wc -l <"$list") functions of the list"

# declared FILE: the functions that a source, with all that its headers declare in any build, could call.
declared() {
    local features
    features="$(sed -n 's/^#cmakedefine \(WASMTIME_FEATURE_[A-Z_]*\)$/-D\1/p' "$upstream/include/wasmtime/conf.h.in" | tr '\n' ' ')"
    # shellcheck disable=SC2086 # Each is an argument.
    gcc -w -fsyntax-only -aux-info "$work/declared" $features -DWASMTIME_FEATURE_COMPILER -isystem "$prefix/include" -x c "$1"
    # Of the headers, and not their own inline functions.
    sed -n "s|^/\* $prefix/include/[^ ]*C \*/ extern [^(]*[ *]\([a-z0-9_]*\) (.*|\1|p" "$work/declared" | LC_ALL=C sort -u
}

scripts/install-c.py "$work/lean" --lean-wasi >/dev/null
nm -D --defined-only "$work/lean/lib/libprecompile_runtime.so" | awk '{ print $3 }' | LC_ALL=C sort >"$work/lean-exported"
same "$list" "$work/lean-exported" 'the lean library exports other functions than the list says'
echo 'ok: so does the library with lean WASI'

upstream="$(cargo metadata --format-version 1 --locked | python3 -c '
import json, pathlib, sys
packages = json.load(sys.stdin)["packages"]
print(next(pathlib.Path(p["manifest_path"]).parent for p in packages if p["name"] == "wasmtime-c-api-impl"))')"
printf '#include <wasi.h>\n#include <wasmtime.h>\n#include <wasmtime/component.h>\n#include <precompile.h>\n' >"$work/all.c"
declared "$work/all.c" >"$work/wanted"
missing() { LC_ALL=C comm -23 "$1" "$work/exported"; }
[ -z "$(missing "$work/wanted")" ] || { echo "error: declared, and not there: $(missing "$work/wanted")" >&2; exit 1; }
[ "$(wc -l <"$work/wanted")" -gt 400 ] || { echo 'error: the headers declare few functions' >&2; exit 1; }
mkdir -p "$prefix/include/planted"
echo 'int wasmtime_planted(void);' >"$prefix/include/planted/planted.h"
printf '#include <planted/planted.h>\n' >>"$work/all.c"
declared "$work/all.c" >"$work/planted-wanted"
[ "$(missing "$work/planted-wanted")" = wasmtime_planted ] || { echo 'error: a planted declaration was not found' >&2; exit 1; }
echo "ok: each of the $(wc -l <"$work/wanted") functions that a header declares is there"

# Everything else of the package: its tests, and builds with fewer features.
cargo clippy -q -p precompile-capi --all-targets --features bindings -- -D warnings
cargo test -q -p precompile-capi --features bindings
cargo clippy -q -p precompile-capi --all-targets --no-default-features -- -D warnings
cargo test -q -p precompile-capi --no-default-features
cargo clippy -q --manifest-path $capi/lean/Cargo.toml --features bindings -- -D warnings
echo 'ok: the tests pass, with all features and with none'
