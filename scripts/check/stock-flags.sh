#!/usr/bin/env bash
# stock-flags.sh: runs artifacts in upstream's own command line under the flags that `precompile inspect` names, and
# checks that each of these flags is needed. PRECOMPILE names the binary to check; it is built if it is not named.
source "$(dirname "$0")/../lib/common.sh"

full="$(stock_wasmtime)/wasmtime"
[ -n "${PRECOMPILE-}" ] || build_precompile
precompile="$(realpath "${PRECOMPILE:-$(target_dir)/debug/precompile}")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cp tests/guests/primes.wasm "$work"
cd "$work"

# What WASI's commands export, and nothing else.
cat >command.wat <<'WAT'
(component
    (core module $module (func (export "run") (result i32) i32.const 0))
    (core instance $instance (instantiate $module))
    (func $run (result (result)) (canon lift (core func $instance "run")))
    (instance $command (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $command)))
WAT

# fields ARTIFACT FIELD: the entries of a list in what `inspect` tells, one a line.
fields() {
    "$precompile" inspect --message-format json "$1" |
        python3 -c 'import json, sys; print(*(json.loads(sys.stdin.readline())[sys.argv[1]] or []), sep="\n", end="")' "$2"
}

# stock ARTIFACT FLAG...: whether upstream runs it, in the environment that was named.
stock() {
    local artifact="$1" code=0
    shift
    env ${environment:+"$environment"} "$full" run --allow-precompiled "$@" --dir .::/out \
        "$artifact" 1000 /out/list.txt >out 2>&1 || code=$?
    case "$artifact" in
        primes*) [ $code = 0 ] && grep -q '^168 primes' out ;;
        *) [ $code = 0 ] ;;
    esac
}

fail() {
    echo "error: $*"
    cat out
    exit 1
}

# runs ARTIFACT WHAT: it runs under its flags, and under no fewer.
runs() {
    local artifact="$1" what="$2" flags environment index
    mapfile -t flags < <(fields "$artifact" stock_flags)
    environment="$(fields "$artifact" stock_environment)"
    stock "$artifact" "${flags[@]}" || fail "$what is refused under $environment ${flags[*]}"
    for ((index = 0; index < ${#flags[@]}; index += 2)); do
        if stock "$artifact" "${flags[@]:0:index}" "${flags[@]:index+2}"; then
            fail "$what runs without ${flags[*]:index:2}, of ${flags[*]}"
        fi
    done
    if [ -n "$environment" ]; then
        environment=''
        ! stock "$artifact" "${flags[@]}" || fail "$what runs without its environment"
    fi
    echo "ok: $what runs under \`${flags[*]}\`"
}

# ours OPTION...: compiles with them.
ours() {
    "$precompile" -q "$@" primes.wasm
    runs primes.cwasm "ours, \`$*\`,"
}

# upstream FLAG...: has upstream compile with them.
upstream() {
    "$full" compile "$@" primes.wasm -o primes.cwasm
    runs primes.cwasm "upstream's, \`$*\`,"
}

# refused FLAG...: has upstream compile what it then has no flag for.
refused() {
    "$@"
    [ -z "$(fields primes.cwasm stock_flags)" ] || fail "\`$*\` has flags"
    [ -n "$(fields primes.cwasm stock_obstacles)" ] || fail "\`$*\` has no obstacle"
    echo "ok: \`${*:2}\` has no flags: $(fields primes.cwasm stock_obstacles)"
}

for backend in cranelift winch; do
    ours --backend $backend
    ours --backend $backend -W fuel
    ours --backend $backend -W epoch-interruption
    ours --backend $backend --platform signals-only
    ours --backend $backend -O memory-reservation=0,memory-guard-size=0
    ours --backend $backend -O memory-init-cow=n,guard-before-linear-memory=n
    ours --backend $backend -O memory-may-move=n,memory-reservation-for-growth=0
    ours --backend $backend -D symbols=n
    ours --backend $backend -D backtrace-details
    ours --backend $backend -D address-map=n
    ours --backend $backend -W wide-arithmetic,custom-page-sizes
    ours --backend $backend -W fuel,epoch-interruption -O memory-reservation=1MiB -D symbols=n
done
ours --opt-level speed-and-size
ours -O signals-based-traps=n
ours --platform freestanding
ours -O table-lazy-init=n
ours -W relaxed-simd-deterministic
ours -D debug-info
ours -C inlining=y
ours -C inlining=intrinsics
ours -C inlining=inter-module-and-intra-gc
ours --target pulley64
ours --target pulley64 --platform freestanding -W fuel
refused "$precompile" -q -C inlining=inter-module primes.wasm

upstream
upstream -C compiler=winch
upstream -C compiler=winch -W fuel=1 -W threads
upstream -C collector=drc
upstream -C collector=null -W epoch-interruption
upstream -D guest-debug
upstream -W stack-switching
upstream -W concurrency-support=n
upstream -W nan-canonicalization -O opt-level=0,regalloc-algorithm=single-pass
upstream -C cranelift-wasmtime-inlining-small-callee-size=7
upstream -C cranelift-wasmtime-inlining-sum-size-threshold=7
upstream -O gc-heap-initial-size=65536
upstream -O gc-heap-reservation=65536,gc-heap-guard-size=65536,gc-heap-may-move=n
upstream -O memory-reservation=65536,memory-guard-size=65536
upstream -W all-proposals
upstream -W component-model-more-async-builtins,component-model-async-stackful,component-model-threading
upstream -W component-model-error-context,component-model-gc,component-model-memory64
upstream --target pulley64
refused "$full" compile --target x86_64-unknown-none primes.wasm -o primes.cwasm
refused "$full" compile -C cranelift-enable-pinned-reg primes.wasm -o primes.cwasm

for options in '--backend cranelift' '--backend winch' '-W concurrency-support=y' '-W fuel' '--target pulley64'; do
    # shellcheck disable=SC2086 # Each is an option and its value.
    "$precompile" -q $options command.wat
    runs command.cwasm "our component, \`$options\`,"
done
"$full" compile command.wat -o command.cwasm
runs command.cwasm "upstream's component"
"$full" compile -W concurrency-support=n command.wat -o command.cwasm
runs command.cwasm "upstream's component without concurrency"
