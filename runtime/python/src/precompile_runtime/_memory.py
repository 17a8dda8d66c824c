"""Memories of guests."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_uint64
from typing import TYPE_CHECKING

from ._failure import check
from ._kind import Kind
from ._layout import Extern, ExternUnion, MemoryItem
from ._library import lib
from ._text import Buffer, c_bytes
from .errors import OutOfBoundsError

if TYPE_CHECKING:
    from ._store import Store


class Memory:
    """A memory of a guest, or one that `Store.memory` has made. What is read and written is copied; what isn't there
    raises `OutOfBoundsError`."""

    kind = Kind.MEMORY

    def __init__(self, store: Store, item: MemoryItem) -> None:
        self.store = store
        self._item = item
        self._extern = Extern(3, ExternUnion(memory=item))

    def __len__(self) -> int:
        """The size in bytes."""
        with self.store._use() as context:
            size: int = lib.wasmtime_memory_data_size(context, byref(self._item))
        return size

    @property
    def page_size(self) -> int:
        """The size of a page in bytes."""
        with self.store._use() as context:
            size: int = lib.wasmtime_memory_page_size(context, byref(self._item))
        return size

    def read(self, offset: int, length: int) -> bytes:
        """Copies bytes out of the memory."""
        with self.store._use() as context:
            at = self._part(context, offset, length)
            return ctypes.string_at(at, length) if length else b""

    def write(self, offset: int, data: Buffer) -> None:
        """Copies bytes into the memory."""
        content = c_bytes(data)
        with self.store._use() as context:
            at = self._part(context, offset, len(content))
            if content:
                ctypes.memmove(at, content, len(content))

    def grow(self, pages: int) -> int:
        """Adds pages, and returns how many there were. Raises `Error` beyond the memory's maximum and the limits."""
        before = c_uint64()
        if not 0 <= pages < 1 << 64:
            raise OverflowError(f"{pages} is no number of pages")
        with self.store._use() as context:
            check(lib.wasmtime_memory_grow(context, byref(self._item), pages, byref(before)))
        return before.value

    def _part(self, context: int, offset: int, length: int) -> int:
        """The address of a part that is there. It may move when the guest runs, or the memory grows."""
        size = lib.wasmtime_memory_data_size(context, byref(self._item))
        if offset < 0 or length < 0 or offset + length > size:
            raise OutOfBoundsError(f"{length} bytes at {offset} are not in a memory of {size}")
        data: int | None = lib.wasmtime_memory_data(context, byref(self._item))
        return (data or 0) + offset
