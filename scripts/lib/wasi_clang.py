"""The programs of tests/wasi-programs, compiled by clang."""

from common import ROOT, run, shared


def compile_programs(folder):
    """Compiles each into this folder, and gives its path."""
    shared("apt_install", "clang-14", "lld-14", "wasi-libc", "libclang-rt-14-dev-wasm32")
    clang = ["clang-14", "--target=wasm32-wasi", "--sysroot=/usr", "-O2", "-Wall", "-Wextra", "-Werror"]
    for source in sorted((ROOT / "tests/wasi-programs").glob("*.c")):
        module = folder / f"{source.stem}.wasm"
        run(*clang, "-o", module, source)
        yield module
