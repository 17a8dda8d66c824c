"""Memories, within their bounds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from precompile_runtime import Error, OutOfBoundsError, Program

Open = Callable[..., Program]


def test_read_and_write(opened: Open) -> None:
    with opened("memory") as program, program.instantiate() as instance:
        memory = instance.memory()
        assert (len(memory), memory.page_size) == (65536, 65536)
        assert memory.read(16, 7) == b"sixteen"
        memory.write(65534, b"\x01\x02")
        assert instance.call("sum", 65534, 2) == 3
        for data in (bytearray(b"\x03"), memoryview(b"\x03")):
            memory.write(0, data)
            assert memory.read(0, 2) == b"\x03\0"


def test_bounds(opened: Open) -> None:
    with opened("memory") as program, program.instantiate() as instance:
        memory = instance.memory()
        with pytest.raises(TypeError):
            memory.write(0, 1)  # type: ignore[arg-type]
        assert memory.read(65536, 0) == b""
        memory.write(65536, b"")
        for offset, length in ((65536, 1), (65535, 2), (-1, 1), (0, -1), (0, 65537), (2**64, 0), (2**64 - 1, 2)):
            with pytest.raises(OutOfBoundsError):
                memory.read(offset, length)
        for offset, data in ((65536, b"1"), (65535, b"12"), (-1, b"1"), (2**63, b"1")):
            with pytest.raises(IndexError):
                memory.write(offset, data)
        assert memory.read(65535, 1) == b"\0"


def test_grow(opened: Open) -> None:
    with opened("memory") as program, program.instantiate() as instance:
        memory = instance.memory()
        assert memory.grow(1) == 1
        assert len(memory) == 131072
        memory.write(131071, b"\x07")
        assert instance.call("sum", 131071, 1) == 7
        assert memory.grow(0) == 2
        with pytest.raises(Error):
            memory.grow(1)
        with pytest.raises(OverflowError):
            memory.grow(-1)
