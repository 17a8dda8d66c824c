"""The library's errors as exceptions."""

from __future__ import annotations

import json
from ctypes import byref, c_int, c_uint8
from typing import Any

from ._layout import Name
from ._library import lib
from ._reason import Reason
from ._trap_code import TrapCode
from .errors import Error, Exit, RefusedError, Trap


def _taken(name: Name) -> str:
    """The text of a message, which is deleted. Those of traps end with a zero."""
    text = name.text().rstrip("\n\0")
    lib.wasm_byte_vec_delete(byref(name))
    return text


def refused(error: int, kind: type[RefusedError]) -> RefusedError:
    """The exception of an error of precompile.h, which is deleted."""
    message: str = lib.precompile_error_message(error).decode()
    found: dict[str, Any] = json.loads(lib.precompile_error_json(error))
    lib.precompile_error_delete(error)
    return kind(message, [Reason(**reason) for reason in found["reasons"]])


def failed(error: int) -> Error:
    """The exception of an error of wasmtime.h, which is deleted."""
    text, status = Name(), c_int()
    lib.wasmtime_error_message(error, byref(text))
    exits = lib.wasmtime_error_exit_status(error, byref(status))
    lib.wasmtime_error_delete(error)
    message = _taken(text)
    return Exit(message, status.value) if exits else Error(message)


def trapped(trap: int) -> Trap:
    """The exception of a trap, which is deleted."""
    text, code = Name(), c_uint8()
    lib.wasm_trap_message(trap, byref(text))
    coded = lib.wasmtime_trap_code(trap, byref(code))
    lib.wasm_trap_delete(trap)
    known = coded and code.value in TrapCode.__members__.values()
    return Trap(_taken(text), TrapCode(code.value) if known else None)


def end_of_call(error: int | None, trap: int | None, raised: BaseException | None) -> BaseException | None:
    """The exception that ends a call of a guest, if it failed: the guest's own, or what a host function raised, with
    the guest's backtrace as a note."""
    ended = failed(error) if error is not None else trapped(trap) if trap is not None else None
    if ended is not None and raised is not None:
        raised.add_note(str(ended))
        return raised
    return ended


def check(error: int | None) -> None:
    """Raises an error of wasmtime.h that is one."""
    if error is not None:
        raise failed(error)
