"""Artifacts for the tests, compiled by the command that `--precompile` names."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from precompile_runtime import Program, Runtime

_GUESTS = [Path(__file__).parent / "guests", Path(__file__).parents[3] / "examples/c/guests"]

Compile = Callable[..., Path]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--precompile", required=True, help="the command that compiles the guests")


@pytest.fixture(params=["winch", "cranelift"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def artifacts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Compiles a guest by a backend with these options, once."""
    folder, precompile = tmp_path_factory.mktemp("artifacts"), request.config.getoption("--precompile")

    def compiled(name: str, backend: str, *options: str) -> Path:
        output = folder / ("-".join([name, backend, *options]).replace("/", "-") + ".cwasm")
        if not output.exists():
            source = next(path for path in (guests / f"{name}.wat" for guests in _GUESTS) if path.exists())
            command = [precompile, "-q", "--backend", backend, *options, str(source), "-o", str(output)]
            subprocess.run(command, check=True)
        return output

    return compiled


@pytest.fixture
def compiled(artifacts: Compile, backend: str) -> Compile:
    """The same by the backend of this test."""
    return lambda name, *options: artifacts(name, backend, *options)


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    with Runtime() as made:
        yield made


@pytest.fixture
def opened(runtime: Runtime, compiled: Compile) -> Callable[..., Program]:
    """Opens a guest."""
    return lambda name, *options: runtime.open(compiled(name, *options))
