#!/usr/bin/env bash
# full-runner.sh: runs, in the runner with the feature `full` as it ships, what both backends compile: every example and
# every guest of the component kind, and a module for each proposal of which there is one. What Winch lacks it must name.
source "$(dirname "$0")/../lib/common.sh"

build_precompile
cargo build -q --profile runner -p precompile-runtime --features full
precompile="$(target_dir)/debug/precompile"
work="$(mktemp -d)"
server=
trap '[ -z "$server" ] || kill "$server" || true; rm -rf "$work"' EXIT
# Another build may take the runner's place.
run="$work/precompile-run"
cp "$(target_dir)/runner/precompile-run" "$run"

# is EXPECTED COMMAND...: the command succeeds and prints this.
is() {
    local expected="$1" printed
    shift
    printed="$("$@")"
    [ "$printed" = "$expected" ] || { echo "error: \`$*\` prints $printed, not $expected" >&2; return 1; }
}
! is other echo one 2>/dev/null || { echo 'error: a wrong answer is not found' >&2; exit 1; }

# all EXPECTED WHAT FILE...: the files are these, so that none is left out below.
all() {
    local expected="$1" what="$2"
    shift 2
    [ "$expected" = "$*" ] || { echo "error: $what are \`$*\`, and \`$expected\` are run here" >&2; exit 1; }
}
mapfile -t examples < <(git grep -lE '^ *\(component\b' -- 'examples/*.wat')
all 'examples/c/guests/component.wat examples/component/greeter.wat' 'the examples of components' "${examples[@]}"
# A component's version has a 1 where a module's has none.
mapfile -t guests < <(git ls-files 'tests/guests/*.wasm' |
    while read -r file; do [ "$(od -An -tx1 -j6 -N1 "$file")" = " 00" ] || echo "$file"; done)
all "$(echo tests/guests/{calls-p3,command-p3,http-p2,http-p3,sockets-p2,stores-p2}.wasm)" \
    'the guests that are components' "${guests[@]}"
mapfile -t texts < <(git grep -lE '^ *\(component\b' -- 'tests/guests/*.wat')
all "$(echo tests/guests/{composed,concurrent,wasi3/{cli,clocks,filesystem,http,random,sockets}}.wat)" \
    'the guests that are texts of components' "${texts[@]}"

# What the example's program offers to its guest is a component here.
{
    echo '(component'
    sed "s/^(component$/(component \$greeter/" examples/component/greeter.wat
    cat <<'END'
  (component $host
    (core module $m
      (memory (export "memory") 1)
      (data (i32.const 0) "\08\00\00\00\01\00\00\00!")
      (func (export "punctuation") (result i32) (i32.const 0)))
    (core instance $i (instantiate $m))
    (func (export "punctuation") (result string)
      (canon lift (core func $i "punctuation") (memory (core memory $i "memory")))))
  (instance $host (instantiate $host))
  (instance $greeter (instantiate $greeter (with "punctuation" (func $host "punctuation"))))
  (export "greet" (func $greeter "greet")))
END
} >"$work/greeter.wat"
# compiled FILE [OPTION...]: the artifact that this backend makes.
compiled() {
    local artifact
    artifact="$work/$(basename "${1%.*}").cwasm"
    "$precompile" -q --backend "$backend" "${@:2}" "$1" -o "$artifact" && echo "$artifact"
}

# served FILE: the server of a guest listens, and `url` is its address, until `stopped` ends it.
served() {
    local log="$work/log" artifact
    artifact="$(compiled "$1")"
    url=''
    : >"$log"
    "$run" serve --addr 127.0.0.1:0 "$artifact" 2>"$log" &
    server=$!
    for _ in {1..100}; do
        url="$(sed -n 's|^serving on ||p' "$log")"
        [ -z "$url" ] || break
        sleep 0.1
    done
    [ -n "$url" ] || { echo "error: the server of $1 doesn't listen: $(<"$log")" >&2; return 1; }
}
stopped() {
    kill "$server"
    wait "$server"
    server=
}

for backend in cranelift winch; do
    mkdir "$work/$backend" "$work/$backend/empty"
    is '"Hello, reader!"' "$run" --invoke greet "$(compiled "$work/greeter.wat")" '"reader"'
    artifact="$(compiled examples/c/guests/component.wat)"
    is 42 "$run" --invoke add "$artifact" 40 2
    is '"adder"' "$run" --invoke name "$artifact"
    echo "ok: the examples of components, compiled by $backend"

    is '"count: 3 words, sum 42"' "$run" --invoke run "$(compiled tests/guests/composed.wat)"
    is 42 "$run" --invoke run "$(compiled tests/guests/concurrent.wat)"
    artifact="$(compiled tests/guests/command-p3.wasm)"
    is 'hello you' "$run" "$artifact" you
    is 'true true' "$run" "$artifact" clocks
    is 'from standard input' "$run" "$artifact" cat <<<'from standard input'
    is '/data true content ["new"]' "$run" --dir "$work/$backend/empty::/data" "$artifact" files
    is '127.0.0.1' "$run" --tcp 127.0.0.1 --tcp localhost "$(compiled tests/guests/sockets-p2.wasm)" lookup 127.0.0.1
    for version in p2 p3; do
        served "tests/guests/http-$version.wasm"
        is hello curl -sS "$url"
        is 'sent and back' curl -sS --data-binary 'sent and back' "${url}echo"
        stopped
    done
    artifact="$(compiled tests/guests/stores-p2.wasm)"
    is 'Ok(Some("1"))' "$run" --config A=1 --keyvalue "$artifact" 'config A'
    artifact="$(compiled tests/guests/calls-p3.wasm)"
    is 'get-random-u64: true' grep u64 <("$run" "$artifact" random | grep -v insecure)
    echo "ok: the guests that are components, compiled by $backend"

    is 'a command' "$run" "$(compiled tests/guests/wasi3/cli.wat)"
    is 1 "$run" --invoke get-resolution "$(compiled tests/guests/wasi3/clocks.wat)"
    is ok "$run" --dir "$work/$backend" --invoke sync "$(compiled tests/guests/wasi3/filesystem.wat)"
    is '[]' "$run" --invoke get-random-bytes "$(compiled tests/guests/wasi3/random.wat)" 0
    artifact="$(compiled tests/guests/wasi3/sockets.wat)"
    is 0 "$run" --tcp 127.0.0.1 --invoke tcp "$artifact"
    is 0 "$run" --udp 127.0.0.1 --invoke udp "$artifact"
    served tests/guests/wasi3/http.wat
    is 200 curl -sS -o "$work/answer" -w '%{http_code}' "$url"
    stopped
    echo "ok: components that call WASI 0.3 by hand, compiled by $backend"
done

# A module for each proposal, and what Winch says of those that it lacks.
declare -A lacks=(
    [exceptions]=exceptions [function-references]=function-references [gc]=gc
    [reference-types]=gc-types [relaxed-simd]=relaxed-simd [tail-call]=tail-call
)
ran=()
for module in tests/guests/proposals/*.wat; do
    name="$(basename "$module" .wat)"
    for backend in cranelift winch; do
        if [ "$name" = stack-switching ]; then
            ends_with 1 "leaves out \`stack-switching\`" "$precompile" --backend "$backend" "$module" -o "$work/none"
        elif [ "$backend" = winch ] && [ -n "${lacks[$name]-}" ]; then
            ends_with 1 "winch can't compile \`${lacks[$name]}\`" \
                "$precompile" --backend winch "$module" -o "$work/none"
        else
            is 42 "$run" --invoke run "$(compiled "$module" --cpu x86-64-v3)"
            ran+=("$name by $backend")
        fi
    done
done
printf 'ok: proposals: %s\n' "$(printf '%s, ' "${ran[@]}" | sed 's/, $//')"
