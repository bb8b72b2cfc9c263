"""A folder or a file -> its documents."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from knowledge.errors import ReadersUnknown, UnreadableDocument
from knowledge.sources.documents import READERS, read_document
from knowledge.types import SourceDocument, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 5 * 1024 * 1024  # bytes
_SKIPPED = frozenset(("node_modules", "__pycache__"))


def read_folder(root: Path) -> Iterator[SourceDocument | Unreadable]:
    """Every document below a folder (or the one file), in the order of their paths.

    Files that are no documents, hidden files and folders, and links that leave the folder are passed over.

    Raises:
        UnreadableDocument: there is nothing at `root`, or it is one file of an unknown format.
    """
    formats = " ".join(sorted(READERS))
    if not root.exists():
        raise UnreadableDocument(f"There is no file or folder {root}; check the path.")
    if root.is_dir():
        return _read_below(root)
    if root.suffix.lower() not in READERS:
        raise UnreadableDocument(f"{root.name} is not a document; Guidepost reads {formats}.")
    return iter([_read(root, root.name)])


def _read_below(root: Path) -> Iterator[SourceDocument | Unreadable]:
    inside, unlisted = root.resolve(), list[OSError]()
    for folder, folders, files in os.walk(root, onerror=unlisted.append):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        for name in sorted(files):
            path = root.__class__(folder, name)
            if _is_document(path, inside):
                yield _read(path, path.relative_to(root).as_posix())
    for error in unlisted:
        relative = os.path.relpath(error.filename, root).replace(os.sep, "/")
        yield Unreadable(
            _printable(relative) + "/", "The folder may not be read; give Guidepost permission to."
        )


def _is_document(path: Path, inside: Path) -> bool:
    if path.name.startswith(".") or path.suffix.lower() not in READERS:
        return False
    return path.is_file() and path.resolve().is_relative_to(inside)


def _read(path: Path, uri: str) -> SourceDocument | Unreadable:
    if _printable(uri) != uri:
        return Unreadable(_printable(uri), "Its name is not UTF-8; rename the file.")
    try:
        size = path.stat().st_size
        if size > LARGEST:
            reason = f"It has {size / 1024 / 1024:.1f} MB; a document may have 5. Split it or leave it out."
            return Unreadable(uri, reason)
        return read_document(uri, path.read_bytes())
    except UnreadableDocument as error:
        return Unreadable(uri, str(error), readers_unknown=isinstance(error, ReadersUnknown))
    except OSError as error:
        return Unreadable(uri, f"It could not be read ({error.strerror}); check that Guidepost may read it.")


def _printable(uri: str) -> str:
    return uri.encode("utf-8", "backslashreplace").decode()
