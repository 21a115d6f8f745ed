"""What stands beside takt in a test: a real redis-server, an HTTP server that plays somebody's
public URL (also as a proxy), and a peer that speaks ZMTP but not takt."""

import json
import os
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import Program, eventually, free_port


class Redis(Program):
    """A real redis-server without persistence."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        argv = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no", "--dir", str(folder)]
        super().__init__("redis", argv, folder)

    def wait_ready(self):
        eventually("redis answers PING", lambda: self.command("PING") == b"+PONG\r\n")
        return self

    def command(self, *words):
        """The first bytes of the reply: enough for status replies and short strings."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as link:
            parts = [f"*{len(words)}\r\n"] + [f"${len(w)}\r\n{w}\r\n" for w in words]
            link.sendall("".join(parts).encode())
            return link.recv(4096)


class Http:
    """Answers any request: 200 and an echo; 500 for paths with /fail; never, in time, for /slow.

    Called with an absolute URL it is a proxy that claims to be that server. `seen` lists
    (method, path or URL, headers, body).
    """

    def __init__(self):
        self.seen = []
        self._closing = threading.Event()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                stand_in.seen.append((self.command, self.path, dict(self.headers), body))
                if "/slow" in self.path:
                    stand_in._closing.wait(60)
                echo = json.dumps({"url": self.path, "method": self.command,
                                   "data": body.decode("utf-8", "replace")}).encode()
                try:
                    self.send_response(500 if "/fail" in self.path else 200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(echo)))
                    self.end_headers()
                    self.wfile.write(echo)
                except OSError:
                    pass  # the caller gave up on us, which is what /slow is for

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()


class RudePeer:
    """A ZMTP 3.0 DEALER with the NULL mechanism, by hand, to send frames no takt program sends."""

    def __init__(self, port):
        self.link = socket.create_connection(("127.0.0.1", port), timeout=5)
        greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
        self.link.sendall(greeting)
        self._read(64)
        metadata = b"\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
        ready = b"\x05READY" + metadata
        self.link.sendall(b"\x04" + bytes([len(ready)]) + ready)
        flags, size = self._read(2)
        assert flags == 4, f"no READY from the broker: {flags} {size}"
        self._read(size)

    def send(self, *frames):
        for number, frame in enumerate(frames):
            more = number + 1 < len(frames)
            self.link.sendall(struct.pack(">BQ", 2 | more, len(frame)) + frame)

    def close(self):
        self.link.close()

    def _read(self, size):
        got = b""
        while len(got) < size:
            part = self.link.recv(size - len(got))
            assert part, "the broker closed the connection during the handshake"
            got += part
        return got


def throw_garbage(port, random):
    """Bytes that are not even ZMTP, three ways; the broker may close on us at any point."""
    for junk in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", random.randbytes(70_000),
                 b"\xff" + bytes(8) + b"\x7f" + random.randbytes(4096)):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
            try:
                link.sendall(junk)
            except OSError:
                pass


def has_redis():
    return any(os.access(os.path.join(p, "redis-server"), os.X_OK)
               for p in os.environ.get("PATH", "").split(os.pathsep))
