"""The imports of a module."""

from __future__ import annotations

from dataclasses import dataclass

from ._external import External
from ._library import lib


@dataclass(frozen=True)
class Import:
    """An import: its two names, and what it must be."""

    module: str
    name: str
    type: External

    @property
    def field(self) -> str:
        """Both names."""
        return f"{self.module}::{self.name}"

    @staticmethod
    def of(pointer: int) -> Import:
        """The import of a `wasm_importtype_t`."""
        module, name = lib.wasm_importtype_module(pointer), lib.wasm_importtype_name(pointer)
        return Import(module.contents.text(), name.contents.text(), External.of(lib.wasm_importtype_type(pointer)))
