"""The limits of a store."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The most that the guests of a store may have: bytes of each memory, elements of each table, and so many
    instances, tables and memories. `None` is the library's default, which is no limit for bytes and elements, and
    10,000 else."""

    memory_bytes: int | None = None
    table_elements: int | None = None
    instances: int | None = None
    tables: int | None = None
    memories: int | None = None

    def numbers(self) -> list[int]:
        """The arguments of `wasmtime_store_limiter`."""
        given = (self.memory_bytes, self.table_elements, self.instances, self.tables, self.memories)
        for number in given:
            if number is not None and not 0 <= number < 1 << 63:
                raise OverflowError(f"{number} is no limit")
        return [-1 if number is None else number for number in given]
