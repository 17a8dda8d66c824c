"""Runtimes."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from ctypes import byref, c_void_p, sizeof
from pathlib import Path
from typing import Any

from ._closeable import Closeable
from ._failure import refused
from ._handle import Handle
from ._layout import Options
from ._library import lib
from ._program import Program
from ._text import Buffer, c_bytes, c_path, c_text
from .errors import OpenError, RefusedError


class Runtime(Closeable):
    """A runtime, which opens artifacts. Any number of threads may use it at once."""

    def __init__(
        self,
        *,
        policy: str | Iterable[str] = (),
        trust: str | None = None,
        trust_file: str | os.PathLike[str] | None = None,
        allow_unsigned: bool = False,
        guest_stack_bytes: int = 0,
    ) -> None:
        """Makes a runtime.

        `policy` has demands on artifacts, such as `"fuel"` or `"memory-max=64M"`. `trust` is the content of a trust
        file, and `trust_file` its path: only what its keys have signed is opened then; with `allow_unsigned` also what
        nobody has signed. `guest_stack_bytes` is the most stack that a guest may take; 0 is the library's default.
        """
        if trust is not None and trust_file is not None:
            raise ValueError("`trust` and `trust_file` are given, and one of them is enough")
        if trust_file is not None:
            trust = Path(trust_file).read_text(encoding="utf-8")
        if not 0 <= guest_stack_bytes < 1 << 63:
            raise OverflowError(f"{guest_stack_bytes} is no size of a stack")
        demands = policy if isinstance(policy, str) else " ".join(policy)
        options = Options(
            size=sizeof(Options),
            guest_stack_bytes=guest_stack_bytes,
            policy=c_text(demands, "policy"),
            trust=c_text(trust, "trust") if trust is not None else None,
            allow_unsigned=allow_unsigned,
        )
        pointer = c_void_p()
        error = lib.precompile_runtime_new(byref(options), byref(pointer))
        if error is not None:
            raise refused(error, RefusedError)
        self._handle = Handle(_made(pointer), lib.precompile_runtime_delete, "runtime")

    def open(self, path: str | os.PathLike[str]) -> Program:
        """Opens the artifact in a file. What runs is a copy that nobody can change.

        An artifact is machine code with all rights of this process: without a trust file, the caller vouches that
        `precompile` made the file and that nobody else could write to it. Raises `OpenError` with every reason.
        """
        name, program = c_path(path, "path"), c_void_p()
        with self._handle.use() as pointer:
            error = lib.precompile_open_file(pointer, name, byref(program))
        return self._opened(error, program)

    def open_bytes(self, artifact: Buffer) -> Program:
        """Opens an artifact in memory, as `open` does from a file. The bytes are copied."""
        content, program = c_bytes(artifact), c_void_p()
        with self._handle.use() as pointer:
            error = lib.precompile_open_bytes(pointer, content, len(content), byref(program))
        return self._opened(error, program)

    @staticmethod
    def _opened(error: int | None, program: c_void_p) -> Program:
        if error is not None:
            raise refused(error, OpenError)
        return Program(_made(program))

    def increment_epoch(self) -> None:
        """Interrupts guests whose store's deadline has come, also while they run in other threads."""
        with self._handle.use() as pointer:
            lib.precompile_runtime_increment_epoch(pointer)

    def describe(self) -> dict[str, Any]:
        """The description of this host, as `precompile explain --for` reads it."""
        with self._handle.use() as pointer:
            found: dict[str, Any] = json.loads(lib.precompile_runtime_describe(pointer))
        return found

    def close(self) -> None:
        """Closes the runtime. Its programs stay."""
        self._handle.close()


def _made(pointer: c_void_p) -> int:
    # A function without an error has made something.
    assert pointer.value is not None
    return pointer.value
