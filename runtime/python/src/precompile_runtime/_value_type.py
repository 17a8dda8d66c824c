"""The types of values, and the values."""

from __future__ import annotations

from ctypes import c_uint8
from enum import Enum

from ._layout import Slot
from ._library import lib
from .errors import Error

# What Python has for a value of WebAssembly.
Value = int | float | bytes


class ValueType(Enum):
    """The type of a value: integers are `int`, with a sign where they are results; floats are `float`; vectors are 16
    `bytes`. References can't be passed between Python and a guest."""

    I32 = "i32"
    I64 = "i64"
    F32 = "f32"
    F64 = "f64"
    V128 = "v128"
    REFERENCE = "reference"

    @staticmethod
    def of(pointer: int) -> ValueType:
        """The type that a `wasm_valtype_t` is."""
        for known, kind in _KNOWN:
            if lib.wasmtime_wasm_valtype_equal(pointer, known):
                return kind
        return ValueType.REFERENCE

    def valtype(self) -> int:
        """A new `wasm_valtype_t`."""
        self.check()
        kind: int = lib.wasmtime_wasm_valtype_v128() if self is ValueType.V128 else lib.wasm_valtype_new(_KINDS[self])
        return kind

    def check(self) -> None:
        """Raises `Error` for a reference."""
        if self is ValueType.REFERENCE:
            raise Error("references can't be passed between Python and a guest")

    def write(self, slot: Slot, value: object) -> None:
        """Writes a value of this type. Raises `TypeError` for another type, `OverflowError` for what is too large."""
        if self in _BITS:
            if not isinstance(value, int):
                raise TypeError(f"{value!r} is not an `int`, for `{self.value}`")
            bits = _BITS[self]
            # Unsigned numbers are taken, too: the bits are the same.
            if not -(1 << bits - 1) <= value < 1 << bits:
                raise OverflowError(f"{value} does not fit `{self.value}`")
            setattr(slot.of, self.value, value)
        elif self in (ValueType.F32, ValueType.F64):
            if not isinstance(value, (int, float)):
                raise TypeError(f"{value!r} is not a `float`, for `{self.value}`")
            setattr(slot.of, self.value, value)
        elif self is ValueType.V128:
            if not isinstance(value, bytes) or len(value) != 16:
                raise TypeError(f"{value!r} is not 16 `bytes`, for `v128`")
            slot.of.v128 = (c_uint8 * 16)(*value)
        else:
            self.check()
        slot.kind = _KINDS[self]

    def read(self, slot: Slot) -> Value:
        """The value in a slot."""
        self.check()
        if slot.kind != _KINDS[self]:
            raise Error(f"a value is not of the type `{self.value}`")
        value: Value = bytes(slot.of.v128) if self is ValueType.V128 else getattr(slot.of, self.value)
        return value


_BITS = {ValueType.I32: 32, ValueType.I64: 64}
_KINDS = {ValueType.I32: 0, ValueType.I64: 1, ValueType.F32: 2, ValueType.F64: 3, ValueType.V128: 4}
_KNOWN = [(kind.valtype(), kind) for kind in _KINDS]
