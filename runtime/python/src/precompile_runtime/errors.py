"""The exceptions of this package, whose texts are the library's."""

from __future__ import annotations

from ._reason import Reason
from ._trap_code import TrapCode


class Error(Exception):
    """Any failure of this package."""


class RefusedError(Error):
    """An artifact that isn't opened, a program that can't be linked, or options that can't be used.

    `reasons` has every reason at once; it is empty where something was called in a wrong way.
    """

    def __init__(self, message: str, reasons: list[Reason]) -> None:
        super().__init__(message)
        self.reasons = reasons


class OpenError(RefusedError):
    """An artifact can't be read, is damaged, isn't trusted, or doesn't fit this host or its policy."""


class LinkError(RefusedError):
    """Imports are missing or are other ones, or programs were compiled in different ways."""


class Trap(Error):
    """The guest trapped. `code` says why, where WebAssembly defines it."""

    def __init__(self, message: str, code: TrapCode | None) -> None:
        super().__init__(message)
        self.code = code


class Exit(Error):
    """The guest ended itself through WASI, with this exit code, which may be 0."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class ClosedError(Error, ValueError):
    """A closed object was used, or one that was there for the length of a call only."""


class OutOfBoundsError(Error, IndexError):
    """A part of a memory isn't there."""
