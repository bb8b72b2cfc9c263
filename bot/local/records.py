"""What the local workspace remembers: named records in memory, each change appended to a file.

The file holds one JSON array a line: `["put", kind, key, value]` or `["drop", kind, key]`. It is replayed
at the start, where a last line torn by a kill is cut off, and written anew when most of it is history.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, BinaryIO

from bot.local.errors import LocalWorkspaceError

try:
    import fcntl
except ImportError:  # Windows has none; there, two processes on one folder are not told apart
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_COMPACT_ABOVE = 2000  # lines; below it the history costs nothing


class RecordsError(LocalWorkspaceError):
    """The file of the local workspace is damaged."""


class Records:
    """A durable mapping of (kind, key) to a JSON object; keys keep the order in which they came.

    A change survives the process (`kill -9`) once `put` or `drop` has returned. One thread at a time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kinds: dict[str, dict[str, dict[str, Any]]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(path.with_suffix(".lock"))
        try:
            lines = self._replay()
        except RecordsError:
            self._lock.close()
            raise
        if lines > _COMPACT_ABOVE and lines > 2 * sum(len(kind) for kind in self._kinds.values()):
            self._compact()
        self._file = path.open("ab")

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """The record, or None. Treat it as read-only and put a changed copy."""
        return self._kinds.get(kind, {}).get(key)

    def all(self, kind: str) -> Mapping[str, dict[str, Any]]:
        """Every record of a kind, in the order in which they first came."""
        return self._kinds.get(kind, {})

    def last_key(self, kind: str) -> str | None:
        """The key that came last."""
        return next(reversed(self._kinds.get(kind, {})), None)

    def kinds(self, prefix: str) -> list[str]:
        """The kinds that have records and begin with `prefix`."""
        return [kind for kind, records in self._kinds.items() if kind.startswith(prefix) and records]

    def put(self, kind: str, key: str, value: dict[str, Any]) -> None:
        """Store the record, replacing an older one in its place."""
        self._append(["put", kind, key, value])
        self._kinds.setdefault(kind, {})[key] = value

    def drop(self, kind: str, key: str) -> None:
        """Forget the record; nothing happens if there is none."""
        if self._kinds.get(kind, {}).pop(key, None) is not None:
            self._append(["drop", kind, key])

    def close(self) -> None:
        """Close the file and let others open it."""
        self._file.close()
        self._lock.close()

    def _append(self, change: list[Any]) -> None:
        self._file.write(json.dumps(change, separators=(",", ":")).encode() + b"\n")
        self._file.flush()

    def _replay(self) -> int:
        count, good_until = 0, 0
        for number, line in self._lines():
            if not line.endswith(b"\n"):
                break  # torn by a kill: its change was never confirmed
            try:
                self._apply(json.loads(line))
            except (ValueError, TypeError, LookupError) as error:
                raise RecordsError(
                    f"Line {number} of {self._path} is damaged; delete that line, or the file to begin anew."
                ) from error
            count, good_until = number, good_until + len(line)
        if self._path.exists() and self._path.stat().st_size > good_until:
            os.truncate(self._path, good_until)
        return count

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        if self._path.exists():
            with self._path.open("rb") as file:
                yield from enumerate(file, start=1)

    def _apply(self, change: list[Any]) -> None:
        verb, kind, key = change[0], change[1], change[2]
        if verb == "put":
            self._kinds.setdefault(kind, {})[key] = change[3]
        else:
            self._kinds.get(kind, {}).pop(key, None)

    def _compact(self) -> None:
        draft = self._path.with_suffix(".tmp")
        with draft.open("wb") as file:
            for kind, records in self._kinds.items():
                for key, value in records.items():
                    file.write(json.dumps(["put", kind, key, value], separators=(",", ":")).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._path)  # noqa: PTH105 - the atomic one, by its known name


def _locked(path: Path) -> BinaryIO:
    """An open file that no other process holds; the system frees it when a process dies."""
    file = path.open("wb")
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise RecordsError(
                f"{path.parent} is in use by another running Guidepost; stop that one, or choose another "
                "folder with GUIDEPOST_DATA_DIR."
            ) from error
    return file
