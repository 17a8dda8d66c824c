#!/usr/bin/env python3
"""upstream.py ARTIFACT: runs a guest with the package `wasmtime`, whose library is precompile's: artifacts of both
backends, opened by precompile.h, which that package doesn't know."""

import ctypes
import json
import sys

import wasmtime
from wasmtime import _ffi as ffi

_library = ffi.dll
_POINTER = ctypes.c_void_p
# The functions of precompile.h that are called here.
for _name, _result, _parameters in (
    ("precompile_runtime_new", _POINTER, [_POINTER, ctypes.POINTER(_POINTER)]),
    ("precompile_open_file", _POINTER, [_POINTER, ctypes.c_char_p, ctypes.POINTER(_POINTER)]),
    ("precompile_program_engine", ctypes.POINTER(ffi.wasm_engine_t), [_POINTER]),
    ("precompile_program_module", ctypes.POINTER(ffi.wasmtime_module_t), [_POINTER]),
    ("precompile_program_delete", None, [_POINTER]),
    ("precompile_runtime_delete", None, [_POINTER]),
    ("precompile_error_json", ctypes.c_char_p, [_POINTER]),
    ("precompile_error_delete", None, [_POINTER]),
):
    getattr(_library, _name).restype = _result
    getattr(_library, _name).argtypes = _parameters


def check(error: int | None) -> None:
    """Raises an error of precompile.h, with every reason."""
    if error is not None:
        found = json.loads(_library.precompile_error_json(error))
        _library.precompile_error_delete(error)
        raise wasmtime.WasmtimeError(found["message"])


def open_artifact(path: str) -> tuple[wasmtime.Engine, wasmtime.Module]:
    """Opens an artifact, and returns the engine that fits and the module, which the package deletes."""
    runtime, program = _POINTER(), _POINTER()
    check(_library.precompile_runtime_new(None, ctypes.byref(runtime)))
    try:
        check(_library.precompile_open_file(runtime, path.encode(), ctypes.byref(program)))
        # The package has no constructor for an engine that is there already.
        engine = wasmtime.Engine.__new__(wasmtime.Engine)
        engine._set_ptr(_library.precompile_program_engine(program))
        module = wasmtime.Module._from_ptr(_library.precompile_program_module(program))
    finally:
        _library.precompile_program_delete(program)
        _library.precompile_runtime_delete(runtime)
    return engine, module


def main(path: str) -> None:
    engine, module = open_artifact(path)
    store, linker = wasmtime.Store(engine), wasmtime.Linker(engine)
    wasi = wasmtime.WasiConfig()
    wasi.inherit_stdout()
    store.set_wasi(wasi)
    linker.define_wasi()

    def log(caller: wasmtime.Caller, offset: int, length: int) -> int:
        text = caller["memory"].read(caller, offset, offset + length).decode()
        print("the guest says:", text, flush=True)
        return len(text)

    number = wasmtime.ValType.i32()
    kind = wasmtime.FuncType([number, number], [number])
    linker.define_func("host", "log", kind, log, access_caller=True)
    exports = linker.instantiate(store, module).exports(store)
    print("20 and 22 are", exports["add"](store, 20, 22), flush=True)
    exports["write"](store)
    memory = exports["memory"]
    memory.write(store, bytes(range(1, 11)), 1000)
    print("the sum of them is", exports["sum"](store, 1000, 10))
    try:
        exports["sum"](store, memory.data_len(store), 1)
    except wasmtime.Trap as trap:
        print("trapped:", trap.trap_code)


if __name__ == "__main__":
    main(sys.argv[1])
