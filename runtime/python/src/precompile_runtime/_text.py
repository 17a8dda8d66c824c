"""Bytes, texts and paths for C."""

from __future__ import annotations

import os

Buffer = bytes | bytearray | memoryview


def c_bytes(data: Buffer) -> bytes:
    """Bytes, and no number, of which `bytes` would make so many zeros."""
    return data if isinstance(data, bytes) else bytes(memoryview(data))


def c_text(text: str, name: str) -> bytes:
    """A text, which mustn't hold a zero."""
    return _without_zero(text.encode(), name)


def c_path(path: str | os.PathLike[str], name: str) -> bytes:
    """The path of a file."""
    return _without_zero(os.fsencode(path), name)


def _without_zero(text: bytes, name: str) -> bytes:
    if b"\0" in text:
        raise ValueError(f"`{name}` contains a zero")
    return text
