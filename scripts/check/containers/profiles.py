"""Seccomp profiles: each allows the calls that the cases of its runner make, and no others."""

import dataclasses
import json
import re
import sys

from containers.container import ENGINES, Container
from containers.images import FOLDER

ALLOW, REFUSE = "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"
# What programs take for a kernel without the call, so that they try another.
ENOSYS = 38
# That of this machine, whose calls these are.
ARCHITECTURES = ["SCMP_ARCH_X86_64"]
# Calls between the profile's beginning and the program's, by runc; crun makes the last one alone.
BY_ENGINES = ("close", "fstatfs", "futex", "getdents64", "openat", "read", "write", "execve")
# Calls that depend on what else runs: of a thread that ends before the process, after a signal, where a lock is held.
# `flock`: a cache that a server looks into.
SOMETIMES = ("exit", "flock", "futex", "restart_syscall", "rt_sigreturn", "sched_yield")


def path(name):
    """The file of a profile."""
    return FOLDER / f"seccomp-{name}.json"


def read(name):
    """A profile."""
    return json.loads(path(name).read_text())


def allowed(profile):
    """The calls that it allows."""
    return {name for rule in profile["syscalls"] for name in rule["names"]}


def profile_of(calls):
    """A profile that allows these calls."""
    rule = {"names": sorted(calls), "action": ALLOW}
    return {"defaultAction": REFUSE, "defaultErrnoRet": ENOSYS, "architectures": ARCHITECTURES, "syscalls": [rule]}


def without(profile, call):
    """The profile, less a call."""
    return profile_of(allowed(profile) - {call})


def calls(trace):
    """The calls of process 1 and its threads, in what strace wrote of crun."""
    made, inside = {"execve"}, {}
    for process, call, rest in re.findall(r"^(\d+) +(\w+)\((.*)$", trace, re.MULTILINE):
        if call == "execve" and rest.startswith('"/precompile-run"'):
            # crun's own processes are there already.
            inside = {known: False for known in inside} | {process: True}
        elif True not in inside.values():
            inside[process] = False
        elif inside.setdefault(process, True):
            made.add(call)
    return made


def made(case, place):
    """The calls of a case, and its outcome, where everything is allowed."""
    trace = place.work / "trace"
    outcome = case.outcome(place, ["strace", "-f", "-qq", "-e", "signal=none", "-o", trace])
    return calls(trace.read_text()), outcome


def check(name, cases, place_of, is_written):
    """The profile allows what the cases do, so that they end alike, and nothing that none of them does. `place_of` gives
    a place by its profile."""
    wanted, outcomes = set(BY_ENGINES), []
    for case in cases:
        found, outcome = made(case, place_of(None))
        if outcome[0] != case.code:
            sys.exit(f"error: {' '.join(case.arguments)} ended with {outcome[0]}, not {case.code}: {outcome}")
        wanted |= found
        outcomes.append(outcome)
    if is_written:
        path(name).write_text(json.dumps(profile_of(wanted | set(SOMETIMES)), indent=2) + "\n")
    profile = read(name)
    differences = {
        "lacks, and a case makes": wanted - allowed(profile),
        "allows, and no case makes": allowed(profile) - wanted - set(SOMETIMES),
    }
    for what, names in differences.items():
        if names:
            sys.exit(f"error: {path(name).name} {what}: {', '.join(sorted(names))}")
    for case, outcome in zip(cases, outcomes):
        said = case.outcome(place_of(profile))
        if said[:2] != outcome[:2]:
            sys.exit(f"error: {' '.join(case.arguments)} ends otherwise by {path(name).name}: {said}, not {outcome}")
    check_engines(name, cases[0], place_of(profile))
    plant(profile, cases[0], place_of)
    print(f"ok: {len(cases)} runs of the {name} runner make the {len(allowed(profile))} calls of {path(name).name}, and no others")


def check_engines(name, case, place):
    """The profile allows the calls that engines make under it."""
    for engine in ENGINES:
        container = dataclasses.replace(place.container(case.arguments), engine=engine)
        code, _, stderr = container.run(place.work)
        if code != case.code:
            sys.exit(f"error: {engine} can't start a program by {path(name).name}: {stderr}")


def plant(profile, case, place_of):
    """A profile that lacks a call isn't enough."""
    for call in ("execve", "mmap", "mprotect"):
        if case.outcome(place_of(without(profile, call)))[0] == case.code:
            sys.exit(f"error: without `{call}` a guest runs nevertheless: the profile isn't obeyed")


def check_refused(name, probe, work):
    """Calls that nobody needs are refused by the profile, and allowed without it. `probe` is a folder with the program."""
    calls_of = lambda profile: dict(
        line.split() for line in Container(probe, ["/probe"], profile=profile).run(work)[1].splitlines()
    )
    free, bound = calls_of(None), calls_of(read(name))
    tried = [call for call in free if call not in allowed(read(name))]
    lacking = [call for call in tried if free[call] == str(ENOSYS)]
    for call in tried:
        if bound.get(call) != str(ENOSYS):
            sys.exit(f"error: {path(name).name} doesn't refuse `{call}`: {bound.get(call)}")
    if len(tried) - len(lacking) < 8:
        sys.exit(f"error: too few calls tell whether they are refused: {free}")
    if lacking:
        print(f"not tried: {', '.join(lacking)}, which this kernel hasn't")
    print(f"ok: {path(name).name} refuses {', '.join(call for call in tried if call not in lacking)}")
