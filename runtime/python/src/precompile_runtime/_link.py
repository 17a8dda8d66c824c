"""Instantiation: every import gets what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Any

from ._failure import end_of_call
from ._function import Function
from ._global import Global
from ._host_function import host_function
from ._import import Import
from ._instance import Instance
from ._layout import Extern, InstanceItem, Pointers
from ._library import lib
from ._memory import Memory
from ._reason import Reason
from ._store import Store
from .errors import Error, LinkError

if TYPE_CHECKING:
    from ._program import Program

Imports = Mapping[str, Mapping[str, Callable[..., Any] | Function | Global | Memory] | Instance]

# `precompile explain --code 305`.
_NOT_INSTANTIATED = 305
_WASI = "wasi_snapshot_preview1"


def link(program: Program, store: Store, imports: Imports, *, owns_store: bool) -> Instance:
    """Instantiates a program in a store."""
    store.check(program)
    for name, given in imports.items():
        for item in [given] if isinstance(given, Instance) else given.values():
            if isinstance(item, (Function, Global, Instance, Memory)) and item.store is not store:
                raise Error(f"what `{name}` is or has is in another store: instantiate with `store=` of it")
    with program._module() as module, store._use() as context:
        found = Pointers()
        lib.wasmtime_module_imports(module, byref(found))
        try:
            items = _items(program, store, imports, found.all())
        finally:
            lib.wasm_importtype_vec_delete(byref(found))
        instance, trap = InstanceItem(), c_void_p()
        array = (Extern * len(items))(*items)
        error = lib.wasmtime_instance_new(context, module, array, len(array), byref(instance), byref(trap))
        raised = store._host_raised()
    ended = end_of_call(error, trap.value, raised)
    # Traps, and what host functions raise, are of the start function. Nothing else of that is a bare error.
    if type(ended) is Error:
        raise LinkError(str(ended), [Reason(_NOT_INSTANTIATED)])
    if ended is not None:
        raise ended
    return Instance(store, instance, program.exports, owns_store)


def _items(program: Program, store: Store, imports: Imports, types: list[int]) -> list[Extern]:
    """The item for each import. All that get none are named."""
    items: list[Extern] = []
    lines: list[str] = []
    reasons: list[Reason] = []
    for pointer, wanted in zip(types, program.imports):
        try:
            items.append(_item(store, imports, wanted, pointer))
        except _Unmet as unmet:
            lines.append(f"  `{wanted.field}`, a {wanted.type}: {unmet}")
            reasons.append(Reason(_NOT_INSTANTIATED, wanted.field, str(wanted.type), unmet.found, unmet.remedy))
    if lines:
        raise LinkError("\n".join(["the program can't be instantiated", *lines]), reasons)
    return items


class _Unmet(Exception):
    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(f"{found}: {remedy}")
        self.found = found
        self.remedy = remedy


def _item(store: Store, imports: Imports, wanted: Import, pointer: int) -> Extern:
    """The item for an import; `pointer` is its `wasm_importtype_t`."""
    given = imports.get(wanted.module)
    function_type = wanted.type.function_type
    elsewhere = f"pass a {wanted.type.kind.value}, or an instance that exports it"
    if isinstance(given, Instance):
        if wanted.name not in given.exports:
            raise _Unmet("the instance exports no such name", "pass another one")
        return given._export(wanted.name)
    if given is not None and wanted.name in given:
        item = given[wanted.name]
        if isinstance(item, (Function, Global, Memory)):
            if item.kind is not wanted.type.kind:
                raise _Unmet(f"a {item.kind.value} is given", f"pass a {wanted.type.kind.value}")
            return item._extern
        if function_type is None:
            raise _Unmet("a function of Python is given", elsewhere)
        if function_type.has_references():
            raise _Unmet("functions of Python can't take or return references", elsewhere)
        kind = lib.wasm_externtype_as_functype_const(lib.wasm_importtype_type(pointer))
        return host_function(store, item, kind, function_type)
    if wanted.module == _WASI:
        found = store._wasi_item(wanted.module, wanted.name)
        if found is not None:
            return found
        if not store.has_wasi:
            raise _Unmet("nothing is given", "pass `wasi=Wasi()`")
    raise _Unmet("nothing is given", elsewhere)
