"""The type of a function."""

from __future__ import annotations

from dataclasses import dataclass

from ._library import lib
from ._value_type import ValueType


@dataclass(frozen=True)
class FunctionType:
    """The types of a function's parameters and results."""

    params: tuple[ValueType, ...]
    results: tuple[ValueType, ...]

    @staticmethod
    def of(pointer: int) -> FunctionType:
        """The type that a `wasm_functype_t` is."""
        lists = (lib.wasm_functype_params(pointer), lib.wasm_functype_results(pointer))
        params, results = (tuple(map(ValueType.of, found.contents.all())) for found in lists)
        return FunctionType(params, results)

    def has_references(self) -> bool:
        """True if references are passed, which Python can't do."""
        return ValueType.REFERENCE in self.params + self.results

    def __str__(self) -> str:
        params, results = (", ".join(kind.value for kind in kinds) for kinds in (self.params, self.results))
        return f"({params}) -> ({results})"
