"""A network of its own, which containers share as in a pod: nobody else reaches it, and it reaches nobody."""

import os
import subprocess
import time

# The time in which an answer must come, in seconds.
LONGEST = 60
# Answers connections and datagrams on these ports.
PEER = """
import socket, threading
def tcp():
    with socket.create_server(("127.0.0.1", 7000)) as listener:
        while True:
            stream, _ = listener.accept()
            with stream:
                if stream.recv(4): stream.sendall(b"pong")
def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 7000))
        while True:
            bound.sendto(b"pong", bound.recvfrom(4)[1])
threading.Thread(target=udp, daemon=True).start()
tcp()
"""


class Network:
    """A network with a peer on port 7000. It lasts as long as the peer."""

    def __init__(self):
        script = 'ip link set lo up && exec python3 -c "$1"'
        self.peer = subprocess.Popen(["unshare", "--net", "sh", "-ec", script, "sh", PEER])
        self.path = f"/proc/{self.peer.pid}/ns/net"
        start = time.monotonic()
        # At first the peer is in this machine's network.
        while os.readlink(self.path) == os.readlink("/proc/self/ns/net") or not self.is_heard("127.0.0.1:7000"):
            assert time.monotonic() - start < LONGEST and self.peer.poll() is None, "no network can be made"
            time.sleep(0.02)

    def close(self):
        """Ends the peer."""
        self.peer.kill()
        self.peer.wait()

    def run(self, *command):
        """Runs a command of this machine in the network. Returns its code and what it prints."""
        words = ["nsenter", f"--net={self.path}", *command]
        done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False, timeout=LONGEST)
        return done.returncode, done.stdout

    def get(self, path, *options, port=8080):
        """The status and the body of an answer; the status is 0 where nobody answers."""
        command = ["curl", "--silent", "--max-time", "30", "--write-out", "\n%{http_code}", *options]
        body, _, status = self.run(*command, f"http://127.0.0.1:{port}{path}")[1].rpartition("\n")
        return int(status or 0), body

    def is_heard(self, address):
        """Sends a word to somebody who listens."""
        host, port = address.rsplit(":", 1)
        return self.run("bash", "-c", f"printf heard >/dev/tcp/{host}/{port}")[0] == 0
