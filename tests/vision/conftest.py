"""A server on loopback, for the tests of downloads."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Server:
    """Serves ``files``, and remembers what it was asked for.

    ``cuts`` are the bytes after which the next answers break off; ``ranges`` says whether parts of
    a file can be had.
    """

    def __init__(self):
        self.files = {}
        self.cuts = []
        self.ranges = True
        self.asked = []  # (path, the first byte)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)

    def answer(self, request):
        path = request.path.removeprefix("/")
        wanted = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        start = int(wanted[1]) if wanted and self.ranges else 0
        self.asked.append((path, start))
        data = self.files.get(path)
        if data is None:
            return request.send_error(404)
        if start and start >= len(data):
            return request.send_error(416)
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(data) - start))
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        request.end_headers()
        end = start + self.cuts.pop(0) if self.cuts else len(data)
        request.wfile.write(data[start:end])


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    server.thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()
