"""Pages as they were fetched before, so that a server need only say that nothing has changed."""

from __future__ import annotations

import gzip
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from knowledge.sources.web import Fetched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_KEPT = (*_VALIDATORS, "content-type")


@dataclass(frozen=True)
class Cached:
    """A page from an earlier reading, and what to ask the server about it."""

    fetched: Fetched
    validators: Mapping[str, str]


class PageCache:
    """A folder with one file a page. Losing it costs nothing but time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, url: str) -> Cached | None:
        """The page as it was fetched last, if the server gave a way to ask about it."""
        try:
            head, _, body = gzip.decompress(self._file(url).read_bytes()).partition(b"\n")
            fetched = Fetched(**json.loads(head), body=body)
        except (OSError, EOFError, ValueError, TypeError):
            return None
        asked = {_VALIDATORS[name]: fetched.headers[name] for name in _VALIDATORS if name in fetched.headers}
        return Cached(fetched, asked)

    def put(self, url: str, fetched: Fetched) -> None:
        """Remember a page that can be asked about."""
        kept = {name: fetched.headers[name] for name in _KEPT if name in fetched.headers}
        if not any(name in kept for name in _VALIDATORS):
            return
        head = {"url": fetched.url, "status": fetched.status, "headers": kept}
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._file(url)
        written = file.with_suffix(".new")
        written.write_bytes(gzip.compress(json.dumps(head).encode() + b"\n" + fetched.body, mtime=0))
        written.replace(file)

    def keep_only(self, urls: Iterable[str]) -> None:
        """Forget every page but these."""
        wanted = {self._file(url).name for url in urls}
        for file in self._folder.glob("*.gz"):
            if file.name not in wanted:
                with suppress(OSError):
                    file.unlink()

    def _file(self, url: str) -> Path:
        return self._folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.gz"
