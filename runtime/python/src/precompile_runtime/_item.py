"""The items that a guest exports, by their kind."""

from __future__ import annotations

from ctypes import byref
from typing import TYPE_CHECKING

from ._function import Function
from ._global import Global
from ._layout import Extern
from ._library import lib
from ._memory import Memory
from .errors import Error

if TYPE_CHECKING:
    from ._store import Store

_FUNCTION, _GLOBAL, _MEMORY, _SHARED_MEMORY = 0, 1, 3, 4


def function(store: Store, item: Extern, name: str) -> Function:
    """A function."""
    return Function(store, _expect(item, _FUNCTION, "function", name).of.func, name)


def memory(store: Store, item: Extern, name: str) -> Memory:
    """A memory."""
    return Memory(store, _expect(item, _MEMORY, "memory", name).of.memory)


def global_(store: Store, item: Extern, name: str) -> Global:
    """A global variable."""
    return Global(store, _expect(item, _GLOBAL, "global variable", name).of.global_)


def _expect(item: Extern, kind: int, noun: str, name: str) -> Extern:
    if item.kind == kind:
        return item
    shared = item.kind == _SHARED_MEMORY
    lib.wasmtime_extern_delete(byref(item))
    raise Error(f"`{name}` is a shared memory, which Python can't use" if shared else f"`{name}` is no {noun}")
