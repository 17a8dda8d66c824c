"""WebAssembly that `precompile` compiled ahead of time, run without a compiler.

    with Runtime() as runtime, runtime.open("math.cwasm") as program, program.instantiate() as instance:
        total = instance.call("add", 20, 22)

An artifact is machine code with all rights of the process: see `Runtime.open` for what its caller vouches for.
"""

from ._caller import Caller, WithCaller, with_caller
from ._external import External
from ._function import Function
from ._function_type import FunctionType
from ._global import Global
from ._import import Import
from ._instance import Instance
from ._kind import Kind
from ._library import lib as _lib
from ._limits import Limits
from ._link import Imports
from ._memory import Memory
from ._program import Program
from ._reason import Reason
from ._runtime import Runtime
from ._store import Store
from ._trap_code import TrapCode
from ._value_type import Value, ValueType
from ._wasi import INHERIT, Folder, Stream, Wasi
from .errors import ClosedError, Error, Exit, LinkError, OpenError, OutOfBoundsError, RefusedError, Trap

__version__: str = _lib.precompile_version().decode()

__all__ = [
    "INHERIT",
    "Caller",
    "ClosedError",
    "Error",
    "Exit",
    "External",
    "Folder",
    "Function",
    "FunctionType",
    "Global",
    "Import",
    "Imports",
    "Instance",
    "Kind",
    "Limits",
    "LinkError",
    "Memory",
    "OpenError",
    "OutOfBoundsError",
    "Program",
    "Reason",
    "RefusedError",
    "Runtime",
    "Store",
    "Stream",
    "Trap",
    "TrapCode",
    "Value",
    "ValueType",
    "Wasi",
    "WithCaller",
    "with_caller",
]
