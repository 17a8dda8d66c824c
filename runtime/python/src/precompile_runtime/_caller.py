"""The guest that calls a function of the host."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import byref
from typing import TYPE_CHECKING, Any

from ._function import Function
from ._item import function, memory
from ._layout import Extern
from ._library import lib
from ._memory import Memory
from .errors import ClosedError, Error

if TYPE_CHECKING:
    from ._store import Store


class Caller:
    """The guest that calls a function of the host, which is there as long as that call."""

    def __init__(self, store: Store, pointer: int) -> None:
        self.store = store
        self._pointer: int | None = pointer

    def memory(self, name: str = "memory") -> Memory:
        """A memory that the guest exports."""
        return memory(self.store, self._export(name), name)

    def function(self, name: str) -> Function:
        """A function that the guest exports."""
        return function(self.store, self._export(name), name)

    def _export(self, name: str) -> Extern:
        item, text = Extern(), name.encode()
        with self.store._use():
            if self._pointer is None:
                raise ClosedError("the call of the host function is over")
            if not lib.wasmtime_caller_export_get(self._pointer, text, len(text), byref(item)):
                raise Error(f"the guest exports no `{name}`")
        return item

    def _end(self) -> None:
        self._pointer = None


class WithCaller:
    """A function of the host whose first argument is the `Caller`; see `with_caller`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *arguments: Any) -> Any:
        """Calls the function itself."""
        return self.function(*arguments)


def with_caller(function: Callable[..., Any]) -> WithCaller:
    """Has a function of the host get the `Caller` before its other arguments. It may be used as a decorator."""
    return WithCaller(function)
