"""Functions of guests."""

from __future__ import annotations

from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Any

from ._failure import end_of_call
from ._function_type import FunctionType
from ._kind import Kind
from ._layout import Extern, ExternUnion, FuncItem, Slot
from ._library import lib
from ._value_type import Value

if TYPE_CHECKING:
    from ._store import Store


class Function:
    """A function of a guest. Calling it returns `None`, its result, or a tuple of its results."""

    kind = Kind.FUNCTION

    def __init__(self, store: Store, item: FuncItem, name: str) -> None:
        self.store = store
        self.name = name
        self._item = item
        self._extern = Extern(0, ExternUnion(func=item))
        with store._use() as context:
            pointer = lib.wasmtime_func_type(context, byref(item))
            self.type = FunctionType.of(pointer)
            lib.wasm_functype_delete(pointer)

    def __call__(self, *arguments: Value) -> Any:
        """Calls the function. Raises `Trap`, `Exit`, or what a host function raised.

        Other threads of Python run meanwhile. An interruption from the keyboard waits until the function returns.
        """
        kinds, trap = self.type, c_void_p()
        if len(arguments) != len(kinds.params):
            raise TypeError(f"`{self.name}` is {kinds}, and was called with {len(arguments)} arguments")
        given, found = (Slot * len(kinds.params))(), (Slot * len(kinds.results))()
        for slot, kind, value in zip(given, kinds.params, arguments):
            kind.write(slot, value)
        # What can't be read isn't called.
        for kind in kinds.results:
            kind.check()
        with self.store._use() as context:
            error = lib.wasmtime_func_call(
                context, byref(self._item), given, len(given), found, len(found), byref(trap)
            )
            raised = self.store._host_raised()
        ended = end_of_call(error, trap.value, raised)
        if ended is not None:
            raise ended
        results = tuple(kind.read(slot) for kind, slot in zip(kinds.results, found))
        return None if not results else results[0] if len(results) == 1 else results
