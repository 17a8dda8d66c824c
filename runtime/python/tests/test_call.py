"""Calls: values of each type, traps, fuel, interruption."""

from __future__ import annotations

import gc
import math
import resource
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from precompile_runtime import (
    Error,
    FunctionType,
    Limits,
    Program,
    Runtime,
    Store,
    Trap,
    TrapCode,
    Value,
    ValueType,
)

Open = Callable[..., Program]


def test_values(opened: Open) -> None:
    with opened("values") as program, program.instantiate() as instance:
        kinds: dict[str, list[Value]] = {
            "i32": [0, 1, -1, 2**31 - 1, -(2**31)],
            "i64": [0, -1, 2**63 - 1, -(2**63)],
            "f32": [0.0, -1.5, math.inf],
            "f64": [0.1, -1.5e300, -math.inf],
            "v128": [bytes(range(16))],
        }
        for kind, values in kinds.items():
            for value in values:
                found = instance.call(kind, value)
                assert found == value
                assert type(found) is type(value)
        assert math.isnan(instance.call("f64", math.nan))
        # Unsigned ones have the same bits.
        assert instance.call("i32", 2**32 - 1) == -1
        assert instance.call("i64", 2**63) == -(2**63)
        assert instance.call("f64", 3) == 3.0
        assert instance.call("nothing") is None
        assert instance.call("swap", 1, 2.5) == (2.5, 1)
        assert instance.function("swap").type == FunctionType(
            (ValueType.I32, ValueType.F64), (ValueType.F64, ValueType.I32)
        )


def test_arguments_that_do_not_fit(opened: Open) -> None:
    with opened("values") as program, program.instantiate() as instance:
        wrong: list[tuple[str, Any]] = [("i32", 1.5), ("i64", "1"), ("f32", None), ("v128", b"short"), ("v128", 1)]
        for name, value in wrong:
            with pytest.raises(TypeError):
                instance.call(name, value)
        for name, value in (("i32", 2**32), ("i32", -(2**31) - 1), ("i64", 2**64)):
            with pytest.raises(OverflowError):
                instance.call(name, value)
        for arguments in ((), (1, 2)):
            with pytest.raises(TypeError, match=r"`i32` is \(i32\) -> \(i32\), and was called with"):
                instance.call("i32", *arguments)
        for name, words in (("missing", "exports no `missing`"), ("memory", "`memory` is no function")):
            with pytest.raises(Error, match=words):
                instance.call(name)
        with pytest.raises(Error, match="`i32` is no memory"):
            instance.memory("i32")


def test_traps(opened: Open) -> None:
    with opened("values") as program, program.instantiate() as instance:
        for name, arguments, code in (
            ("divide", (1, 0), TrapCode.INTEGER_DIVISION_BY_ZERO),
            ("divide", (-(2**31), -1), TrapCode.INTEGER_OVERFLOW),
            ("unreachable", (), TrapCode.UNREACHABLE_CODE_REACHED),
            ("recurse", (), TrapCode.STACK_OVERFLOW),
        ):
            with pytest.raises(Trap) as trapped:
                instance.call(name, *arguments)
            assert trapped.value.code is code
            assert "wasm" in str(trapped.value)
        # The instance stays as it is.
        assert instance.call("divide", 84, 2) == 42


def test_globals(opened: Open) -> None:
    with opened("values") as program, program.instantiate() as instance:
        count = instance.global_("count")
        assert (count.type, count.value) == (ValueType.I64, 7)
        count.value = -8
        assert instance.global_("count").value == -8
        with pytest.raises(TypeError):
            count.value = 1.5
        constant = instance.global_("constant")
        assert constant.value == 1.5
        with pytest.raises(Error, match="immutable"):
            constant.value = 2.5


def test_fuel(opened: Open) -> None:
    program = opened("fuel", "-W", "fuel")
    with Store(program, fuel=10000) as store:
        factorial = program.instantiate(store=store).function("factorial")
        assert factorial(5) == 120
        assert 0 < store.fuel < 10000
        store.fuel = 10
        with pytest.raises(Trap) as trapped:
            factorial(1000)
        assert trapped.value.code is TrapCode.OUT_OF_FUEL
        with pytest.raises(OverflowError):
            store.fuel = -1
    with Store(opened("values")) as unlimited, pytest.raises(Error, match="fuel"):
        unlimited.fuel = 1


def test_interruption(runtime: Runtime, opened: Open) -> None:
    program = opened("interrupt", "-W", "epoch-interruption")
    with Store(program, epoch_deadline=1) as store:
        endless = program.instantiate(store=store).function("run")
        timer = threading.Timer(0.1, runtime.increment_epoch)
        timer.start()
        with pytest.raises(Trap) as trapped:
            endless()
        timer.join()
        assert trapped.value.code is TrapCode.INTERRUPT


def test_limits(opened: Open) -> None:
    program = opened("memory")
    with Store(program, limits=Limits(memory_bytes=65536)) as store:
        memory = program.instantiate(store=store).memory()
        with pytest.raises(Error):
            memory.grow(1)
    with pytest.raises(OverflowError):
        Store(program, limits=Limits(memories=-1))
    with Store(program, limits=Limits(instances=0)) as store, pytest.raises(Error):
        program.instantiate(store=store)


def test_threads_wait_for_each_other(opened: Open) -> None:
    with opened("values") as program, program.instantiate() as instance:
        function, found = instance.function("i64"), []

        def call(number: int) -> None:
            for value in range(500):
                found.append(function(number * 1000 + value) == number * 1000 + value)

        threads = [threading.Thread(target=call, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [True] * 2000


def test_closing_waits_for_other_threads(runtime: Runtime, opened: Open) -> None:
    program = opened("interrupt", "-W", "epoch-interruption")
    store = Store(program, epoch_deadline=1)
    endless = program.instantiate(store=store).function("run")
    ended = []

    def run() -> None:
        try:
            endless()
        except Trap as trap:
            ended.append(trap.code)

    thread = threading.Thread(target=run)
    thread.start()
    closing = threading.Timer(0.1, store.close)
    closing.start()
    threading.Timer(0.3, runtime.increment_epoch).start()
    thread.join()
    closing.join()
    assert ended == [TrapCode.INTERRUPT]


def test_what_is_forgotten_is_deleted(opened: Open) -> None:
    def pages() -> int:
        return int(Path("/proc/self/statm").read_text().split()[0])

    program = opened("values")
    with program.instantiate():
        used = pages()
    for _ in range(20):
        instance = program.instantiate()
        # A cycle, as programs have them.
        instance.itself = instance  # type: ignore[attr-defined]
        del instance
    gc.collect()
    # A memory has 4 GiB of the address space.
    assert (pages() - used) * resource.getpagesize() < 4 << 30
