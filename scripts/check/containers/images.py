"""Images that buildah builds by examples/container, where no registry of images can be reached."""

import json
import os
import pathlib
import shutil
import sys

from common import ROOT, TARGET, run

FOLDER = ROOT / "examples/container"
# The tag of the image in the place of Docker Hub's `rust`.
RUST = "localhost/rust"
# What programs read of /etc.
CONFIGURATION = ("alternatives", "ca-certificates", "group", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "passwd", "ssl")


class Images:
    """A store of images in a folder."""

    def __init__(self, work):
        self.work = work
        self.policy = work / "policy.json"
        self.policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')

    def buildah(self, *words):
        """Runs buildah, and returns what it prints."""
        store = ["--storage-driver", "vfs", "--root", self.work / "storage", "--runroot", self.work / "running"]
        return run("buildah", *store, *words)

    def build(self, file, target, tag, context, *options):
        """Builds a target of a Containerfile. Nothing here can make namespaces for users, and as root none are needed."""
        words = ["--isolation", "chroot", "--layers", "--signature-policy", self.policy, "--file", FOLDER / file]
        self.buildah("bud", *words, "--target", target, "--tag", tag, *options, context)

    def add_rust(self):
        """Makes the image in the place of Docker Hub's: this machine's own programs. They are mounted, not copied: the
        options for `build` are returned."""
        root = self.work / "rust"
        for name in ("etc", "proc", "root", "sys", "tmp", "usr", "var/tmp"):
            (root / name).mkdir(parents=True)
        for name in ("tmp", "var/tmp"):
            (root / name).chmod(0o1777)
        for name in ("bin", "lib", "lib32", "lib64", "sbin"):
            if os.path.islink(f"/{name}"):
                (root / name).symlink_to(os.readlink(f"/{name}"))
        for name in CONFIGURATION:
            path = pathlib.Path("/etc", name)
            if path.is_dir():
                shutil.copytree(path, root / "etc" / name, symlinks=True)
            elif path.exists():
                shutil.copy(path, root / "etc")
        rustup = run("rustup", "show", "home").strip()
        cargo = os.environ.get("CARGO_HOME") or os.path.expanduser("~/.cargo")
        container = self.buildah("from", "--signature-policy", self.policy, "scratch").strip()
        self.buildah("copy", "--quiet", container, root, "/")
        variables = {"CARGO_HOME": cargo, "HOME": os.path.expanduser("~"), "RUSTUP_HOME": rustup}
        variables["PATH"] = f"{cargo}/bin:/usr/local/bin:/usr/bin:/bin"
        for name, value in variables.items():
            self.buildah("config", "--env", f"{name}={value}", container)
        self.buildah("commit", "--quiet", "--signature-policy", self.policy, "--rm", container, RUST)
        TARGET.mkdir(parents=True, exist_ok=True)
        mounted = [("/usr", "ro"), (rustup, "rw"), (cargo, "rw"), (TARGET, "rw")]
        options = [f"--volume={path}:{path}:{way}" for path, way in mounted]
        arguments = {"RUST": RUST, "SOURCE": ROOT, "CARGO_TARGET_DIR": TARGET}
        return [*options, *(f"--build-arg={name}={value}" for name, value in arguments.items())]

    def unpack(self, tag):
        """The folder of an image's files."""
        container = self.buildah("from", "--signature-policy", self.policy, tag).strip()
        return pathlib.Path(self.buildah("mount", container).strip())

    def config(self, tag):
        """The configuration of an image, by the names of the OCI."""
        return json.loads(self.buildah("inspect", "--type", "image", tag))["OCIv1"]["config"]

    def sizes(self, tag, root):
        """The bytes of an image's files, and of what a registry holds of it."""
        stored = self.work / "stored" / tag.rpartition("/")[2]
        stored.parent.mkdir(exist_ok=True)
        self.buildah("push", "--quiet", "--signature-policy", self.policy, tag, f"oci:{stored}")
        files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
        return tuple(sum(path.stat().st_size for path in paths) for paths in (files, (stored / "blobs/sha256").iterdir()))


def remove(work):
    """Removes a folder, unless something is mounted in it still: that would be emptied."""
    below = f" {os.path.realpath(work)}/"
    if below in pathlib.Path("/proc/self/mountinfo").read_text():
        sys.exit(f"error: something is mounted below `{work}`, which stays as it is")
    shutil.rmtree(work)
