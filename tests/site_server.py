"""A website on loopback that tests can make slow, broken, endless or sly."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def page(html: str, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """A page of HTML; `etag="x"` and other headers as keywords."""
    return body(html.encode(), "text/html; charset=utf-8", **headers)


def body(content: bytes, media_type: str, status: int = 200, **headers: str):
    """Any content; a request that holds the ETag already is answered with 304."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        if headers.get("etag") and request.headers.get("If-None-Match") == headers["etag"]:
            request.send_response(304)
            request.end_headers()
            return
        request.send_response(status)
        request.send_header("Content-Type", media_type)
        request.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(content)

    return answer


def status(code: int, **headers: str):
    """Only a status."""
    return body(b"", "text/plain", code, **headers)


def redirect(location: str):
    """To somewhere else."""
    return status(302, location=location)


@dataclass
class Site:
    """What is served under which path, and what was asked for."""

    port: int
    routes: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def sitemap(self, *paths: str) -> None:
        """Serve a sitemap of these pages; a whole address stays as it is."""
        listed = "".join(f"<url><loc>{one if '://' in one else self.url(one)}</loc></url>" for one in paths)
        self.routes["/sitemap.xml"] = body(
            f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'.encode(),
            "application/xml",
        )

    def pages_asked(self) -> list[str]:
        """The paths that were asked for, robots.txt and sitemaps aside."""
        return [path for path in self.asked if not path.endswith((".txt", ".xml", ".gz"))]


@contextmanager
def serving() -> Iterator[Site]:
    """A site in a thread of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            try:
                site.routes.get(self.path, status(404))(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
