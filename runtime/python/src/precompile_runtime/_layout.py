"""The structures of precompile.h and wasmtime.h, as the library lays them out with its feature `gc`."""

from ctypes import (
    POINTER,
    Structure,
    Union,
    c_bool,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)


class Options(Structure):
    """`precompile_options_t`."""

    _fields_ = [
        ("size", c_size_t),
        ("guest_stack_bytes", c_size_t),
        ("policy", c_char_p),
        ("trust", c_char_p),
        ("allow_unsigned", c_bool),
    ]


class Name(Structure):
    """`wasm_byte_vec_t`, which is also a name and a message."""

    _fields_ = [("size", c_size_t), ("data", POINTER(c_char))]

    size: int

    def text(self) -> str:
        """The text."""
        return self.data[: self.size].decode("utf-8", "replace") if self.size else ""


class Pointers(Structure):
    """A vector of pointers, such as `wasm_importtype_vec_t`."""

    _fields_ = [("size", c_size_t), ("data", POINTER(c_void_p))]

    size: int

    def all(self) -> list[int]:
        """The pointers."""
        return [self.data[at] for at in range(self.size)]


class FuncItem(Structure):
    """`wasmtime_func_t`."""

    _fields_ = [("store_id", c_uint64), ("private", c_void_p)]


class Definition(Structure):
    """The part that memories, tables and tags have in common."""

    _fields_ = [("store_id", c_uint64), ("private1", c_uint32)]


class MemoryItem(Structure):
    """`wasmtime_memory_t`."""

    _fields_ = [("definition", Definition), ("private2", c_uint32)]


class GlobalItem(Structure):
    """`wasmtime_global_t`."""

    _fields_ = [("store_id", c_uint64), ("private1", c_uint32), ("private2", c_uint32), ("private3", c_uint32)]


class ExternUnion(Union):
    """`wasmtime_extern_union_t`. Tables and tags are laid out as memories are."""

    _fields_ = [("func", FuncItem), ("global_", GlobalItem), ("memory", MemoryItem), ("sharedmemory", c_void_p)]

    func: FuncItem
    global_: GlobalItem
    memory: MemoryItem


class Extern(Structure):
    """`wasmtime_extern_t`."""

    _fields_ = [("kind", c_uint8), ("of", ExternUnion)]

    kind: int
    of: ExternUnion


class InstanceItem(Structure):
    """`wasmtime_instance_t`."""

    _fields_ = [("store_id", c_uint64), ("private", c_size_t)]


class Reference(Structure):
    """`wasmtime_externref_t`, and the other references to collected objects."""

    _fields_ = [("store_id", c_uint64), ("private1", c_uint32), ("private2", c_uint32), ("private3", c_void_p)]


class ValueUnion(Union):
    """`wasmtime_valunion_t`."""

    _fields_ = [
        ("i32", c_int32),
        ("i64", c_int64),
        ("f32", c_float),
        ("f64", c_double),
        ("funcref", FuncItem),
        ("externref", Reference),
        ("v128", c_uint8 * 16),
    ]


class Slot(Structure):
    """`wasmtime_val_t`."""

    _fields_ = [("kind", c_uint8), ("of", ValueUnion)]

    kind: int
