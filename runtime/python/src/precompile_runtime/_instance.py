"""Instances."""

from __future__ import annotations

from collections.abc import Mapping
from ctypes import byref
from typing import Any

from . import _item
from ._closeable import Closeable
from ._external import External
from ._function import Function
from ._global import Global
from ._layout import Extern, InstanceItem
from ._library import lib
from ._memory import Memory
from ._store import Store
from ._value_type import Value
from .errors import Error, Exit


class Instance(Closeable):
    """A running program. Closing it closes its store where that was made for it."""

    def __init__(self, store: Store, item: InstanceItem, exports: Mapping[str, External], owns_store: bool) -> None:
        self.store = store
        self.exports = exports
        self._item = item
        self._owns_store = owns_store

    def call(self, name: str, *arguments: Value) -> Any:
        """Calls an exported function."""
        return self.function(name)(*arguments)

    def run(self) -> int:
        """Runs a command: calls `_start`, and returns the exit code."""
        try:
            self.call("_start")
        except Exit as exit:
            return exit.code
        return 0

    def function(self, name: str) -> Function:
        """An exported function."""
        return _item.function(self.store, self._export(name), name)

    def memory(self, name: str = "memory") -> Memory:
        """An exported memory."""
        return _item.memory(self.store, self._export(name), name)

    def global_(self, name: str) -> Global:
        """An exported global variable."""
        return _item.global_(self.store, self._export(name), name)

    def _export(self, name: str) -> Extern:
        item, text = Extern(), name.encode()
        with self.store._use() as context:
            if not lib.wasmtime_instance_export_get(context, byref(self._item), text, len(text), byref(item)):
                raise Error(f"the program exports no `{name}`")
        return item

    def close(self) -> None:
        """Closes the store, if it was made for this instance."""
        if self._owns_store:
            self.store.close()
