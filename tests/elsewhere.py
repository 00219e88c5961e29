"""Another site, on loopback: a real HTTP server that answers what a test tells it to, and remembers what it was asked."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """What to say. A body that is not bytes is written piece by piece, until the other side leaves."""

    body: bytes | Iterable[bytes] = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    mime: str = "text/html; charset=utf-8"


class Elsewhere:
    """The other site. ``answers[path]`` is an Answer, text of a page, or a function of the request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.answers: dict[str, Answer | str | Callable[[Asked], Answer]] = {}
        self.asked: list[Asked] = []

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        found = self.answers.get(asked.path.partition("?")[0], Answer(b"nothing here", 404))
        if isinstance(found, str):
            return Answer(found.encode())
        return found if isinstance(found, Answer) else found(asked)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]


@contextmanager
def elsewhere(host: str = "127.0.0.1") -> Iterator[Elsewhere]:
    """Serve until the block ends."""
    server = ThreadingHTTPServer((host, 0), _Handler)
    server.daemon_threads = True
    server.block_on_close = False
    server.site = Elsewhere(server.server_address[1])  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.site  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        site: Elsewhere = self.server.site  # type: ignore[attr-defined]
        told = site.answer(Asked(self.command, self.path, dict(self.headers), body))
        self.send_response(told.status)
        for name, value in told.headers:
            self.send_header(name, value)
        self.send_header("Content-Type", told.mime)
        self.send_header("Connection", "close")
        if isinstance(told.body, bytes):
            self.send_header("Content-Length", str(len(told.body)))
        self.end_headers()
        self.close_connection = True
        try:
            for piece in [told.body] if isinstance(told.body, bytes) else told.body:
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:
            pass  # the other side has heard enough

    do_GET = do_POST = _serve  # noqa: N815 - the base class looks for these names

    def log_message(self, *args: Any) -> None:
        pass
