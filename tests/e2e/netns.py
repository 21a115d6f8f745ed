"""Two hosts in small: network namespaces joined by a veth pair. Needs root and iproute2."""

import ctypes
import os
import shutil
import socket
import subprocess

CLONE_NEWNET = 0x40000000


def is_possible():
    """Whether namespaces can be made here (containers often forbid it)."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        return False
    name = f"tk{os.getpid()}probe"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
    return made.returncode == 0


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Lan:
    """Namespaces `a` (10.203.77.1) and `b` (10.203.77.2), removed by close(), also half made."""

    address = {"a": "10.203.77.1", "b": "10.203.77.2"}

    def __init__(self):
        self.name = {side: f"tk{os.getpid()}{side}" for side in "ab"}
        try:
            for side in "ab":
                ip("netns", "add", self.name[side])
            # Born inside the namespaces: the host's own list of links never shows them.
            ip("-n", self.name["a"], "link", "add", "veth0", "type", "veth",
               "peer", "name", "veth0", "netns", self.name["b"])
            for side in "ab":
                ip("-n", self.name[side], "addr", "add", f"{self.address[side]}/24", "dev", "veth0")
                ip("-n", self.name[side], "link", "set", "lo", "up")
                ip("-n", self.name[side], "link", "set", "veth0", "up")
        except BaseException:
            self.close()
            raise

    def inside(self, side):
        return ["ip", "netns", "exec", self.name[side]]

    def connector(self, side):
        """A socket keeps the namespace it was made in, so this thread only visits."""
        def connect(address, timeout):
            libc = ctypes.CDLL(None, use_errno=True)
            with open("/proc/thread-self/ns/net") as home, \
                 open(f"/run/netns/{self.name[side]}") as there:
                if libc.setns(there.fileno(), CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
                try:
                    link = socket.socket()
                finally:
                    if libc.setns(home.fileno(), CLONE_NEWNET) != 0:
                        os.abort()  # nothing may run in the wrong namespace
            link.settimeout(timeout)
            try:
                link.connect(address)
            except OSError:
                link.close()
                raise
            return link
        return connect

    def close(self):
        for name in self.name.values():
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
