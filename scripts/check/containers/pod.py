"""The pod of examples/container/pod.yaml, as containers that share folders and a network."""

from common import from_pypi
from containers import profiles
from containers.container import USER, Container
from containers.images import FOLDER

# What each container must say, so that it has no rights. A profile is besides.
LOCKED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
OWNER = {"runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER}
OWNER |= {"fsGroupChangePolicy": "OnRootMismatch"}


def read():
    """The pod. What it says of rights must be what containers have here."""
    pod = from_pypi("pyyaml", "6.0.3", "yaml").safe_load((FOLDER / "pod.yaml").read_text())
    assert (pod["apiVersion"], pod["kind"]) == ("v1", "Pod"), pod
    assert pod["spec"]["securityContext"] == OWNER, pod["spec"]["securityContext"]
    for spec in [*pod["spec"]["initContainers"], *pod["spec"]["containers"]]:
        rights = dict(spec["securityContext"])
        assert rights.pop("seccompProfile")["type"] in ("RuntimeDefault", "Localhost"), spec
        assert rights == LOCKED, f"{spec['name']} has other rights: {rights}"
    return pod


def probe():
    """The path and the port by which it is known that the pod serves."""
    (server,) = read()["spec"]["containers"]
    return server["readinessProbe"]["httpGet"]


def containers(images, folders, network):
    """The containers of the pod in their order. `images` gives the root and the start of the command line by the name
    of an image, `folders` the folder of a volume. A default profile is an engine's: there is none without one."""
    spec = read()["spec"]
    assert {volume["name"] for volume in spec["volumes"]} == set(folders), spec["volumes"]
    for each in [*spec["initContainers"], *spec["containers"]]:
        root, entrypoint = images[each["image"]]
        volumes = {
            mount["mountPath"]: (folders[mount["name"]], "ro" if mount.get("readOnly") else "rw")
            for mount in each["volumeMounts"]
        }
        wanted = each["securityContext"]["seccompProfile"].get("localhostProfile")
        profile = profiles.read(wanted.removeprefix("precompile/seccomp-").removesuffix(".json")) if wanted else None
        yield Container(root, [*entrypoint, *each["args"]], volumes, profile=profile, network=network)
