"""The library of this package, and the types of those of its functions that are called."""

from __future__ import annotations

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    c_bool,
    c_char_p,
    c_int,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint64,
    c_void_p,
)
from pathlib import Path
from typing import Any

from ._layout import Extern, FuncItem, GlobalItem, InstanceItem, MemoryItem, Name, Options, Pointers, Slot

# wasm_trap_t *(void *env, wasmtime_caller_t *, const wasmtime_val_t *, size_t, wasmtime_val_t *, size_t)
Callback = CFUNCTYPE(c_void_p, c_void_p, c_void_p, POINTER(Slot), c_size_t, POINTER(Slot), c_size_t)

_P = c_void_p
_TEXTS = POINTER(c_char_p)

# The result and the parameters of each function. `scripts/check/python-wheel.sh` compares them with the headers.
FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    # precompile.h
    "precompile_version": (c_char_p, []),
    "precompile_runtime_new": (_P, [POINTER(Options), POINTER(_P)]),
    "precompile_runtime_describe": (c_char_p, [_P]),
    "precompile_runtime_increment_epoch": (None, [_P]),
    "precompile_runtime_delete": (None, [_P]),
    "precompile_open_file": (_P, [_P, c_char_p, POINTER(_P)]),
    "precompile_open_bytes": (_P, [_P, c_char_p, c_size_t, POINTER(_P)]),
    "precompile_program_engine": (_P, [_P]),
    "precompile_program_module": (_P, [_P]),
    "precompile_program_check": (_P, [_P, _P, _P]),
    "precompile_program_describe": (c_char_p, [_P]),
    "precompile_program_delete": (None, [_P]),
    "precompile_error_message": (c_char_p, [_P]),
    "precompile_error_json": (c_char_p, [_P]),
    "precompile_error_delete": (None, [_P]),
    # Types
    "wasm_byte_vec_new": (None, [POINTER(Name), c_size_t, c_char_p]),
    "wasm_byte_vec_delete": (None, [POINTER(Name)]),
    "wasm_importtype_vec_delete": (None, [POINTER(Pointers)]),
    "wasm_importtype_module": (POINTER(Name), [_P]),
    "wasm_importtype_name": (POINTER(Name), [_P]),
    "wasm_importtype_type": (_P, [_P]),
    "wasm_exporttype_vec_delete": (None, [POINTER(Pointers)]),
    "wasm_exporttype_name": (POINTER(Name), [_P]),
    "wasm_exporttype_type": (_P, [_P]),
    "wasm_externtype_kind": (c_uint8, [_P]),
    "wasm_externtype_as_functype_const": (_P, [_P]),
    "wasm_externtype_as_globaltype_const": (_P, [_P]),
    "wasm_functype_params": (POINTER(Pointers), [_P]),
    "wasm_functype_results": (POINTER(Pointers), [_P]),
    "wasm_functype_delete": (None, [_P]),
    "wasm_globaltype_new": (_P, [_P, c_uint8]),
    "wasm_globaltype_content": (_P, [_P]),
    "wasm_globaltype_delete": (None, [_P]),
    "wasmtime_memorytype_new": (_P, [c_uint64, c_bool, c_uint64, c_bool, c_bool, c_uint8, POINTER(_P)]),
    "wasm_memorytype_delete": (None, [_P]),
    "wasm_valtype_new": (_P, [c_uint8]),
    "wasmtime_wasm_valtype_v128": (_P, []),
    "wasmtime_wasm_valtype_equal": (c_bool, [_P, _P]),
    # Modules and instances
    "wasm_engine_delete": (None, [_P]),
    "wasmtime_module_imports": (None, [_P, POINTER(Pointers)]),
    "wasmtime_module_exports": (None, [_P, POINTER(Pointers)]),
    "wasmtime_module_delete": (None, [_P]),
    "wasmtime_instance_new": (_P, [_P, _P, POINTER(Extern), c_size_t, POINTER(InstanceItem), POINTER(_P)]),
    "wasmtime_instance_export_get": (c_bool, [_P, POINTER(InstanceItem), c_char_p, c_size_t, POINTER(Extern)]),
    "wasmtime_extern_delete": (None, [POINTER(Extern)]),
    "wasmtime_linker_new": (_P, [_P]),
    "wasmtime_linker_define_wasi": (_P, [_P]),
    "wasmtime_linker_get": (c_bool, [_P, _P, c_char_p, c_size_t, c_char_p, c_size_t, POINTER(Extern)]),
    "wasmtime_linker_delete": (None, [_P]),
    # Stores
    "wasmtime_store_new": (_P, [_P, _P, _P]),
    "wasmtime_store_context": (_P, [_P]),
    "wasmtime_store_limiter": (None, [_P, c_int64, c_int64, c_int64, c_int64, c_int64]),
    "wasmtime_store_delete": (None, [_P]),
    "wasmtime_context_set_fuel": (_P, [_P, c_uint64]),
    "wasmtime_context_get_fuel": (_P, [_P, POINTER(c_uint64)]),
    "wasmtime_context_set_epoch_deadline": (None, [_P, c_uint64]),
    "wasmtime_context_set_wasi": (_P, [_P, _P]),
    # Functions, memories and globals
    "wasmtime_func_new": (None, [_P, _P, Callback, _P, _P, POINTER(FuncItem)]),
    "wasmtime_func_type": (_P, [_P, POINTER(FuncItem)]),
    "wasmtime_func_call": (_P, [_P, POINTER(FuncItem), POINTER(Slot), c_size_t, POINTER(Slot), c_size_t, POINTER(_P)]),
    "wasmtime_caller_context": (_P, [_P]),
    "wasmtime_caller_export_get": (c_bool, [_P, c_char_p, c_size_t, POINTER(Extern)]),
    "wasmtime_memory_new": (_P, [_P, _P, POINTER(MemoryItem)]),
    "wasmtime_memory_data": (_P, [_P, POINTER(MemoryItem)]),
    "wasmtime_memory_data_size": (c_size_t, [_P, POINTER(MemoryItem)]),
    "wasmtime_memory_grow": (_P, [_P, POINTER(MemoryItem), c_uint64, POINTER(c_uint64)]),
    "wasmtime_memory_page_size": (c_uint64, [_P, POINTER(MemoryItem)]),
    "wasmtime_global_new": (_P, [_P, _P, POINTER(Slot), POINTER(GlobalItem)]),
    "wasmtime_global_type": (_P, [_P, POINTER(GlobalItem)]),
    "wasmtime_global_get": (None, [_P, POINTER(GlobalItem), POINTER(Slot)]),
    "wasmtime_global_set": (_P, [_P, POINTER(GlobalItem), POINTER(Slot)]),
    # Errors and traps
    "wasmtime_error_message": (None, [_P, POINTER(Name)]),
    "wasmtime_error_exit_status": (c_bool, [_P, POINTER(c_int)]),
    "wasmtime_error_delete": (None, [_P]),
    "wasmtime_trap_new": (_P, [c_char_p, c_size_t]),
    "wasmtime_trap_code": (c_bool, [_P, POINTER(c_uint8)]),
    "wasm_trap_message": (None, [_P, POINTER(Name)]),
    "wasm_trap_delete": (None, [_P]),
    # WASI
    "wasi_config_new": (_P, []),
    "wasi_config_delete": (None, [_P]),
    "wasi_config_set_argv": (c_bool, [_P, c_size_t, _TEXTS]),
    "wasi_config_set_env": (c_bool, [_P, c_size_t, _TEXTS, _TEXTS]),
    "wasi_config_inherit_stdin": (None, [_P]),
    "wasi_config_inherit_stdout": (None, [_P]),
    "wasi_config_inherit_stderr": (None, [_P]),
    "wasi_config_set_stdin_bytes": (None, [_P, POINTER(Name)]),
    "wasi_config_set_stdin_file": (c_bool, [_P, c_char_p]),
    "wasi_config_set_stdout_file": (c_bool, [_P, c_char_p]),
    "wasi_config_set_stderr_file": (c_bool, [_P, c_char_p]),
    "wasi_config_preopen_dir": (c_bool, [_P, c_char_p, c_char_p, c_bool]),
}

# With the feature `gc`, values have another size than without. This function is there with it alone.
_WITH_GC = "wasmtime_context_gc"


def load(path: Path) -> ctypes.CDLL:
    """Loads the library, and gives its functions their types."""
    try:
        library = ctypes.CDLL(str(path))
        getattr(library, _WITH_GC)
        for name, (result, parameters) in FUNCTIONS.items():
            function = getattr(library, name)
            function.restype = result
            function.argtypes = parameters
    except (OSError, AttributeError) as error:
        raise ImportError(f"`{path}` is not the library of this package: {error}") from None
    return library


lib = load(Path(__file__).with_name("libprecompile_runtime.so"))
