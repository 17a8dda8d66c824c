"""probe_wasmtime.py versions COPY MAJOR, or check COPY: the steps of scripts/probe-wasmtime.sh. The first has a copy of
the checkout depend on a major version of Wasmtime, the second checks the copy, and lists what is broken."""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib

# The table of compiler/Cargo.toml that pins what reaches the bytes of artifacts, and is never built.
PINS = "cfg(any())"
# Crates whose versions follow from Wasmtime's, by the beginnings of their names.
FAMILY = re.compile(r"(wasmtime|cranelift|winch|wiggle|pulley)(-|$)")
# Lines of errors that are printed of each file.
SHOWN = 8
# What is checked: packages and features, with the targets whose rows are shown.
CHECKS = [
    (["-p", "precompile-artifact", "--features", "wasmtime"], {"precompile-artifact": ("precompile_artifact", "lib")}),
    (
        ["-p", "precompile", "--lib", "--bin", "precompile"],
        {"precompile, library": ("precompile", "lib"), "precompile, command": ("precompile", "bin")},
    ),
    (
        ["-p", "precompile-runtime", "--lib", "--bin", "precompile-run", "--all-features"],
        {
            "precompile-runtime, library": ("precompile_runtime", "lib"),
            "precompile-runtime, command": ("precompile-run", "bin"),
        },
    ),
]


def cargo(*arguments, cwd):
    """Runs cargo, and returns how it ended."""
    return subprocess.run(["cargo", *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def package(name, spec):
    """The package that an entry of a manifest stands for."""
    return spec.get("package", name) if isinstance(spec, dict) else name


def version(spec):
    """The version that an entry of a manifest asks for, without its operator, or an empty text."""
    asked = spec.get("version", "") if isinstance(spec, dict) else spec
    return asked.lstrip("=~^")


def line_of(number):
    """The part of a version that compatible releases share."""
    parts = number.split(".")
    return parts[: next((at for at, part in enumerate(parts) if part != "0"), 0) + 1]


def numbers(text):
    """The numbers of a version."""
    return [*map(int, re.findall(r"\d+", text)[:3])]


def locked(folder):
    """The names of the packages in a lock file."""
    return {entry["name"] for entry in tomllib.loads((folder / "Cargo.lock").read_text())["package"]}


def resolve(folder, major, more=""):
    """The packages that a package which depends on this major version alone is made of."""
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src/lib.rs").write_text("")
    (folder / "Cargo.toml").write_text(
        f"""[package]
name = "tiny"
version = "0.0.0"
edition = "2021"
[dependencies]
wasmtime = {{ version = "{major}", default-features = false, features = ["cranelift", "winch", "all-arch"] }}
wasmtime-environ = "{major}"
wasmtime-wasi = "{major}"
wiggle = "{major}"
{more}
"""
    )
    told = cargo("metadata", "--format-version", "1", cwd=folder)
    if told.returncode == 0:
        return json.loads(told.stdout)
    newest = re.search(r"candidate versions found which didn't match: ([^\s,]+)", told.stderr)
    if newest:
        sys.exit(f"error: the registry has no release of wasmtime {major}: the newest is {newest[1]}")
    sys.exit(next((line for line in told.stderr.splitlines() if line.startswith("error")), "error: cargo failed"))


def family(metadata):
    """The newest version of each of Wasmtime's own crates, and of each crate that one of them or `wat` depends on."""
    packages = {entry["id"]: entry for entry in metadata["packages"]}
    found = collections.defaultdict(set)
    for node in metadata["resolve"]["nodes"]:
        if FAMILY.match(packages[node["id"]]["name"]) or packages[node["id"]]["name"] in ("wat", "wast"):
            for entry in (packages[name] for name in [node["id"], *node["dependencies"]]):
                found[entry["name"]].add(entry["version"])
    return {name: max(versions, key=numbers) for name, versions in found.items()}


def rewrite(manifest, tables, versions, stands):
    """Replaces the versions that entries of these tables ask for, where they ask for the ones that stand now."""
    text = manifest.read_text()
    for name, spec in ((name, spec) for entries in tables for name, spec in entries.items()):
        crate = package(name, spec)
        if crate in versions and version(spec) and line_of(version(spec)) == line_of(stands[crate]):
            entry = rf'^({re.escape(name)} = (?:\{{[^\n]*?version = )?"[=~^]?)[^"]+'
            text = re.sub(entry, lambda found, crate=crate: found[1] + versions[crate], text, flags=re.MULTILINE)
    manifest.write_text(text)


def use_versions(copy, major):
    """Has a copy of the checkout depend on a major version of Wasmtime, and prints the versions that are other."""
    tiny = copy.parent / "tiny"
    # The text format of the same release as the parser: later ones know more than Wasmtime's validator.
    release = numbers(family(resolve(tiny, major))["wasmparser"])[1]
    found = family(resolve(tiny, major, f'wat = "~1.{release}"'))

    root, compiler = copy / "Cargo.toml", copy / "compiler/Cargo.toml"
    shared = tomllib.loads(root.read_text())["workspace"]["dependencies"]
    pins = tomllib.loads(compiler.read_text())["target"][PINS]["dependencies"]
    stands = {package(name, spec): version(spec) for name, spec in (shared | pins).items() if version(spec)}
    moved = {name for name in stands if FAMILY.match(name)} | set(pins)
    versions = {name: newest for name, newest in found.items() if name in moved}
    new = sorted(name for name in found.keys() - locked(copy) if FAMILY.match(name))
    rewrite(root, [shared], versions, stands)
    rewrite(compiler, [pins], versions, stands)
    told = cargo("metadata", "--format-version", "1", cwd=copy)
    if told.returncode != 0:
        sys.exit("\n".join(["error: the copy's dependencies can't be resolved", *told.stderr.splitlines()]))

    print("| crate | now | then |")
    print("|-------|----:|-----:|")
    for name in sorted(name for name in versions if versions[name] != stands[name]):
        print(f"| `{name}` | {stands[name]} | {versions[name]} |")
    print(f"\nCrates of the family that are new, and to be pinned: {', '.join(new) or 'none'}.")
    print(f"Pinned crates that Wasmtime no longer uses: {', '.join(sorted(pins.keys() - found)) or 'none'}.")


class Broken:
    """An error of the compiler's."""

    def __init__(self, message, copy):
        text = message["message"]
        code = f"[{text['code']['code']}]" if text["code"] else ""
        self.file, line = self.place(text["spans"], copy)
        label = next((span["label"] for span in text["spans"] if span["is_primary"] and span["label"]), "")
        said = ": ".join(filter(None, (text["message"].splitlines()[0], label.split("\n")[0])))
        self.words = f"{self.file}:{line}: error{code}: {said}"
        manifest = pathlib.Path(message["manifest_path"])
        # The folder of a dependency is named like it, with its version.
        self.dependency = "" if manifest.is_relative_to(copy) else manifest.parent.name

    @staticmethod
    def place(spans, copy):
        """The file and the line; those that are ours, if the error is within a macro."""
        for span in sorted(spans, key=lambda span: not span["is_primary"]):
            while span["expansion"] and not (copy / span["file_name"]).is_file():
                span = span["expansion"]["span"]
            return span["file_name"].removeprefix(f"{copy}/"), span["line_start"]
        return "no file", 0


def messages(ended):
    """Cargo's words about each target: its name, its kind, and the message of the compiler, if it is an error."""
    for line in ended.stdout.splitlines():
        message = json.loads(line)
        if message["reason"] in ("compiler-message", "compiler-artifact"):
            text = message.get("message", {"level": "none"})
            # The last one counts those before it.
            is_error = text["level"] == "error" and not text["message"].startswith("aborting due to")
            yield (message["target"]["name"], message["target"]["kind"][0]), message if is_error else None


def check(copy):
    """Checks the copy, prints what is broken, and returns whether anything is."""
    told = cargo("metadata", "--format-version", "1", cwd=copy)
    wasmtime = next(entry for entry in json.loads(told.stdout)["packages"] if entry["name"] == "wasmtime")
    rustc = subprocess.run(["rustc", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[1]
    print(f"\nWith wasmtime {wasmtime['version']}, checked by rustc {rustc}:")
    options = ["--keep-going", "--message-format", "json"]
    if numbers(rustc) < numbers(wasmtime["rust_version"] or "0"):
        print(f"this rustc is too old, since wasmtime asks for {wasmtime['rust_version']}: tried nevertheless")
        options.append("--ignore-rust-version")

    print("\n| target | errors | files |")
    print("|--------|-------:|------:|")
    broken, failures = {}, []
    for arguments, rows in CHECKS:
        ended = cargo("check", *options, *arguments, cwd=copy)
        found = collections.defaultdict(dict)
        for target, message in messages(ended):
            errors = found[target]
            if message:
                error = Broken(message, copy)
                errors[error.words] = error
        for row, target in rows.items():
            if target in found:
                print(f"| {row} | {len(found[target])} | {len({error.file for error in found[target].values()})} |")
            else:
                print(f"| {row} | not reached | |")
        errors = {words: error for errors in found.values() for words, error in errors.items()}
        for name, count in sorted(collections.Counter(error.dependency for error in errors.values()).items()):
            if name:
                print(f"| {name}, a dependency | {count} | |")
        broken |= errors
        # A build script that fails, for example.
        reasons = (line for line in ended.stderr.splitlines() if line.startswith("error"))
        failures += [reason for reason in reasons if not reason.startswith("error: could not compile")]
    show(broken.values(), failures)
    return bool(broken or failures)


def show(errors, failures):
    """Prints the errors by folder, and the first of each file."""
    if not errors and not failures:
        print("\nNothing is broken.")
        return
    files = collections.defaultdict(list)
    for error in errors:
        files[error.file].append(error)
    folders = collections.defaultdict(list)
    for file in files:
        folders[os.path.dirname(file)].append(file)
    print("\n| folder | errors | files |")
    print("|--------|-------:|------:|")
    for folder, inside in sorted(folders.items()):
        print(f"| `{folder}/` | {sum(len(files[file]) for file in inside)} | {len(inside)} |")
    for file, inside in sorted(files.items()):
        print()
        for error in inside[:SHOWN]:
            print(error.words)
        if len(inside) > SHOWN:
            print(f"{file}: and {len(inside) - SHOWN} more")
    for failure in failures:
        print(f"\n{failure}")


def main(verb, copy, *major):
    copy = pathlib.Path(copy).resolve()
    if verb == "versions":
        use_versions(copy, *major)
    elif check(copy):
        sys.exit(1)


main(*sys.argv[1:])
