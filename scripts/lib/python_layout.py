"""Checks by a C compiler that the structures, the functions and the numbers of the installed Python package are the
headers'. Each kind of fault must be found where it is planted. For x86-64 and 64-bit Arm."""

import ctypes
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from precompile_runtime import TrapCode, _layout, _library

# The structures by their names in C, with the fields that are set or read.
STRUCTURES = {
    "precompile_options_t": (_layout.Options, {name: name for name, _ in _layout.Options._fields_}),
    "wasm_byte_vec_t": (_layout.Name, {"size": "size", "data": "data"}),
    "wasm_importtype_vec_t": (_layout.Pointers, {"size": "size", "data": "data"}),
    "wasmtime_func_t": (_layout.FuncItem, {"store_id": "store_id"}),
    "wasmtime_memory_t": (_layout.MemoryItem, {"__private2": "private2"}),
    "wasmtime_table_t": (_layout.MemoryItem, {"__private2": "private2"}),
    "wasmtime_tag_t": (_layout.MemoryItem, {"__private2": "private2"}),
    "wasmtime_global_t": (_layout.GlobalItem, {"__private3": "private3"}),
    "wasmtime_extern_t": (_layout.Extern, {"kind": "kind", "of": "of"}),
    "wasmtime_instance_t": (_layout.InstanceItem, {"__private": "private"}),
    "wasmtime_externref_t": (_layout.Reference, {"__private3": "private3"}),
    "wasmtime_val_t": (_layout.Slot, {"kind": "kind", "of": "of"}),
    "wasmtime_valunion_t": (_layout.ValueUnion, {}),
}
NUMBERS = {f"WASMTIME_TRAP_CODE_{code.name}": code.value for code in TrapCode}
# Types of C, by their size and sign.
PLAIN = {
    "void": "void",
    "_Bool": "bool",
    "int": "s4",
    "size_t": "u8",
    "uint64_t": "u8",
    "int64_t": "s8",
    "uint8_t": "u1",
    "wasm_valkind_t": "u1",
    "wasm_externkind_t": "u1",
    "wasm_mutability_t": "u1",
    "wasmtime_func_callback_t": "pointer",
}
INCLUDES = "#include <stddef.h>\n#include <wasi.h>\n#include <wasmtime.h>\n#include <precompile.h>\n"


def headers(folder):
    """The folders of the headers, as they are with all features."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    packages = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)["packages"]
    paths = [pathlib.Path(package["manifest_path"]) for package in packages if package["name"] == "wasmtime-c-api-impl"]
    upstream = paths[0].parent
    template = (upstream / "include/wasmtime/conf.h.in").read_text()
    (folder / "wasmtime").mkdir()
    (folder / "wasmtime/conf.h").write_text(template.replace("#cmakedefine", "#define"))
    return [folder, upstream / "include", pathlib.Path("runtime/capi/include")]


def compiled(folder, include, source, *options):
    """A C compiler's words about a source; nothing if it finds nothing."""
    (folder / "layout.c").write_text(INCLUDES + source)
    includes = [option for path in include for option in ("-I", path)]
    command = ["gcc", "-w", "-fsyntax-only", *includes, *options, folder / "layout.c"]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False).stderr


def wrong_structures(folder, include, structures, numbers):
    """The structures and numbers that are not the headers'."""
    facts = [f"{name} == {number}" for name, number in numbers.items()]
    for name, (structure, fields) in structures.items():
        facts.append(f"sizeof({name}) == {ctypes.sizeof(structure)}")
        facts.append(f"_Alignof({name}) == {ctypes.alignment(structure)}")
        for field, ours in fields.items():
            facts.append(f"offsetof({name}, {field}) == {getattr(structure, ours).offset}")
    said = compiled(folder, include, "".join(f'_Static_assert({fact}, "{fact}");\n' for fact in facts))
    return re.findall(r"error: (.*)", said)


def of_c(text):
    """The kind of a type in C: a pointer, or its size and sign."""
    words = set(re.findall(r"\w+", text)) - {"const", "struct", "enum"}
    if "*" in text:
        return "pointer"
    found = [PLAIN[word] for word in words if word in PLAIN]
    return found[0] if len(found) == 1 else text.strip()


def of_python(kind):
    """The same of a type of ctypes."""
    if kind is None:
        return "void"
    if kind is ctypes.c_bool:
        return "bool"
    if issubclass(kind, ctypes._SimpleCData) and kind not in (ctypes.c_void_p, ctypes.c_char_p):
        return f"{'s' if kind(-1).value < 0 else 'u'}{ctypes.sizeof(kind)}"
    return "pointer"


def arguments(text):
    """The parameters of a prototype. What the compiler doesn't know are none."""
    return [] if text.strip() in ("", "void", "/* ??? */") else text.split(",")


def declared(folder, include):
    """The functions of the headers: result and parameters."""
    output = folder / "prototypes"
    said = compiled(folder, include, "", "-aux-info", output)
    if "error" in said:
        sys.exit(f"error: the headers don't compile: {said}")
    found = {}
    for line in output.read_text().splitlines():
        match = re.fullmatch(r"/\*.*?\*/ (?:extern|static) (.*?)(\w+) \((.*)\);.*", line)
        if match:
            result, name, parameters = match.groups()
            # Functions that are passed are pointers.
            parameters = re.sub(r"[\w\s*]+\(\*\)\s*\([^()]*\)", "void *", parameters)
            found[name] = [of_c(kind) for kind in (result, *arguments(parameters))]
    return found


def wrong_functions(known, functions):
    """The functions that are not declared so."""
    for name, (result, parameters) in functions.items():
        ours = [of_python(kind) for kind in (result, *parameters)]
        if known.get(name) != ours:
            yield f"{name} is {known.get(name)} in the header, and {ours} in the package"


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        include = headers(folder)
        known = declared(folder, include)
        found = wrong_structures(folder, include, STRUCTURES, NUMBERS)
        found += wrong_functions(known, _library.FUNCTIONS)
        if found:
            sys.exit("\n".join(f"error: {fault}" for fault in found))
        slot = {"wasmtime_val_t": (_layout.Name, {}), "wasmtime_extern_t": (_layout.Extern, {"of": "kind"})}
        planted = wrong_structures(folder, include, slot, {"WASMTIME_TRAP_CODE_INTERRUPT": 11})
        for words in ("sizeof(wasmtime_val_t) == 16", "offsetof(wasmtime_extern_t, of) == 0", "INTERRUPT == 11"):
            if not any(words in fault for fault in planted):
                sys.exit(f"error: a planted fault was not found: {words}: {planted}")
        pointer, size = ctypes.c_void_p, ctypes.c_size_t
        for wrong in (
            {"precompile_open_file": (pointer, [pointer, pointer])},
            {"wasmtime_store_limiter": (None, [pointer, *[ctypes.c_int64] * 4, ctypes.c_int32])},
            {"wasmtime_memory_data_size": (ctypes.c_uint32, [pointer, pointer])},
            {"wasmtime_no_function": (None, [size])},
        ):
            if not list(wrong_functions(known, wrong)):
                sys.exit(f"error: a planted fault was not found: {wrong}")
    counts = f"{len(_library.FUNCTIONS)} functions, {len(STRUCTURES)} structures and {len(NUMBERS)} numbers"
    print(f"ok: {counts} of the package are the headers', and 7 planted faults were found")


main()
