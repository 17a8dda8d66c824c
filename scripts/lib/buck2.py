"""buck2.py PROJECT PACKAGE [PLATFORM]: runs the actions of a package by the rules of rules/buck2/, where Buck2 can't be
had, and writes the outputs to buck-out/. Each file is parsed by the Starlark that is Buck2's, starlark-rust, and its
text is evaluated as Python, with stand-ins for the functions of Buck2 that the rules call. These are made after Buck2's
documentation: they show what the rules do, and not that Buck2 takes them. Needs PyPI's starlark-pyo3."""

import configparser
import pathlib
import platform
import subprocess
import sys
import types

import starlark

PROVIDERS = {
    "CommandExecutorConfig": {"local_enabled", "remote_enabled", "use_windows_path_separators"},
    "ConfigurationInfo": {"constraints", "values"},
    "ConstraintSettingInfo": {"label"},
    "ConstraintValueInfo": {"label", "setting"},
    "DefaultInfo": {"default_output"},
    "ExecutionPlatformInfo": {"configuration", "executor_config", "label"},
    "ExecutionPlatformRegistrationInfo": {"platforms"},
    "PlatformInfo": {"configuration", "label"},
    "RunInfo": {"args"},
}
# The kinds of attributes, each with the type of its values in a BUCK file.
ATTRIBUTES = {"bool": bool, "dep": str, "enum": str, "exec_dep": str, "int": int, "list": list, "option": object}
ATTRIBUTES |= {"source": str, "string": str}


def fail(text):
    sys.exit(f"error: {text}")


def provider(name, fields):
    """A provider's class, whose values are a dictionary with these keys."""

    def __init__(self, **values):
        if not values.keys() <= fields:
            fail(f"{name} has no {values.keys() - fields}")
        self.__dict__.update(values)

    return type(name, (), {"__init__": __init__})


def attribute(kind):
    """A function of `attrs`."""

    def describe(*inner, default=..., providers=(), doc=""):
        return types.SimpleNamespace(kind=kind, inner=inner, default=default, providers=providers, doc=doc)

    return describe


class Command(list):
    """The arguments of a command, as `cmd_args` has them."""

    def __init__(self, *parts):
        super().__init__()
        self.add(*parts)

    def add(self, *parts):
        for part in parts:
            part = getattr(part, "args", part)
            if isinstance(part, list):
                self.add(*part)
            else:
                self.append(str(part))


class Label(str):
    """A target's name with its cell and its package."""

    @property
    def name(self):
        return self.rpartition(":")[2]

    def raw_target(self):
        return self


class Output(str):
    """The path of an output."""

    def as_output(self):
        return self


class Project:
    """The files of a project, and its targets as far as they are read."""

    def __init__(self, root, built_for):
        config = configparser.ConfigParser()
        config.read(root / ".buckconfig")
        self.root = root
        self.cells = config["cells"]
        self.modules = {}
        self.targets = {}
        self.found = {}
        self.package = None
        self.classes = {name: provider(name, fields) for name, fields in PROVIDERS.items()}
        self.constraints = {}
        label = built_for or config["build"]["execution_platforms"]
        self.constraints = self.needed(label, ["PlatformInfo"])[self.classes["PlatformInfo"]].configuration.constraints

    def evaluate(self, path):
        """The names that a file defines."""
        text = path.read_text()
        dialect = starlark.Dialect.extended()
        dialect.enable_top_level_stmt = False
        starlark.parse(str(path), text, dialect)
        host = {"arch": types.SimpleNamespace(is_aarch64=platform.machine() == "aarch64")}
        host["os"] = types.SimpleNamespace(is_macos=False, is_windows=False)
        names = {
            **self.classes,
            "attrs": types.SimpleNamespace(**{kind: attribute(kind) for kind in ATTRIBUTES}),
            "cmd_args": Command,
            "fail": fail,
            "host_info": lambda: types.SimpleNamespace(**host),
            "load": lambda file, *wanted: names.update({name: self.module(file)[name] for name in wanted}),
            "rule": self.rule,
            "select": lambda choices: types.SimpleNamespace(choices=choices),
        }
        exec(compile(text, str(path), "exec"), names)  # noqa: S102 -- These are rules of this repository.
        return names

    def folder(self, package):
        cell, _, path = package.lstrip("@").partition("//")
        return self.root / self.cells[cell] / path

    def module(self, file):
        """The names of a .bzl, which is evaluated once."""
        if file not in self.modules:
            package, _, name = file.partition(":")
            self.modules[file] = self.evaluate(self.folder(package) / name)
        return self.modules[file]

    def rule(self, impl, attrs, doc="", is_configuration_rule=False):
        """A rule: a function that defines a target of the package that is being read."""

        def define(name, visibility=(), **values):
            if not values.keys() <= attrs.keys():
                fail(f"{name} has attributes that its rule hasn't: {values.keys() - attrs.keys()}")
            self.targets[Label(f"{self.package}:{name}")] = (impl, attrs, values)

        return define

    def read(self, package):
        """The labels of a package."""
        if not any(label.startswith(f"{package}:") for label in self.targets):
            before, self.package = self.package, package
            self.evaluate(self.folder(package) / "BUCK")
            self.package = before
        return [label for label in self.targets if label.startswith(f"{package}:")]

    def value(self, package, attribute, value):
        """An attribute's value, as an implementation gets it."""
        if hasattr(value, "choices"):
            matching = [then for when, then in value.choices.items() if self.holds(when)]
            value = matching[0] if len(matching) == 1 else fail(f"{len(matching)} choices match in {package}")
        kind, inner = attribute.kind, attribute.inner
        if kind == "option":
            return None if value is None else self.value(package, inner[0], value)
        if not isinstance(value, ATTRIBUTES[kind]) or (kind == "enum" and value not in inner[0]):
            fail(f"`{value}` is not of the kind {kind}, in {package}")
        if kind == "list":
            return [self.value(package, inner[0], one) for one in value]
        if kind in ("dep", "exec_dep"):
            return self.needed(value if "//" in value else package + value, attribute.providers)
        if kind == "source":
            path = self.folder(package) / value
            return str(path.relative_to(self.root)) if path.is_file() else fail(f"there is no {path}")
        return value

    def holds(self, condition):
        constraints = self.needed(condition, [])[self.classes["ConfigurationInfo"]].constraints
        return constraints.items() <= self.constraints.items()

    def needed(self, label, providers):
        """The providers of a target, which must have these."""
        self.read(label.partition(":")[0])
        if label not in self.found:
            self.found[label] = {type(one): one for one in self.analyse(Label(label))}
        found = self.found[label]
        names = [getattr(one, "__name__", one) for one in providers]
        if not set(names) <= {one.__name__ for one in found}:
            fail(f"{label} doesn't provide {names}")
        return found

    def analyse(self, label, actions=None):
        """The providers that a target's rule returns; its actions are added to the list."""
        if label not in self.targets:
            fail(f"there is no {label}")
        impl, attributes, given = self.targets[label]
        package = label.partition(":")[0]
        values = {name: given.get(name, one.default) for name, one in attributes.items()}
        values = {name: self.value(package, attributes[name], value) for name, value in values.items()}
        out = pathlib.Path("buck-out", package.partition("//")[2])
        does = types.SimpleNamespace(
            declare_output=lambda name: Output(out / name),
            run=lambda command, category: [] if actions is None else actions.append(command),
        )
        return impl(types.SimpleNamespace(label=label, attrs=types.SimpleNamespace(**values), actions=does))


def main(root, package, built_for=None):
    project = Project(pathlib.Path(root).resolve(), built_for)
    commands = []
    for label in project.read(package):
        project.analyse(label, commands)
    (project.root / "buck-out" / package.partition("//")[2]).mkdir(parents=True, exist_ok=True)
    for command in commands:
        done = subprocess.run([project.root / command[0], *command[1:]], env={}, cwd=project.root, check=False)
        if done.returncode != 0:
            fail(f"an action of {package} ended with {done.returncode}")
    print(f"{len(commands)} actions of {package} were run")


main(*sys.argv[1:])
