"""The types of what a module imports and exports."""

from __future__ import annotations

from dataclasses import dataclass

from ._function_type import FunctionType
from ._kind import Kind
from ._library import lib

# As `wasm_externtype_kind` numbers them.
_KINDS = [Kind.FUNCTION, Kind.GLOBAL, Kind.TABLE, Kind.MEMORY, Kind.TAG]


@dataclass(frozen=True)
class External:
    """The kind of an import or an export; of a function also the type."""

    kind: Kind
    function_type: FunctionType | None

    @staticmethod
    def of(pointer: int) -> External:
        """The external type of a `wasm_externtype_t`."""
        kind = _KINDS[lib.wasm_externtype_kind(pointer)]
        function = lib.wasm_externtype_as_functype_const(pointer)
        return External(kind, FunctionType.of(function) if function is not None else None)

    def __str__(self) -> str:
        return self.kind.value if self.function_type is None else f"{self.kind.value} {self.function_type}"
