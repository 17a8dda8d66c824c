"""Modules that are made, each another one."""


def leb(number):
    """A number as WebAssembly writes it."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def module(number, length):
    """A module with about this many bytes of code, another for each number."""
    name = f"f{number}".encode()
    body = b"\0" + b"\x41\1\x1a" * (length // 3) + b"\x0b"
    sections = [
        (1, b"\1\x60\0\0"),
        (3, b"\1\0"),
        (7, b"\1" + leb(len(name)) + name + b"\0\0"),
        (10, b"\1" + leb(len(body)) + body),
    ]
    return b"\0asm\1\0\0\0" + b"".join(bytes([kind]) + leb(len(content)) + content for kind, content in sections)


def write_modules(folder, count, length):
    """Writes so many modules, of about this many bytes of code."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"m{number:05}.wasm").write_bytes(module(number, length))
