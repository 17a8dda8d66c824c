"""Stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import byref, c_uint64, c_void_p
from threading import RLock
from typing import TYPE_CHECKING

from . import _host_function
from ._closeable import Closeable
from ._failure import check, refused
from ._global import Global
from ._layout import Extern, GlobalItem, MemoryItem, Slot
from ._library import lib
from ._limits import Limits
from ._memory import Memory
from ._value_type import Value, ValueType
from ._wasi import Wasi
from .errors import ClosedError, Error, LinkError

if TYPE_CHECKING:
    from ._program import Program

_TICKS = 1 << 64


class Store(Closeable):
    """The place of instances and of their memories. All programs of a store were compiled alike.

    One thread at a time uses a store; others wait meanwhile. So a host function must not wait for another thread that
    uses the same store. Closing it ends all that is in it.
    """

    def __init__(
        self,
        program: Program,
        *,
        wasi: Wasi | None = None,
        fuel: int | None = None,
        epoch_deadline: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Makes a store for a program, and for others that were compiled as it was.

        `fuel` is the first of a program that was compiled with `-W fuel`, which has none else. `epoch_deadline` is the
        number of the epochs from now until one that was compiled with `-W epoch-interruption` is interrupted.
        """
        # What a failure below leaves behind is nothing to be closed.
        self._contexts: list[int] = []
        self._lock = RLock()
        self._host_functions: list[int] = []
        self._raised: BaseException | None = None
        self._linker: int | None = None
        self.has_wasi = wasi is not None
        with program._engine() as engine:
            config = wasi.config() if wasi is not None else None
            self._pointer: int = lib.wasmtime_store_new(engine, None, None)
            self._contexts.append(lib.wasmtime_store_context(self._pointer))
            if config is not None:
                # Takes the configuration.
                check(lib.wasmtime_context_set_wasi(self._contexts[0], config))
                self._linker = lib.wasmtime_linker_new(engine)
                check(lib.wasmtime_linker_define_wasi(self._linker))
        if limits is not None:
            lib.wasmtime_store_limiter(self._pointer, *limits.numbers())
        if fuel is not None:
            self.fuel = fuel
        if epoch_deadline is not None:
            self.set_epoch_deadline(epoch_deadline)

    @contextmanager
    def _use(self) -> Iterator[int]:
        """The context, which no other thread uses meanwhile."""
        with self._lock:
            if not self._contexts:
                raise ClosedError("the store is closed")
            yield self._contexts[-1]

    @contextmanager
    def _within(self, context: int) -> Iterator[None]:
        """The time of a host function, which has this context."""
        self._contexts.append(context)
        try:
            yield
        finally:
            self._contexts.pop()

    def _host_raised(self) -> BaseException | None:
        """The exception by which a host function ended the guest's call, if one did."""
        raised, self._raised = self._raised, None
        return raised

    def _wasi_item(self, module: str, name: str) -> Extern | None:
        """A function of WASI."""
        item, (left, right) = Extern(), (module.encode(), name.encode())
        with self._use() as context:
            if self._linker is None:
                return None
            found = lib.wasmtime_linker_get(self._linker, context, left, len(left), right, len(right), byref(item))
            return item if found else None

    @property
    def fuel(self) -> int:
        """The fuel that is left, of programs that were compiled with `-W fuel`."""
        left = c_uint64()
        with self._use() as context:
            check(lib.wasmtime_context_get_fuel(context, byref(left)))
        return left.value

    @fuel.setter
    def fuel(self, fuel: int) -> None:
        if not 0 <= fuel < _TICKS:
            raise OverflowError(f"{fuel} is no fuel")
        with self._use() as context:
            check(lib.wasmtime_context_set_fuel(context, fuel))

    def set_epoch_deadline(self, ticks: int) -> None:
        """Has guests interrupted when `Runtime.increment_epoch` was called so often from now."""
        if not 0 <= ticks < _TICKS:
            raise OverflowError(f"{ticks} is no number of epochs")
        with self._use() as context:
            lib.wasmtime_context_set_epoch_deadline(context, ticks)

    def memory(self, minimum: int, maximum: int | None = None) -> Memory:
        """Makes a memory of so many pages, each of 64 KiB, for programs that import one."""
        kind, item = c_void_p(), MemoryItem()
        if not 0 <= minimum <= (1 << 16 if maximum is None else maximum) <= 1 << 16:
            raise OverflowError(f"{minimum} and {maximum} are no sizes of a memory")
        check(lib.wasmtime_memorytype_new(minimum, maximum is not None, maximum or 0, False, False, 16, byref(kind)))
        try:
            with self._use() as context:
                check(lib.wasmtime_memory_new(context, kind, byref(item)))
        finally:
            lib.wasm_memorytype_delete(kind)
        return Memory(self, item)

    def global_(self, kind: ValueType, value: Value, *, mutable: bool = False) -> Global:
        """Makes a global variable, for programs that import one; a constant if it isn't mutable."""
        slot, item = Slot(), GlobalItem()
        kind.write(slot, value)
        # Takes the type of the value.
        pointer = lib.wasm_globaltype_new(kind.valtype(), int(mutable))
        try:
            with self._use() as context:
                check(lib.wasmtime_global_new(context, pointer, byref(slot), byref(item)))
        finally:
            lib.wasm_globaltype_delete(pointer)
        return Global(self, item)

    def check(self, program: Program) -> None:
        """Raises `LinkError`, with all that differs, where a program was compiled otherwise than those of the store."""
        with program._use() as pointer, self._use() as context:
            error = lib.precompile_program_check(pointer, None, context)
        if error is not None:
            raise refused(error, LinkError)

    def close(self) -> None:
        """Deletes the store, and all that is in it. Closing again does nothing."""
        with self._lock:
            if len(self._contexts) > 1:
                raise Error("a host function can't close the store of its guest")
            if not self._contexts:
                return
            self._contexts.clear()
            if self._linker is not None:
                lib.wasmtime_linker_delete(self._linker)
            lib.wasmtime_store_delete(self._pointer)
            _host_function.forget(self._host_functions)

    def __del__(self) -> None:
        # An object that a failure left half made has no lock.
        with suppress(AttributeError):
            self.close()
