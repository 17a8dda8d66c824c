"""WASI for a guest."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Mapping, Sequence
from ctypes import byref, c_char_p
from dataclasses import dataclass, field
from enum import Enum
from typing import Union

from ._layout import Name
from ._library import lib
from ._text import c_path, c_text
from .errors import Error

Path = Union[str, "os.PathLike[str]"]


class Stream(Enum):
    """A standard stream that the guest shares with this process. Flush `sys.stdout` before the guest writes there."""

    INHERIT = "inherit"


INHERIT = Stream.INHERIT


@dataclass(frozen=True)
class Folder:
    """A folder of this machine that a guest gets, with all that is in it."""

    path: Path
    writable: bool = False


@dataclass(frozen=True)
class Wasi:
    """The things that a guest gets through WASI preview 1: nothing that isn't named here.

    `args` begin with the program's name. `folders` are those of this machine by their names for the guest; a path alone
    is read-only. `stdin` is `INHERIT`, bytes, or a file's path; `stdout` and `stderr` are `INHERIT` or a file's path,
    which is written anew.
    """

    args: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, Folder | Path] = field(default_factory=dict)
    stdin: Stream | bytes | Path | None = None
    stdout: Stream | Path | None = None
    stderr: Stream | Path | None = None

    def config(self) -> int:
        """A new `wasi_config_t`."""
        config: int = lib.wasi_config_new()
        try:
            self._fill(config)
        except BaseException:
            lib.wasi_config_delete(config)
            raise
        return config

    def _fill(self, config: int) -> None:
        args = _texts(self.args, "args")
        names, values = _texts(self.env, "env"), _texts(self.env.values(), "env")
        _works(lib.wasi_config_set_argv(config, len(args), args), "the arguments can't be passed")
        _works(lib.wasi_config_set_env(config, len(names), names, values), "the environment can't be passed")
        for name, given in self.folders.items():
            folder = given if isinstance(given, Folder) else Folder(given)
            host, guest = c_path(folder.path, "folders"), c_text(name, "folders")
            opened = lib.wasi_config_preopen_dir(config, host, guest, folder.writable)
            _works(opened, f"can't open the folder `{os.fspath(folder.path)}`")
        self._streams(config)

    def _streams(self, config: int) -> None:
        if self.stdin is INHERIT:
            lib.wasi_config_inherit_stdin(config)
        elif isinstance(self.stdin, bytes):
            content = Name()
            lib.wasm_byte_vec_new(byref(content), len(self.stdin), self.stdin)
            # Takes the bytes.
            lib.wasi_config_set_stdin_bytes(config, byref(content))
        elif not (self.stdin is None or isinstance(self.stdin, Stream)):
            opened = lib.wasi_config_set_stdin_file(config, c_path(self.stdin, "stdin"))
            _works(opened, f"can't read `{os.fspath(self.stdin)}`")
        for name, stream in (("stdout", self.stdout), ("stderr", self.stderr)):
            if stream is INHERIT:
                getattr(lib, f"wasi_config_inherit_{name}")(config)
            elif not (stream is None or isinstance(stream, Stream)):
                created = getattr(lib, f"wasi_config_set_{name}_file")(config, c_path(stream, name))
                _works(created, f"can't write `{os.fspath(stream)}`")


def _texts(texts: Iterable[str], name: str) -> ctypes.Array[c_char_p]:
    encoded = [c_text(text, name) for text in texts]
    return (c_char_p * len(encoded))(*encoded)


def _works(done: bool, failure: str) -> None:
    if not done:
        raise Error(failure)
