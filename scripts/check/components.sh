#!/usr/bin/env bash
# components.sh: compiles components with both backends, and runs them in the runner with the feature `full`. Two are
# composed, with strings and lists across; one is made of JavaScript. Needs node and npm.
source "$(dirname "$0")/../lib/common.sh"

for tool in node npm; do
    command -v $tool >/dev/null || { echo "error: \`$tool\` is needed to make a component of JavaScript" >&2; exit 1; }
done
build_precompile
cargo build -q --profile runner -p precompile-runtime --features full
precompile="$(target_dir)/debug/precompile"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# Another build may take the runner's place.
cp "$(target_dir)/runner/precompile-run" "$work/precompile-run"

# answers EXPECTED ARTIFACT FUNCTION ARGUMENT...
answers() {
    local expected="$1" artifact="$2" function="$3" answer
    shift 3
    answer="$("$work/precompile-run" --invoke "$function" "$artifact" "$@")"
    [ "$answer" = "$expected" ] || { echo "error: $artifact answers $answer, not $expected" >&2; return 1; }
}

# The JavaScript engine and the tool that puts a program into it.
tool="$cache/componentize-js-0.23.0"
if [ ! -d "$tool/node_modules" ]; then
    mkdir -p "$tool"
    npm install --silent --no-audit --no-fund --prefix "$tool" @bytecodealliance/componentize-js@0.23.0 >&2
fi
# Node looks for packages above the script.
cp tests/guests/hello/build.mjs "$tool/build.mjs"
GUEST="$PWD/tests/guests/hello" node "$tool/build.mjs" "$work/hello.wasm"
echo "hello.wasm is a component of $(stat -c %s "$work/hello.wasm") bytes"

for backend in winch cranelift; do
    "$precompile" --backend $backend tests/guests/composed.wat -o "$work/composed.cwasm"
    answers '"count: 3 words, sum 42"' "$work/composed.cwasm" run
    answers '"total: 2 words, sum 7"' "$work/composed.cwasm" count '"total"' '["a", "b"]' '[3, 4]'
    # What is looked for would be missed.
    ! answers '"count: 4 words, sum 42"' "$work/composed.cwasm" run 2>/dev/null ||
        { echo "error: a wrong answer is not found" >&2; exit 1; }
    echo "ok: two components compiled by $backend exchange strings and lists"

    "$precompile" --backend $backend "$work/hello.wasm" -o "$work/hello.cwasm"
    answers '"hello, world: ho hoho hohoho"' "$work/hello.cwasm" greet '"world"' '[1, 2, 3]'
    echo "ok: a component of JavaScript compiled by $backend answers"
done
