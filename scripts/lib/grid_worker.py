"""grid_worker.py ADDRESS FOLDER NAME: a worker of BuildGrid, whose package holds none. It executes actions one after
the other, and adds a line to FOLDER/executed for each. The file FOLDER/faults has a line for each action that is to go
wrong: `garbage`, `other`, `nothing` or `never`."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time
import uuid

import grpc
from buildgrid._protos.build.bazel.remote.execution.v2 import remote_execution_pb2 as proto
from buildgrid._protos.google.bytestream import bytestream_pb2, bytestream_pb2_grpc
from buildgrid._protos.google.devtools.remoteworkers.v1test2 import bots_pb2, bots_pb2_grpc

PART = 1 << 20
# The time that a call for work waits, in seconds.
PATIENCE = 20


class Store:
    """The contents of the server, of which this worker keeps those that it has read."""

    def __init__(self, channel, folder):
        self.streams = bytestream_pb2_grpc.ByteStreamStub(channel)
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def path(self, digest):
        """The file with a content."""
        path = self.folder / digest.hash
        if not path.exists():
            name = f"blobs/{digest.hash}/{digest.size_bytes}"
            parts = self.streams.Read(bytestream_pb2.ReadRequest(resource_name=name)) if digest.size_bytes else []
            new = path.with_suffix(f".{uuid.uuid4()}")
            new.write_bytes(b"".join(part.data for part in parts))
            new.chmod(0o755)
            new.rename(path)
        return path

    def message(self, kind, digest):
        """A message of the protocol."""
        return kind.FromString(self.path(digest).read_bytes())

    def put(self, content):
        """Uploads a content, and returns its digest."""
        digest = proto.Digest(hash=hashlib.sha256(content).hexdigest(), size_bytes=len(content))
        name = f"uploads/{uuid.uuid4()}/blobs/{digest.hash}/{digest.size_bytes}"

        def requests():
            for start in range(0, max(len(content), 1), PART):
                part = content[start : start + PART]
                is_last = start + PART >= len(content)
                yield bytestream_pb2.WriteRequest(
                    resource_name=name, write_offset=start, data=part, finish_write=is_last
                )

        self.streams.Write(requests())
        return digest


def fault(folder):
    """The fault that the next action shows, which is taken out of the list."""
    with (folder / "faults").open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = file.read().split()
        file.seek(0)
        file.truncate()
        file.write("".join(f"{line}\n" for line in lines[1:]))
        return lines[0] if lines else None


def execute(store, action, folder, name):
    """Executes an action, and returns its result."""
    command = store.message(proto.Command, action.command_digest)
    root = store.message(proto.Directory, action.input_root_digest)
    with (folder / "executed").open("a") as log:
        log.write(f"{name} {root.SerializeToString().hex()[:16]}\n")
    planted, outputs = fault(folder), [*command.output_paths]
    last = folder / "last-artifact"
    if planted == "never":
        time.sleep(3600)
    if planted == "nothing":
        return proto.ActionResult()
    if planted in {"garbage", "other"}:
        content = last.read_bytes() if planted == "other" else b"garbage"
        return proto.ActionResult(output_files=[proto.OutputFile(path="out.cwasm", digest=store.put(content))])
    work = folder / f"action-{uuid.uuid4()}"
    work.mkdir()
    try:
        for file in root.files:
            os.link(store.path(file.digest), work / file.name)
        arguments = [work / command.arguments[0], *command.arguments[1:]]
        variables = {variable.name: variable.value for variable in command.environment_variables}
        done = subprocess.run(arguments, cwd=work, env=variables, capture_output=True, check=False)
        files = []
        for output in outputs:
            path = work / output
            if path.exists():
                content = path.read_bytes()
                files.append(proto.OutputFile(path=output, digest=store.put(content)))
                last.write_bytes(content)
        return proto.ActionResult(output_files=files, exit_code=done.returncode, stderr_raw=done.stderr)
    finally:
        shutil.rmtree(work)


def main(address, folder, name):
    """Works until it is killed."""
    channel = grpc.insecure_channel(address, options=[("grpc.max_receive_message_length", -1)])
    bots = bots_pb2_grpc.BotsStub(channel)
    store = Store(channel, folder / f"contents-{name}")
    session = None
    while True:
        try:
            if session is None:
                session = bots_pb2.BotSession(bot_id=name, status=bots_pb2.OK)
                request = bots_pb2.CreateBotSessionRequest(parent="", bot_session=session)
                session = bots.CreateBotSession(request, timeout=PATIENCE)
            for lease in session.leases:
                if lease.state == bots_pb2.PENDING:
                    lease.state = bots_pb2.ACTIVE
                elif lease.state == bots_pb2.ACTIVE:
                    action, digest = proto.Action(), proto.Digest()
                    if not lease.payload.Unpack(action):
                        lease.payload.Unpack(digest)
                        action = store.message(proto.Action, digest)
                    lease.result.Pack(execute(store, action, folder, name))
                    lease.status.code = 0
                    lease.state = bots_pb2.COMPLETED
            request = bots_pb2.UpdateBotSessionRequest(name=session.name, bot_session=session)
            session = bots.UpdateBotSession(request, timeout=PATIENCE)
        except grpc.RpcError as error:
            # The server is started again, or has forgotten this worker.
            if error.code() != grpc.StatusCode.DEADLINE_EXCEEDED:
                session = None
            time.sleep(0.5)


with contextlib.suppress(KeyboardInterrupt):
    main(sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3])
