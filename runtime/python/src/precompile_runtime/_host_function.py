"""Functions of the host, which guests import."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable, Iterable
from ctypes import byref
from typing import TYPE_CHECKING, Any

from ._caller import Caller, WithCaller
from ._function_type import FunctionType
from ._layout import Extern, FuncItem
from ._library import Callback, lib

if TYPE_CHECKING:
    from ._store import Store

# Those that stores have. The library passes the number of the one that it calls.
_functions: dict[int, HostFunction] = {}
_numbers = itertools.count(1)


class HostFunction:
    """A function of the host in a store."""

    def __init__(self, store: Store, function: Callable[..., Any], kind: FunctionType) -> None:
        self._store = weakref.ref(store)
        self._with_caller = isinstance(function, WithCaller)
        self._function = function.function if isinstance(function, WithCaller) else function
        self._type = kind

    def called(self, pointer: int, arguments: Any, results: Any) -> None:
        """Calls the function for a guest, and writes its results. `pointer` is a `wasmtime_caller_t`."""
        store = self._store()
        # It can't have gone: a guest of it runs.
        assert store is not None
        with store._within(lib.wasmtime_caller_context(pointer)):
            try:
                values: list[Any] = [kind.read(arguments[at]) for at, kind in enumerate(self._type.params)]
                if self._with_caller:
                    caller = Caller(store, pointer)
                    try:
                        found = self._function(caller, *values)
                    finally:
                        caller._end()
                else:
                    found = self._function(*values)
                self._write(results, found)
            except BaseException as error:
                store._raised = error
                raise

    def _write(self, results: Any, found: Any) -> None:
        kinds = self._type.results
        returned = [] if not kinds and found is None else [found] if len(kinds) == 1 else found
        if not isinstance(returned, (list, tuple)) or len(returned) != len(kinds):
            raise TypeError(f"a host function returned {found!r}, for the results {self._type}")
        for at, (kind, value) in enumerate(zip(kinds, returned)):
            kind.write(results[at], value)


def _call(number: int, caller: int, arguments: Any, _count: int, results: Any, _results: int) -> int | None:
    # No exception may get out of here: it becomes a trap, and is raised again where Python called the guest.
    try:
        _functions[number].called(caller, arguments, results)
    except BaseException as error:  # noqa: BLE001
        text = f"the host function failed: {error!r}".encode("utf-8", "replace")
        trap: int = lib.wasmtime_trap_new(text, len(text))
        return trap
    return None


_CALLBACK = Callback(_call)


def host_function(store: Store, function: Callable[..., Any], pointer: int, kind: FunctionType) -> Extern:
    """Defines a function in a store, of the type that the `wasm_functype_t` at `pointer` is."""
    number = next(_numbers)
    _functions[number] = HostFunction(store, function, kind)
    store._host_functions.append(number)
    item, defined = Extern(), FuncItem()
    with store._use() as context:
        lib.wasmtime_func_new(context, pointer, _CALLBACK, number, None, byref(defined))
    item.of.func = defined
    return item


def forget(numbers: Iterable[int]) -> None:
    """Forgets the functions of a store that was deleted."""
    for number in numbers:
        _functions.pop(number, None)
