"""Imports: functions of Python, other instances, and all that is missing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from precompile_runtime import (
    Caller,
    ClosedError,
    Error,
    Function,
    Global,
    LinkError,
    Memory,
    Program,
    Runtime,
    Store,
    Trap,
    TrapCode,
    ValueType,
    with_caller,
)

Open = Callable[..., Program]
Compile = Callable[..., Path]
Env = dict[str, Function | Global | Memory]


def test_functions_of_python(opened: Open) -> None:
    lines: list[str] = []

    @with_caller
    def log(caller: Caller, offset: int, length: int) -> int:
        lines.append(caller.memory().read(offset, length).decode())
        return len(lines)

    with opened("host") as program, program.instantiate({"host": {"log": log}}) as instance:
        instance.call("run")
        assert lines == ["first", "second"]
        # What a host function raises comes out where the guest was called.
        with pytest.raises(IndexError, match="7 bytes at 65530 are not in a memory of 65536") as raised:
            instance.call("wrong")
        assert "wasm backtrace" in raised.value.__notes__[0]
        instance.call("run")
    assert len(lines) == 4


def _callbacks(program: Program, two: Callable[..., Any], back: Callable[..., Any]) -> Any:
    return program.instantiate({"host": {"two": two, "back": back}})


def test_results_of_host_functions(opened: Open) -> None:
    def nothing(_: int) -> None:
        return None

    with opened("callbacks") as program:
        with _callbacks(program, lambda value: (value + 1, 0.5), nothing) as instance:
            assert instance.call("two", 1) == (2, 0.5)
        for wrong in (None, 1, (1,), (1, 2.0, 3), "ab"):
            instance = _callbacks(program, lambda _, wrong=wrong: wrong, nothing)
            with pytest.raises(TypeError):
                instance.call("two", 1)
        with _callbacks(program, lambda _: (2**40, 0.5), lambda _: 1) as instance:
            with pytest.raises(OverflowError):
                instance.call("two", 1)
            with pytest.raises(TypeError, match="a host function returned 1"):
                instance.call("back", 1)


def test_calls_back_into_the_guest(opened: Open) -> None:
    seen: list[object] = []
    callers: list[Caller] = []

    @with_caller
    def back(caller: Caller, value: int) -> None:
        callers.append(caller)
        try:
            seen.append(caller.function("half")(value))
        except Trap as trap:
            seen.append(trap.code)
        seen.append(instance.memory().read(0, 1))
        with pytest.raises(Error, match="exports no `other`"):
            caller.memory("other")
        with pytest.raises(Error, match="a host function can't close the store of its guest"):
            instance.close()

    with opened("callbacks") as program, _callbacks(program, lambda _: None, back) as instance:
        instance.call("back", 2)
        instance.call("back", 0)
        assert seen == [1, b"\0", TrapCode.INTEGER_DIVISION_BY_ZERO, b"\0"]
        with pytest.raises(ClosedError, match="the call of the host function is over"):
            callers[0].memory()


def test_any_exception_comes_out(opened: Open) -> None:
    for kind in (KeyboardInterrupt, SystemExit, ValueError, RecursionError):

        def fail(_: int, kind: type[BaseException] = kind) -> None:
            raise kind("planted")

        with opened("callbacks") as program, _callbacks(program, fail, fail) as instance:
            with pytest.raises(kind, match="planted"):
                instance.call("back", 1)
            # The next failure is the guest's own again.
            with pytest.raises(Trap):
                instance.call("half", 0)


def test_start_functions(opened: Open) -> None:
    calls: list[int] = []
    with opened("start") as program:
        with program.instantiate({"host": {"begin": lambda: calls.append(1)}}):
            assert calls == [1]

        def fail() -> None:
            raise ValueError("planted")

        with pytest.raises(ValueError, match="planted"):
            program.instantiate({"host": {"begin": fail}})


def test_instances_of_one_store(opened: Open) -> None:
    library, linking = opened("library"), opened("linking")
    with Store(library) as store:
        shared = library.instantiate(store=store)
        instance = linking.instantiate({"library": shared}, store=store)
        assert instance.call("run") == 42
        assert shared.memory().read(0, 4) == b"\x2a\0\0\0"
        # Neither of them made the store.
        instance.close()
        assert shared.call("double", 0) == -1
    with library.instantiate() as elsewhere, pytest.raises(Error, match="in another store"):
        linking.instantiate({"library": elsewhere})


def test_what_the_host_makes(opened: Open) -> None:
    program, values = opened("imported"), opened("values")
    with Store(program) as store:
        memory = store.memory(1, 4)
        level, count = store.global_(ValueType.I32, 2), store.global_(ValueType.F64, 1.5, mutable=True)
        same = values.instantiate(store=store).function("i32")
        env: Env = {"memory": memory, "level": level, "count": count, "i32": same}
        memory.write(7, b"\x28")
        assert program.instantiate({"env": env}, store=store).call("run") == 42
        assert (count.value, level.value, len(memory)) == (2.0, 2, 65536)
        with pytest.raises(LinkError, match="`env::memory`, a memory: a global is given: pass a memory"):
            program.instantiate({"env": env | {"memory": level}}, store=store)
        # Another type of the same kind.
        other = values.instantiate(store=store).function("i64")
        wrongs: list[Env] = [{"memory": store.memory(1)}, {"count": level}, {"i32": other}]
        for wrong in wrongs:
            with pytest.raises(LinkError, match="incompatible import type"):
                program.instantiate({"env": env | wrong}, store=store)
        with pytest.raises(Error, match="in another store"):
            program.instantiate({"env": env})
        for minimum, maximum in ((-1, None), (2, 1), (1, 65537)):
            with pytest.raises(OverflowError):
                store.memory(minimum, maximum)
        with pytest.raises(TypeError):
            store.global_(ValueType.I32, 1.5)


def test_all_missing_imports_are_named(opened: Open) -> None:
    with opened("imports") as program:
        with pytest.raises(LinkError) as refused:
            program.instantiate({"host": {"memory": lambda: None}})
        fields = [reason.field for reason in refused.value.reasons]
        assert fields == [
            "host::twice",
            "host::twice",
            "host::memory",
            "host::level",
            "wasi_snapshot_preview1::proc_exit",
        ]
        text = str(refused.value)
        for words in (
            "`host::twice`, a function (i32) -> (): nothing is given: pass a function, or an instance that exports it",
            "`host::twice`, a function (i64) -> (): nothing is given: pass a function",
            "`host::memory`, a memory: a function of Python is given: pass a memory, or an instance that exports it",
            "`host::level`, a global: nothing is given: pass a global",
            "pass `wasi=Wasi()`",
        ):
            assert words in text


def test_types_of_instances_are_checked(opened: Open) -> None:
    values, linking = opened("values"), opened("linking")
    with Store(values) as store:
        wrong = values.instantiate(store=store)
        with pytest.raises(LinkError, match="exports no such name") as refused:
            linking.instantiate({"library": wrong}, store=store)
        assert [reason.field for reason in refused.value.reasons] == ["library::double"]


def test_references_are_refused(artifacts: Compile, runtime: Runtime) -> None:
    program = runtime.open(artifacts("references", "cranelift"))
    with pytest.raises(LinkError, match="can't take or return references"):
        program.instantiate({"host": {"keep": lambda _: None}})


def test_backends_are_not_mixed(artifacts: Compile, runtime: Runtime) -> None:
    for one, other in (("winch", "cranelift"), ("cranelift", "winch")):
        first, second = runtime.open(artifacts("library", one)), runtime.open(artifacts("linking", other))
        with Store(first) as store:
            imports = {"library": first.instantiate(store=store)}
            for mix in (partial(store.check, second), partial(second.instantiate, imports, store=store)):
                with pytest.raises(LinkError) as refused:
                    mix()
                [reason] = refused.value.reasons
                assert (reason.code, reason.field) == (303, "backend")
                assert (reason.artifact_value, reason.host_value) == (other, one)
    # Stores of other runtimes have other engines.
    store = Store(Runtime().open(artifacts("library", "winch")))
    with pytest.raises(LinkError, match="not of this runtime"):
        store.check(runtime.open(artifacts("library", "winch")))


def test_stores_forget_their_functions(opened: Open) -> None:
    from precompile_runtime import _host_function

    before = len(_host_function._functions)
    with opened("callbacks") as program, _callbacks(program, lambda _: None, lambda _: None):
        assert len(_host_function._functions) == before + 2
    assert len(_host_function._functions) == before
