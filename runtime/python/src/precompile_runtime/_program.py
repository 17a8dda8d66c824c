"""Programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from ctypes import byref
from types import MappingProxyType
from typing import Any

from . import _link
from ._closeable import Closeable
from ._external import External
from ._handle import Handle
from ._import import Import
from ._instance import Instance
from ._layout import Pointers
from ._library import lib
from ._link import Imports
from ._store import Store
from ._wasi import Wasi
from .errors import Error


class Program(Closeable):
    """An opened artifact. It may be closed before its instances, and outlive its runtime."""

    def __init__(self, pointer: int) -> None:
        """Takes a `precompile_program_t`."""
        self._handle = Handle(pointer, lib.precompile_program_delete, "program")
        imports, exports = Pointers(), Pointers()
        self._description: dict[str, Any] = json.loads(lib.precompile_program_describe(pointer))
        with self._module() as module:
            lib.wasmtime_module_imports(module, byref(imports))
            lib.wasmtime_module_exports(module, byref(exports))
        self._imports = [Import.of(item) for item in imports.all()]
        self._exports = {
            lib.wasm_exporttype_name(item).contents.text(): External.of(lib.wasm_exporttype_type(item))
            for item in exports.all()
        }
        lib.wasm_importtype_vec_delete(byref(imports))
        lib.wasm_exporttype_vec_delete(byref(exports))

    def _use(self) -> AbstractContextManager[int]:
        return self._handle.use()

    @contextmanager
    def _module(self) -> Iterator[int]:
        """The `wasmtime_module_t`."""
        with self._use() as pointer:
            module: int | None = lib.precompile_program_module(pointer)
        if module is None:
            raise Error("the program is a component, and this package runs modules")
        try:
            yield module
        finally:
            lib.wasmtime_module_delete(module)

    @contextmanager
    def _engine(self) -> Iterator[int]:
        """The `wasm_engine_t`."""
        with self._use() as pointer:
            engine: int = lib.precompile_program_engine(pointer)
        try:
            yield engine
        finally:
            lib.wasm_engine_delete(engine)

    @property
    def imports(self) -> list[Import]:
        """The imports of the program, in its order."""
        return list(self._imports)

    @property
    def exports(self) -> Mapping[str, External]:
        """The exports of the program."""
        return MappingProxyType(self._exports)

    @property
    def backend(self) -> str:
        """The compiler that made the code."""
        backend: str = self._description["backend"]
        return backend

    @property
    def signers(self) -> list[str]:
        """The numbers of the trusted keys that have signed the artifact."""
        return list(self._description["signers"])

    def describe(self) -> dict[str, Any]:
        """The description: what compiled the program and for which machine, its settings, imports, exports, signers."""
        copy: dict[str, Any] = json.loads(json.dumps(self._description))
        return copy

    def instantiate(
        self, imports: Imports | None = None, *, store: Store | None = None, wasi: Wasi | None = None
    ) -> Instance:
        """Makes an instance in the store, or in a new one with this WASI, and runs its start function.

        `imports` has by module an instance, or by names functions of Python and what instances export; all of the same
        store. Imports that are missing, and those of another kind, are a `LinkError` with all of them; functions of
        Python have the type that is imported.
        """
        if store is not None and wasi is not None:
            raise ValueError("a store gets its WASI when it is made")
        used = Store(self, wasi=wasi) if store is None else store
        try:
            return _link.link(self, used, imports or {}, owns_store=store is None)
        except BaseException:
            if store is None:
                used.close()
            raise

    def close(self) -> None:
        """Closes the program. Its instances and stores stay."""
        self._handle.close()
