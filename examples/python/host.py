#!/usr/bin/env python3
"""host.py ARTIFACT: runs a guest, and is called by it."""

import sys

from precompile_runtime import INHERIT, Caller, OpenError, Runtime, Trap, Wasi, with_caller


@with_caller
def log(caller: Caller, offset: int, length: int) -> int:
    """Prints a text in the guest's memory. What the guest passes is anything: the memory checks its bounds."""
    text = caller.memory().read(offset, length).decode()
    print("the guest says:", text, flush=True)
    return len(text)


def main(path: str) -> None:
    wasi = Wasi(args=["guest"], stdout=INHERIT)
    with Runtime() as runtime, runtime.open(path) as program:
        print("compiled by", program.backend)
        with program.instantiate({"host": {"log": log}}, wasi=wasi) as guest:
            print("20 and 22 are", guest.call("add", 20, 22), flush=True)
            guest.call("write")

            memory = guest.memory()
            memory.write(1000, bytes(range(1, 11)))
            total = guest.function("sum")
            print("the sum of them is", total(1000, 10))
            try:
                total(len(memory), 1)
            except Trap as trap:
                assert trap.code is not None
                print("trapped:", trap.code.name)

    # The same artifact, with demands that it doesn't meet.
    try:
        Runtime(policy=["fuel", "no-debug", "memory-max=16M"]).open(path)
    except OpenError as refused:
        for reason in refused.reasons:
            print(f"refused: {reason.field} is {reason.artifact_value}, the host has {reason.host_value}: {reason.remedy}")


if __name__ == "__main__":
    main(sys.argv[1])
