#!/usr/bin/env bash
# python-wasmtime.sh: installs the Python package `wasmtime` into a fresh environment, replaces its library by ours, and
# runs artifacts: Cranelift's by the package alone, and both backends' through precompile.h, as in
# examples/python/upstream.py. What is refused says why. PRECOMPILE and PRECOMPILE_RUNTIME_LIBRARY name a command and a library with the feature
# `bindings` that are there already. Installs CMake and a C compiler.
# shellcheck disable=SC2016 # What is in backticks are words of messages.
source "$(dirname "$0")/../lib/common.sh"

apt_install cmake gcc
python3 -c 'import ensurepip' 2>/dev/null || apt_install python3-venv
if [ -z "${PRECOMPILE-}" ]; then
    build_precompile
    PRECOMPILE="$(target_dir)/debug/precompile"
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
library="${PRECOMPILE_RUNTIME_LIBRARY-}"
if [ -z "$library" ]; then
    scripts/install-c.py "$work/prefix" >/dev/null
    library="$work/prefix/lib/libprecompile_runtime.so"
fi
unset PYTHONPATH
export PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
version=48.0.0
python3 -m venv "$work/environment"
python="$work/environment/bin/python"
"$python" -m pip install -q "wasmtime==$version"

# shows WORDS COMMAND...: the command must succeed and print these words.
shows() {
    local words="$1" printed
    shift
    printed="$("$@" 2>&1)" || { printf 'error: `%s` fails: %s\n' "$*" "$printed" >&2; return 1; }
    grep -qF -- "$words" <<<"$printed" || { printf 'error: `%s` is not in: %s\n' "$words" "$printed" >&2; return 1; }
}

# guest NAME BACKEND OPTION...: compiles a guest of the examples in C.
guest() {
    "$PRECOMPILE" -q --backend "$2" "${@:3}" "examples/c/guests/$1.wat" -o "$work/$1.$2.cwasm"
}

for backend in winch cranelift; do
    "$PRECOMPILE" -q --backend "$backend" examples/python/guest.wat -o "$work/guest.$backend.cwasm"
    guest multi_value "$backend" -W concurrency-support
    guest fuel "$backend" -W concurrency-support,fuel
    guest interrupt "$backend" -W concurrency-support,epoch-interruption
    guest memory "$backend"
done
"$PRECOMPILE" -q examples/c/guests/component.wat -W concurrency-support -o "$work/component.cwasm"

# The package's own library compiles; ours says that it doesn't.
cat >"$work/compile.py" <<'EOF'
import wasmtime

try:
    wasmtime.Module(wasmtime.Engine(), b"\0asm\1\0\0\0")
    print("it compiles")
except wasmtime.WasmtimeError as error:
    print(error)
EOF
shows 'it compiles' "$python" "$work/compile.py"
replaced="$("$python" -c 'import wasmtime._ffi; print(wasmtime._ffi.filename)')"
echo "the package's library: $(stat -c %s "$replaced") bytes, ours: $(stat -Lc %s "$library") bytes"
cp -L "$library" "$replaced"
shows 'this library holds no compiler: compile with `precompile`' "$python" "$work/compile.py"
echo 'ok: each of the functions that the package looks up is there, and those that compile say what to do instead'

# A library without them isn't loaded.
cc -shared -o "$work/empty.so" -x c /dev/null
cp "$work/empty.so" "$replaced"
if "$python" "$work/compile.py" >/dev/null 2>&1; then
    echo 'error: a planted fault was not found: a library without functions is loaded' >&2
    exit 1
fi
cp -L "$library" "$replaced"

cat >"$work/alone.py" <<'EOF'
"""What the package alone can do with the artifacts in the folder that is named."""

import sys

import wasmtime
from wasmtime import Config, Engine, Instance, Module, Store, Trap, WasmtimeError, component
from wasmtime import _ffi as ffi

folder = sys.argv[1]


def opened(name, *settings):
    """The store and the module of an artifact, in an engine with these settings."""
    config = Config()
    for setting in settings:
        if setting == "no concurrency":
            # The package has no property for it, and calls nothing but the function.
            ffi.wasmtime_config_concurrency_support_set(config.ptr(), False)
        else:
            setattr(config, setting, True)
    engine = Engine(config)
    return Store(engine), Module.deserialize_file(engine, f"{folder}/{name}.cwasm")


def refused(words, name, *settings):
    """An artifact must be refused with these words."""
    try:
        opened(name, *settings)
    except WasmtimeError as error:
        assert words in str(error), error
        return
    sys.exit(f"error: {name} is opened with {settings}")


def planted(words, name, *settings):
    """What `refused` finds: an artifact that is opened, or refused for another reason."""
    try:
        refused(words, name, *settings)
    except (SystemExit, AssertionError):
        return
    sys.exit(f"error: a planted fault was not found: {name} with {settings}")


store, module = opened("multi_value.cranelift")
kind = wasmtime.FuncType([wasmtime.ValType.i32()] * 2, [wasmtime.ValType.i32()] * 2)
divide = wasmtime.Func(store, kind, lambda one, other: [one // other, one % other])
assert Instance(store, module, [divide]).exports(store)["swapped"](store, 47, 10) == [7, 4]

store, module = opened("fuel.cranelift", "consume_fuel")
store.set_fuel(10000)
factorial = Instance(store, module, []).exports(store)["factorial"]
assert factorial(store, 5) == 120
assert 0 < store.get_fuel() < 10000
store.set_fuel(10)
try:
    factorial(store, 1000)
    sys.exit("error: the fuel doesn't end")
except Trap as trap:
    assert trap.trap_code == wasmtime.TrapCode.OUT_OF_FUEL, trap

store, module = opened("interrupt.cranelift", "epoch_interruption")
store.set_epoch_deadline(1)
store.engine.increment_epoch()
try:
    Instance(store, module, []).exports(store)["run"](store)
    sys.exit("error: the guest isn't interrupted")
except Trap as trap:
    assert trap.trap_code == wasmtime.TrapCode.INTERRUPT, trap

engine = Engine()
store, linker = Store(engine), component.Linker(engine)
instance = linker.instantiate(store, component.Component.deserialize_file(engine, f"{folder}/component.cwasm"))
assert instance.get_func(store, "add")(store, 20, 22) == 42
assert instance.get_func(store, "name")(store) == "adder"
print("ok: Cranelift's artifacts run by the package alone: calls, functions of Python, fuel, interruption, a component")

words = "compiled without concurrency support but it is enabled for the host"
refused(words, "memory.cranelift")
store, module = opened("memory.cranelift", "no concurrency")
assert Instance(store, module, []).exports(store)["sum"](store, 16, 7) == sum(b"sixteen")
refused("compiled with fuel support but it is not enabled for the host", "fuel.cranelift")
planted(words, "memory.cranelift", "no concurrency")
planted("another reason", "memory.cranelift")

# What takes a compiler says what to do instead.
def compile_module():
    Module(Engine(), "(module)")


def load_cache():
    Config().cache = True


for function in (
    compile_module,
    load_cache,
    lambda: wasmtime.wat2wasm("(module)"),
    lambda: Module.validate(Engine(), b"\0asm\1\0\0\0"),
    lambda: module.serialize(),
    lambda: component.Component(Engine(), b"\0asm\r\0\1\0"),
):
    try:
        function()
        sys.exit(f"error: {function} works without a compiler")
    except WasmtimeError as error:
        assert "this library holds no compiler: compile with `precompile`" in str(error), error
config = Config()
config.strategy, config.cranelift_opt_level, config.parallel_compilation = "cranelift", "none", False
Module.deserialize_file(Engine(config), f"{folder}/multi_value.cranelift.cwasm")
print("ok: what takes a compiler is an error, and settings of a compiler have no effect")

# No setting of the package, nor of the C API, is the one that marks Winch's code.
settings = [name for name in dir(ffi) if name.startswith("wasmtime_config_") and name.endswith("_set")]
assert len(settings) > 40, settings
assert not [name for name in settings if "gc_heap" in name], settings
words = "compiled with a GC heap initial size of '87' but '0' is expected for the host"
refused(words, "multi_value.winch")
refused(words, "fuel.winch", "consume_fuel")
refused(words, "memory.winch", "no concurrency")
print(f"ok: what was compiled otherwise is refused, and Winch's always: none of {len(settings)} settings is its mark")
EOF
"$python" "$work/alone.py" "$work"

for backend in winch cranelift; do
    example=("$python" examples/python/upstream.py "$work/guest.$backend.cwasm")
    for words in 'the guest says: hello from the guest' '20 and 22 are 42' 'hello through WASI!' 'the sum of them is 55' \
        'trapped: TrapCode.MEMORY_OUT_OF_BOUNDS'; do
        shows "$words" "${example[@]}"
    done
done
head -c 100 "$work/guest.winch.cwasm" >"$work/short.cwasm"
if printed="$("$python" examples/python/upstream.py "$work/short.cwasm" 2>&1)" || ! grep -q 'WasmtimeError: `.*short.cwasm`: ' <<<"$printed"; then
    echo "error: a damaged artifact: $printed" >&2
    exit 1
fi
echo 'ok: the package runs both backends'\'' artifacts that precompile.h opens, and refuses a damaged one'
