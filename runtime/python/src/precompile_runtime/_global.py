"""Global variables of guests."""

from __future__ import annotations

from ctypes import byref
from typing import TYPE_CHECKING

from ._failure import check
from ._kind import Kind
from ._layout import Extern, ExternUnion, GlobalItem, Slot
from ._library import lib
from ._value_type import Value, ValueType

if TYPE_CHECKING:
    from ._store import Store


class Global:
    """A global variable of a guest, or one that `Store.global_` has made."""

    kind = Kind.GLOBAL

    def __init__(self, store: Store, item: GlobalItem) -> None:
        self.store = store
        self._item = item
        self._extern = Extern(1, ExternUnion(global_=item))
        with store._use() as context:
            pointer = lib.wasmtime_global_type(context, byref(item))
            self.type = ValueType.of(lib.wasm_globaltype_content(pointer))
            lib.wasm_globaltype_delete(pointer)

    @property
    def value(self) -> Value:
        """The value; setting it raises `Error` for a constant."""
        slot = Slot()
        self.type.check()
        with self.store._use() as context:
            lib.wasmtime_global_get(context, byref(self._item), byref(slot))
        return self.type.read(slot)

    @value.setter
    def value(self, value: Value) -> None:
        slot = Slot()
        self.type.write(slot, value)
        with self.store._use() as context:
            check(lib.wasmtime_global_set(context, byref(self._item), byref(slot)))
