"""WASI: a guest gets what is named, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from precompile_runtime import INHERIT, Error, Exit, Folder, Instance, Program, Wasi

Open = Callable[..., Program]
Compile = Callable[..., Path]

# Error numbers of WASI.
NOT_CAPABLE, BAD_DESCRIPTOR, NOT_PERMITTED = 76, 8, 63


def _strings(instance: Instance, count: int) -> list[bytes]:
    return instance.memory().read(4096, 256).split(b"\0")[:count]


def test_arguments_and_environment(opened: Open) -> None:
    with opened("files") as program:
        wasi = Wasi(args=["guest", "Grüße", ""], env={"NAME": "value", "EMPTY": ""})
        with program.instantiate(wasi=wasi) as instance:
            assert instance.call("args") == 3
            assert _strings(instance, 3) == [b"guest", "Grüße".encode(), b""]
            assert instance.call("environ") == 2
            assert _strings(instance, 2) == [b"NAME=value", b"EMPTY="]
        with program.instantiate(wasi=Wasi()) as instance:
            assert (instance.call("args"), instance.call("environ")) == (0, 0)
        for wrong in (Wasi(args=["a\0b"]), Wasi(env={"a": "\0"}), Wasi(folders={"/\0": "."})):
            with pytest.raises(ValueError, match="contains a zero"):
                program.instantiate(wasi=wrong)


def test_exit_codes(opened: Open) -> None:
    with opened("files") as program, program.instantiate(wasi=Wasi()) as instance:
        assert instance.run() == 3
        with pytest.raises(Exit) as ended:
            instance.call("_start")
        assert ended.value.code == 3
    with opened("wasi") as program, program.instantiate(wasi=Wasi()) as instance:
        assert instance.run() == 0


def test_folders(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes(b"of the folder")
    with opened("files") as program:
        with program.instantiate(wasi=Wasi(folders={"/": tmp_path}, stdout=tmp_path / "copy")) as instance:
            assert instance.call("open_to_read") == 0
            assert instance.call("copy", instance.call("opened"), 1) == 13
            assert instance.call("open_to_write") in (NOT_CAPABLE, NOT_PERMITTED)
        assert (tmp_path / "copy").read_bytes() == b"of the folder"
        assert not (tmp_path / "out.txt").exists()
        with program.instantiate(wasi=Wasi(folders={"/": Folder(tmp_path, writable=True)})) as instance:
            assert instance.call("open_to_write") == 0
        assert (tmp_path / "out.txt").exists()
        with program.instantiate(wasi=Wasi()) as instance:
            assert instance.call("open_to_read") == BAD_DESCRIPTOR
        with pytest.raises(Error, match="can't open the folder `no-such`"):
            program.instantiate(wasi=Wasi(folders={"/": "no-such"}))


def test_streams(opened: Open, tmp_path: Path) -> None:
    source, out, error = tmp_path / "source", tmp_path / "out", tmp_path / "error"
    source.write_bytes(b"of a file")
    with opened("files") as program:
        with program.instantiate(wasi=Wasi(stdin=b"of bytes", stdout=out)) as instance:
            assert instance.call("copy", 0, 1) == 8
        assert out.read_bytes() == b"of bytes"
        with program.instantiate(wasi=Wasi(stdin=source, stderr=error)) as instance:
            assert instance.call("copy", 0, 2) == 9
        assert error.read_bytes() == b"of a file"
        for wrong in (Wasi(stdin=tmp_path / "none"), Wasi(stdout=tmp_path / "none/out")):
            with pytest.raises(Error, match="can't"):
                program.instantiate(wasi=wrong)


def test_inherited_streams(compiled: Compile) -> None:
    source = """
import sys
from precompile_runtime import INHERIT, Runtime, Wasi
with Runtime() as runtime, runtime.open(sys.argv[1]) as program:
    wasi = Wasi(stdin=INHERIT, stdout=INHERIT, stderr=INHERIT)
    with program.instantiate(wasi=wasi) as instance:
        instance.call("copy", 0, int(sys.argv[2]))
"""
    for stream in (1, 2):
        command = [sys.executable, "-c", source, str(compiled("files")), str(stream)]
        done = subprocess.run(command, input=b"through the process", capture_output=True, check=True)
        assert [done.stdout, done.stderr][stream - 1] == b"through the process"
        assert [done.stdout, done.stderr][2 - stream] == b""


def test_one_wasi_for_each_store(opened: Open) -> None:
    from precompile_runtime import Store

    with opened("files") as program, Store(program, wasi=Wasi(args=["one"])) as store:
        assert program.instantiate(store=store).call("args") == 1
        with pytest.raises(ValueError, match="a store gets its WASI when it is made"):
            program.instantiate(store=store, wasi=Wasi(stdout=INHERIT))
