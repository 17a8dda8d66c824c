#!/usr/bin/env bash
# go-example.sh: builds the example in Go with Debian's Go and the C library, and runs it with Winch's and Cranelift's
# artifacts; a mix is refused with what both have. The check must find planted faults. PRECOMPILE names a command, and
# PRECOMPILE_PREFIX an installed C library, that are there already. Installs Go, compilers, CMake and pkg-config.
# shellcheck disable=SC2016 # What is in backticks are words of messages.
source "$(dirname "$0")/../lib/common.sh"

apt_install cmake gcc golang-go libc6-dev pkg-config
if [ -z "${PRECOMPILE-}" ]; then
    build_precompile
    PRECOMPILE="$(target_dir)/debug/precompile"
fi
work="$(mktemp -d)"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
prefix="${PRECOMPILE_PREFIX-}"
if [ -z "$prefix" ]; then
    prefix="$work/prefix"
    scripts/install-c.py "$prefix" >/dev/null
fi
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
# Nothing is fetched, and cgo looks at every pointer that is passed.
export GOFLAGS=-mod=mod GOPROXY=off GOCACHE="$work/go" GOPATH="$work/path" GODEBUG=cgocheck=2 CGO_ENABLED=1

# build FOLDER: the program in this folder, which is also checked.
build() { (cd "$1" && go vet . && go build -o "$1/host" .); }

# prints CODE PROGRAM ARTIFACT...: the output of a program, which must end with this code.
prints() {
    local expected="$1" code=0 printed
    shift
    printed="$("$@" 2>&1)" || code=$?
    [ "$code" = "$expected" ] || { printf 'error: `%s` ends with %d: %s\n' "$*" "$code" "$printed" >&2; return 1; }
    printf '%s\n' "$printed"
}

# right PROGRAM ARTIFACT: the program prints all that it must.
right() {
    local printed words
    printed="$(prints 0 "$@")"
    for words in 'line 1: hello from the guest' '20 and 22 are 42' 'divide ends: error while executing' \
        'wasm trap: integer divide by zero' 'wasm trap: out of bounds memory access' 'the text is out of bounds'; do
        grep -qF -- "$words" <<<"$printed" || { printf 'error: `%s` is not in: %s\n' "$words" "$printed" >&2; return 1; }
    done
}

unformatted="$(gofmt -l examples/go)"
[ -z "$unformatted" ] || { echo "error: not formatted: $unformatted" >&2; exit 1; }
cp -r examples/go "$work/host"
build "$work/host"
for backend in winch cranelift; do
    "$PRECOMPILE" -q --backend "$backend" examples/go/guest.wat -o "$work/$backend.cwasm"
    right "$work/host/host" "$work/$backend.cwasm"
done
echo "ok: the example runs both backends' artifacts, by $(go version)"

for pair in 'winch cranelift' 'cranelift winch'; do
    read -r one other <<<"$pair"
    printed="$(prints 1 "$work/host/host" "$work/$one.cwasm" "$work/$other.cwasm")"
    grep -qF "\`backend\` is \`$other\`, the store has \`$one\`: compile all that is linked together alike" <<<"$printed" ||
        { printf 'error: a mix ends with: %s\n' "$printed" >&2; exit 1; }
done
prints 0 "$work/host/host" "$work/winch.cwasm" "$work/winch.cwasm" >/dev/null
prints 1 "$work/host/host" "$work/host/host" | grep -qF "error: \`$work/host/host\`: " || { echo 'error: a file that is no artifact' >&2; exit 1; }
echo 'ok: a mix of backends is refused with what both have'

# planted TEXT OTHER: with another text in guest.go, the check fails.
planted() {
    rm -rf "$work/planted"
    cp -r examples/go "$work/planted"
    python3 - "$work/planted/guest.go" "$@" <<'EOF'
import pathlib, sys
path, text, other = pathlib.Path(sys.argv[1]), *sys.argv[2:]
content = path.read_text()
assert text in content, f"{text} is not in {path}"
path.write_text(content.replace(text, other))
EOF
    build "$work/planted"
    if right "$work/planted/host" "$work/winch.cwasm" 2>/dev/null; then
        echo "error: a planted fault was not found: $2" >&2
        return 1
    fi
}
planted 'if from+count > uint64' 'if from+count > 1+uint64'
planted 'return trapWith(err.Error())' 'panic(nil)'
planted 'case trap != nil:' 'case trap != nil && false:'
echo 'ok: three planted faults are found'
