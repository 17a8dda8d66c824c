"""The folders that a program of `scripts/check/wasi-programs.py` gets, and what it left in them."""

import os
import socket
import stat

# A time before every run. What is later was set by a run, at a time that is never the same.
OLD = 1_000_000_000
LATE = 1_577_836_800 * 10**9
TEXT = "The first line\nThe second line\nThe third line\n"
LINKS = {
    "link": "text.txt",
    "sub-link": "sub",
    "dangling": "nowhere",
    "loop": "loop",
    "up": "..",
    "out": "../outside/secret.txt",
    "absolute": "/etc/passwd",
    "odd/bytes": b"\xff\xfe",
}


def prepare(root, entries):
    """Makes the folders: `own` and `other`, which programs get, and `outside`, which they don't. The folder `own/large`
    has so many entries."""
    for folder in ("own/sub/deep", "own/large", "own/odd", "other", "outside"):
        (root / folder).mkdir(parents=True)
    own = root / "own"
    (own / "text.txt").write_text(TEXT)
    (own / "empty").touch()
    (own / "sub/inner.txt").write_text("inside\n")
    (own / "sub/deep/leaf").write_text("deep\n")
    (root / "other/note.txt").write_text("a note in the other folder\n")
    (root / "outside/secret.txt").write_text("secret\n")
    os.link(own / "text.txt", own / "hard")
    (own / "locked").write_text("locked\n")
    for number in range(entries):
        (own / f"large/{'x' * (number % 50)}{number}").touch()
    for name, target in LINKS.items():
        os.symlink(target, os.fsencode(own / name))
    os.mkfifo(own / "odd/pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        # The path of a socket is short.
        before = os.open(".", os.O_RDONLY)
        os.chdir(own / "odd")
        bound.bind("socket")
        os.fchdir(before)
        os.close(before)
    open(os.fsencode(own / "odd") + b"/\xff", "wb").close()
    (own / "locked").chmod(0)
    for path in paths(os.fsencode(root)):
        os.utime(path, (OLD, OLD), follow_symlinks=False)


def paths(root):
    """All paths below a folder, and its own, those that are in another first."""
    with os.scandir(root) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir(follow_symlinks=False):
                yield from paths(entry.path)
            else:
                yield entry.path
    yield root


def _describe(path):
    found = os.lstat(path)
    times = ["now" if time > LATE else time for time in (found.st_atime_ns, found.st_mtime_ns)]
    content = None
    if stat.S_ISLNK(found.st_mode):
        content = os.readlink(path)
    elif stat.S_ISREG(found.st_mode):
        with open(path, "rb") as file:
            content = file.read()
    sizes = [] if stat.S_ISDIR(found.st_mode) else [found.st_nlink, found.st_size]
    return [oct(found.st_mode), *sizes, *times, content]


def left(root):
    """Everything in the folders: type and permissions, links, size, times, content."""
    root = os.fsencode(root)
    return {os.path.relpath(path, root): _describe(path) for path in paths(root)}


def differences(first, second):
    """A line for each path that is not the same in both."""
    return [
        f"{os.fsdecode(path)}: {first.get(path)} and {second.get(path)}"
        for path in sorted({*first, *second})
        if first.get(path) != second.get(path)
    ]
