"""A pointer that this package owns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from .errors import ClosedError


class Handle:
    """A pointer to what the library made, deleted once: when it is closed and nobody uses it any more."""

    def __init__(self, pointer: int, delete: Callable[[int], object], name: str) -> None:
        self._pointer = pointer
        self._delete = delete
        self._name = name
        self._lock = Lock()
        self._users = 0
        self._closed = False

    @contextmanager
    def use(self) -> Iterator[int]:
        """The pointer, which stays while it is used, also where another thread closes this."""
        with self._lock:
            if self._closed:
                raise ClosedError(f"the {self._name} is closed")
            self._users += 1
        try:
            yield self._pointer
        finally:
            with self._lock:
                self._users -= 1
                last = self._closed and self._users == 0
            if last:
                self._delete(self._pointer)

    def close(self) -> None:
        """Deletes it. Closing again does nothing."""
        with self._lock:
            last = not self._closed and self._users == 0
            self._closed = True
        if last:
            self._delete(self._pointer)

    def __del__(self) -> None:
        self.close()
