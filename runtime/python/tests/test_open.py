"""Opening: what fits, and every reason why something doesn't."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import precompile_runtime
import pytest
from precompile_runtime import ClosedError, Error, OpenError, Program, RefusedError, Runtime

Compile = Callable[..., Path]
Open = Callable[..., Program]


def test_from_a_file_and_from_memory(runtime: Runtime, compiled: Compile, backend: str) -> None:
    path = compiled("values")
    content = path.read_bytes()
    for program in (runtime.open(path), runtime.open(str(path)), runtime.open_bytes(content)):
        with program, program.instantiate() as instance:
            assert program.backend == backend
            assert instance.call("i32", 42) == 42
    assert runtime.open_bytes(bytearray(content)).backend == runtime.open_bytes(memoryview(content)).backend == backend


def test_the_file_may_change_while_its_copy_runs(runtime: Runtime, compiled: Compile, tmp_path: Path) -> None:
    path = tmp_path / "changing.cwasm"
    path.write_bytes(compiled("values").read_bytes())
    with runtime.open(path) as program:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
        with program.instantiate() as instance:
            assert instance.call("i32", 42) == 42


def test_every_reason_at_once(compiled: Compile) -> None:
    strict = Runtime(policy=["fuel", "epoch-interruption", "memory-max=64K"])
    with pytest.raises(OpenError) as refused:
        strict.open(compiled("memory"))
    reasons = refused.value.reasons
    assert sorted(reason.code for reason in reasons) == [223, 224, 225]
    for reason in reasons:
        assert reason.remedy is not None
        assert reason.remedy in str(refused.value)
    fuel = next(reason for reason in reasons if reason.code == 224)
    assert (fuel.field, fuel.artifact_value) == ("settings.consume_fuel", "false")


def test_what_is_no_artifact(runtime: Runtime, compiled: Compile, tmp_path: Path) -> None:
    damaged = bytearray(compiled("values").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    for content, code in ((b"no artifact", 101), (b"", None), (damaged, 109), (damaged[:-9], None)):
        with pytest.raises(OpenError) as refused:
            runtime.open_bytes(content)
        assert code is None or [reason.code for reason in refused.value.reasons] == [code]
    with pytest.raises(OpenError, match=r"can't read `.*no-such\.cwasm`") as missing:
        runtime.open(tmp_path / "no-such.cwasm")
    assert [reason.code for reason in missing.value.reasons] == [301]
    with pytest.raises(TypeError):
        runtime.open_bytes(1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="`path` contains a zero"):
        runtime.open("a\0b")


def test_components_are_refused(runtime: Runtime, compiled: Compile) -> None:
    with pytest.raises(Error, match="component"):
        runtime.open(compiled("component"))


def test_only_what_a_trusted_key_has_signed(
    compiled: Compile, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    precompile = request.config.getoption("--precompile")
    unsigned, signed = compiled("values"), tmp_path / "signed.cwasm"
    signed.write_bytes(unsigned.read_bytes())
    for command in (["keygen", "--no-password"], ["sign", "--key", "precompile.key", str(signed)]):
        subprocess.run([precompile, *command], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    trust_file = tmp_path / "precompile.pub"
    text = trust_file.read_text()
    for trusting in (Runtime(trust_file=trust_file), Runtime(trust=text)):
        with trusting.open(signed) as program, program.instantiate() as instance:
            assert len(program.signers) == 1
            assert instance.call("i32", 42) == 42
        with pytest.raises(OpenError) as refused:
            trusting.open(unsigned)
        assert [reason.code for reason in refused.value.reasons] == [231]
    assert Runtime(trust=text, allow_unsigned=True).open(unsigned).signers == []
    with pytest.raises(ValueError, match="one of them is enough"):
        Runtime(trust=text, trust_file=trust_file)


def test_options_that_are_not_understood() -> None:
    with pytest.raises(RefusedError, match="`moon=full` is no demand") as refused:
        Runtime(policy="moon=full")
    assert refused.value.reasons == []
    with pytest.raises(Error, match="`options.allow_unsigned` is an exception of `options.trust`"):
        Runtime(allow_unsigned=True)
    with pytest.raises(OverflowError):
        Runtime(guest_stack_bytes=-1)
    with pytest.raises(FileNotFoundError):
        Runtime(trust_file="no-such.pub")


def test_descriptions(runtime: Runtime, opened: Open, backend: str) -> None:
    found = opened("memory").describe()
    assert found["backend"] == backend
    assert found["kind"] == "module"
    assert {"name": "memory", "ty": "(memory 1 2)"} in found["exports"]
    # A copy: what is changed there isn't changed here.
    program = opened("memory")
    program.describe()["backend"] = "another"
    assert program.backend == backend
    assert runtime.describe()["policy"]["require_fuel"] is False
    assert str(opened("host").imports[0].type) == "function (i32, i32) -> (i32)"
    assert re.fullmatch(r"\d+\.\d+\.\d+", precompile_runtime.__version__)


def test_closed(compiled: Compile) -> None:
    runtime = Runtime()
    program = runtime.open(compiled("values"))
    instance = program.instantiate()
    runtime.close()
    runtime.close()
    with pytest.raises(ClosedError, match="the runtime is closed"):
        runtime.open(compiled("values"))
    with pytest.raises(ClosedError):
        runtime.describe()
    # What was made from it stays.
    program.close()
    program.close()
    with pytest.raises(ClosedError, match="the program is closed"):
        program.instantiate()
    memory, function, count = instance.memory(), instance.function("i32"), instance.global_("count")
    assert function(42) == 42
    instance.close()
    instance.close()
    for use in (
        lambda: function(42),
        lambda: memory.read(0, 1),
        lambda: len(memory),
        lambda: count.value,
        lambda: instance.call("i32", 42),
        lambda: instance.store.fuel,
    ):
        with pytest.raises(ClosedError, match="the store is closed"):
            use()
