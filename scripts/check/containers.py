#!/usr/bin/env python3
"""containers.py [write]: builds the images of examples/container, and runs them without rights: as a user whom no
system knows, without capabilities, in a root that can't be written to, under the seccomp profiles. They print and serve,
end at SIGTERM as process 1, and compile through a cache that pods share. Each profile allows what its runner does, and
no more; `write` writes the profiles anew. Each kind of fault is planted, and must be found.

No registry of images is needed: this machine's Rust takes the place of Docker Hub's. Takes root, to mount; installs
buildah, crun, runc, strace and musl's library. Nothing makes cgroups, so that resources have no limits."""

import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from common import ROOT, run, shared
from containers import cases, guests, pod, profiles
from containers.container import DEV, USER, Container
from containers.images import FOLDER, Images, remove
from containers.network import Network
from static_builds import MUSL, static_target

TOOLS = ("precompile", "precompile-run", "precompile-run-full")
APPS = ("command", "serve", "init")
PACKAGES = ("buildah", "crun", "runc", "strace", "curl", "iproute2", "binutils", "gcc")
# WASI's numbers of the errors of a file system that is only read, and of a success.
READ_ONLY, MADE = 69, 0


def built(work):
    """All images, with their folders by their names."""
    images = Images(work / "images")
    options = images.add_rust()
    for name in TOOLS:
        images.build("Containerfile", name, f"localhost/{name}", ROOT, *options)
    for name in APPS:
        context = work / name
        context.mkdir()
        module = ROOT / "tests/guests/http-p2.wasm" if name != "command" else FOLDER / "hello.wat"
        shutil.copy(module, context / "app.wasm")
        images.build("app.Containerfile", name, f"localhost/app-{name}", context)
    roots = {}
    print("| image | files (bytes) | in a registry (bytes) |\n|-------|--------------:|----------------------:|")
    for name in [*(f"localhost/{tool}" for tool in TOOLS), *(f"localhost/app-{app}" for app in APPS)]:
        roots[name] = images.unpack(name)
        files, stored = images.sizes(name, roots[name])
        print(f"| {name.removeprefix('localhost/')} | {files} | {stored} |")
        config = images.config(name)
        assert (config["User"], config["StopSignal"]) == (f"{USER}:{USER}", "SIGTERM"), config
    assert "8080/tcp" in images.config("localhost/app-serve")["ExposedPorts"]
    return images, roots


def check_static(roots):
    """The commands need no library. This machine's own programs do."""
    is_dynamic = lambda path: "INTERP" in run("readelf", "--wide", "--program-headers", path)
    assert is_dynamic("/bin/true"), "a dynamic program is not seen"
    for name in TOOLS:
        assert not is_dynamic(roots[f"localhost/{name}"] / name.removesuffix("-full")), f"{name} is linked dynamically"
    print("ok: the commands in the images need no library")


def check_command(images, roots, place):
    """A command prints, and can't write to the root, nor load a plugin."""
    entrypoint = images.config("localhost/app-command")["Entrypoint"]
    root, profile = roots["localhost/app-command"], profiles.read("small")
    # Without `/proc`.
    said = Container(root, entrypoint, profile=profile, system=(DEV,)).run(place.work)
    assert said == (0, "Hello, world\n", ""), said
    makes = ["/precompile-run", "--dir", "/::/", cases.artifact("makes")]
    volumes = {cases.ARTIFACTS: (place.artifacts, "ro")}
    for is_writable, code in ((False, READ_ONLY), (True, MADE)):
        # The user may write to it, as far as permissions go.
        root.chmod(0o777)
        container = Container(root, makes, volumes, profile=profile, is_root_writable=is_writable)
        said = container.run(place.work)
        assert said[0] == code, f"in a root that is{'' if is_writable else ' not'} writable, a guest gets {said}"
    print("ok: a command prints, without `/proc`; it can't write to the root, and could if the root were writable")
    plugin = [*makes[:1], "--plugin", f"{cases.ARTIFACTS}/hello.wat", cases.artifact("hello")]
    said = Container(roots["localhost/precompile-run-full"], plugin, volumes).run(place.work)
    assert said[0] == 125 and "this runner is linked statically, and can load no library" in said[2], said
    print("ok: a static runner says that it loads no plugin")


def check_server(images, roots, place):
    """A server answers, has no rights, and ends at SIGTERM."""
    entrypoint = images.config("localhost/app-serve")["Entrypoint"]
    root, profile = roots["localhost/app-serve"], profiles.read("full")
    server = Container(root, entrypoint, profile=profile, network=place.network).start(place.work, stderr=subprocess.PIPE)
    server.await_answer(place.network)
    assert place.network.get("/")[1] == "hello\n"
    status = pathlib.Path(f"/proc/{server.number()}/status").read_text()
    wanted = [("Uid", rf"{USER}\s+{USER}"), ("CapEff", "0+"), ("CapBnd", "0+"), ("NoNewPrivs", "1"), ("Seccomp", "2")]
    for field, value in [*wanted, ("NSpid", r"\d+\s+1")]:
        assert re.search(rf"^{field}:\s+{value}\b", status, re.MULTILINE), f"{field} isn't {value}: {status}"
    code = server.end()
    assert code == 0, f"at SIGTERM it ends with {code}: {server.process.stderr.read()}"
    print("ok: a server answers, has no capability and no new rights, and as process 1 ends with 0 at SIGTERM")


def start_pod(place, images, folders, log):
    """Runs the pod's init container, and starts its server. Returns what the former says, and the seconds to an answer."""
    init, server = pod.containers(images, folders, place.network)
    probe = pod.probe()
    code, _, said = init.run(place.work)
    assert code == 0, said
    running = server.start(place.work, stdout=log, stderr=log)
    seconds = running.await_answer(place.network, probe["path"], probe["port"])
    assert place.network.get("/")[1] == "hello\n"
    assert running.end() == 0
    return said, seconds


def check_pod(images, roots, place):
    """The second pod finds what the first has compiled, and its server holds no compiler."""
    entrypoint = lambda name: (roots[name], images.config(name)["Entrypoint"])
    known = {name: entrypoint(name) for name in ("localhost/app-init", "localhost/precompile-run-full")}
    with (place.work / "log").open("w") as log:
        for number, word in enumerate(("compiled", "found", "compiled")):
            folders = {"cache": place.work / "cache", "artifacts": place.work / f"artifacts-{number}"}
            for folder in folders.values():
                folder.mkdir(exist_ok=True)
                # As kubelet makes them for `fsGroup`.
                os.chown(folder, 0, USER)
                folder.chmod(0o2775)
            if number == 2:
                # As it would do without `OnRootMismatch`: a cache that others can write to is not used.
                run("chmod", "-R", "g+rwX", folders["cache"])
            said, seconds = start_pod(place, known, folders, log)
            assert re.search(rf"^{word} `", said, re.MULTILINE), f"pod {number + 1}: {said}"
            assert ("warning" in said) == (number == 2), said
            print(f"ok: pod {number + 1}: {said.strip()}; the server answers {seconds * 1e3:.0f} ms after its start")
        # An artifact that isn't there is no server.
        folders["artifacts"] = place.work / "nothing"
        folders["artifacts"].mkdir()
        server = list(pod.containers(known, folders, place.network))[1]
        code = server.run(place.work)[0]
        assert code == 125, f"without the artifact, the server ends with {code}"
    print("ok: without the init container's artifact the server doesn't start")


def check_profiles(roots, place, programs, is_written):
    """Each profile is as large as it must be."""
    probe = place.work / "probe"
    probe.mkdir()
    run("gcc", "-O2", "-static", pathlib.Path(__file__).with_name("containers") / "probe.c", "-o", probe / "probe")
    hello = (place.artifacts / "hello.cwasm").read_bytes()
    for name, image, all_cases in (
        ("small", "localhost/precompile-run", cases.small),
        ("full", "localhost/precompile-run-full", cases.full),
    ):
        place_of = lambda profile, image=image: cases.Place(place.work, roots[image], place.artifacts, place.network, profile)
        profiles.check(name, list(all_cases(programs, hello)), place_of, is_written)
        profiles.check_refused(name, probe, place.work)


def main(work, is_written):
    """Builds, runs, and plants."""
    (work / "images").mkdir()
    images, roots = built(work)
    network = Network()
    try:
        check_static(roots)
        # The image's own command, which needs nothing of this machine either.
        programs = guests.compile_all(roots["localhost/precompile"] / "precompile", work / "guests")
        place = cases.Place(work, roots["localhost/precompile-run"], work / "guests", network)
        check_profiles(roots, place, programs, is_written)
        check_command(images, roots, place)
        check_server(images, roots, place)
        check_pod(images, roots, place)
    finally:
        network.close()


if os.geteuid() != 0 or platform.machine() != "x86_64":
    print("not run: it takes root, to start containers, and x86-64, which the seccomp profiles are for")
    sys.exit(0)
# In namespaces of its own, so that nothing that is mounted or started outlives it. unshare ignores signals, so that
# SIGKILL alone ends it. crun refuses cgroups of both versions at once.
INSIDE = "CONTAINERS_INSIDE"
if INSIDE not in os.environ:
    covered = '[ ! -e /sys/fs/cgroup/unified ] || mount -t cgroup2 cgroup2 /sys/fs/cgroup; exec "$@"'
    words = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    words += ["sh", "-ec", covered, "sh", sys.executable, *sys.argv]
    os.execvpe(words[0], words, os.environ | {INSIDE: "yes"})
shared("apt_install", *PACKAGES)
if static_target()[0] != MUSL:
    print("not run: the images are built by musl")
    sys.exit(0)
folder = pathlib.Path(tempfile.mkdtemp(prefix="containers-"))
try:
    main(folder, sys.argv[1:] == ["write"])
finally:
    remove(folder)
