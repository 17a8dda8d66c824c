#!/usr/bin/env python3
"""sbom.py [FOLDER]: writes a bill of materials of each command, as it ships on this machine, in CycloneDX 1.5. It goes
into FOLDER, or else into `sbom` in the folder for builds. The same checkout and toolchain give the same bytes. Fails if
`precompile-run` holds a crate of the compilers, or `precompile` lacks one.

The crates are those of `cargo tree -p`, whose features are those of `cargo build -p`. `cargo metadata`, by which
cargo-cyclonedx goes, knows those of the whole workspace alone: it lists the compilers in the runner."""

import json
import pathlib
import re
import sys
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "lib"))

from common import ROOT, TARGET, run

# The commands, each with its package.
COMMANDS = {"precompile": "precompile", "precompile-run": "precompile-runtime"}
BACKENDS = {"cranelift-codegen", "winch-codegen"}
COMPILER = BACKENDS | {"cranelift-frontend", "regalloc2", "wasmtime-internal-cranelift", "wasmtime-internal-winch"}


class Crates:
    """The facts of the lock file and the manifests about each crate, by its name and version."""

    def __init__(self, host):
        lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
        self.checksums = {(crate["name"], crate["version"]): crate.get("checksum") for crate in lock["package"]}
        platform = ("--filter-platform", host)
        metadata = json.loads(run("cargo", "metadata", "--locked", "--format-version", "1", *platform))
        self.manifests = {(crate["name"], crate["version"]): crate for crate in metadata["packages"]}

    def component(self, crate, kind, scope):
        """The entry of a crate."""
        manifest, checksum = self.manifests[crate], self.checksums[crate]
        component = {"type": kind, "bom-ref": reference(crate), "name": crate[0], "version": crate[1]}
        if scope:
            component["scope"] = scope
        if checksum:
            component["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        if manifest["license"]:
            # A slash is the form that expressions had first.
            component["licenses"] = [{"expression": re.sub(" */ *", " OR ", manifest["license"])}]
        # The workspace's own crates are in no registry.
        if checksum:
            component["purl"] = f"pkg:cargo/{crate[0]}@{crate[1]}"
        if manifest["repository"]:
            component["externalReferences"] = [{"type": "vcs", "url": manifest["repository"]}]
        return component


def reference(crate):
    """The name of a crate within a bill."""
    return f"{crate[0]}@{crate[1]}"


def tree(package, edges):
    """The crates that a package is built from, the package first, each with those that it depends on."""
    depends, path = {}, []
    for line in run("cargo", "tree", "--locked", "-p", package, "-e", edges, "--prefix", "depth").splitlines():
        depth, name, version = re.match(r"(\d+)(\S+) v(\S+)", line).groups()
        crate = (name, version)
        depends.setdefault(crate, set())
        path[int(depth) :] = [crate]
        if len(path) > 1:
            depends[path[-2]].add(crate)
    return depends


def bill(command, package, crates, toolchain):
    """The bill of a command."""
    depends = tree(package, "normal,build")
    top = next(iter(depends))
    # A crate that runs while the command is built isn't a part of it.
    parts = tree(package, "normal,no-proc-macro")
    std = {
        "type": "library",
        "bom-ref": f"rust-std@{toolchain['release']}",
        "name": "rust-std",
        "version": toolchain["release"],
        "scope": "required",
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
    }
    components = [
        crates.component(crate, "library", "required" if crate in parts else "excluded")
        for crate in sorted(depends)
        if crate != top
    ]
    dependencies = [
        {"ref": reference(crate), "dependsOn": sorted(map(reference, depends[crate]))} for crate in sorted(depends)
    ]
    next(entry for entry in dependencies if entry["ref"] == reference(top))["dependsOn"].append(std["bom-ref"])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [{"type": "application", "name": "cargo", "version": toolchain["cargo"]}]},
            "component": {**crates.component(top, "application", None), "name": command},
            "properties": [{"name": "cdx:rustc:sbom:target:triple", "value": toolchain["host"]}],
        },
        "components": [*components, std],
        "dependencies": [*dependencies, {"ref": std["bom-ref"], "dependsOn": []}],
    }


def main():
    """Writes and checks the bills."""
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET / "sbom"
    folder.mkdir(parents=True, exist_ok=True)
    toolchain = dict(re.findall(r"^(\w+): (\S+)$", run("rustc", "-vV"), re.MULTILINE))
    toolchain["cargo"] = run("cargo", "--version").split()[1]
    crates = Crates(toolchain["host"])
    for command, package in COMMANDS.items():
        content = bill(command, package, crates, toolchain)
        components = content["components"]
        names = {component["name"] for component in components}
        if command == "precompile" and not names >= BACKENDS:
            sys.exit(f"error: `{command}` lacks {', '.join(sorted(BACKENDS - names))}: what are they called now?")
        if command == "precompile-run" and names & COMPILER:
            sys.exit(f"error: `{command}` holds {', '.join(sorted(names & COMPILER))}: `cargo tree -i` says why")
        path = folder / f"{command}.cdx.json"
        path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        parts = sum(component["scope"] == "required" for component in components)
        print(f"{path}: {parts} parts, and {len(components) - parts} crates that only build it")


main()
