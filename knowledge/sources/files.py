"""A folder or a file -> its documents."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from knowledge.errors import ReadersUnknown, UnreadableDocument
from knowledge.sources.documents import READERS, read_document
from knowledge.sources.exports import read_export
from knowledge.sources.faq import read_faq
from knowledge.types import SourceDocument, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Reader = Callable[[str, bytes, str | None], Iterable[SourceDocument | Unreadable] | None]

LARGEST = 5 * 1024 * 1024  # bytes of text
LARGEST_PACKED = 50 * 1024 * 1024  # bytes, where pictures or many articles are inside
_SKIPPED = frozenset(("node_modules", "__pycache__"))


def _read_single(uri: str, data: bytes, base_url: str | None) -> Iterable[SourceDocument]:
    return [read_document(uri, data, base_url)]


_FORMATS: dict[str, Reader] = {**dict.fromkeys(READERS, _read_single), ".csv": read_faq, ".json": read_export}
_PACKED = frozenset((".pdf", ".docx", ".csv", ".json"))


def read_folder(root: Path, base_url: str | None = None) -> Iterator[SourceDocument | Unreadable]:
    """Every document below a folder (or in the one file), in the order of their paths.

    Files that are no documents, hidden files and folders, and links that leave the folder are passed over.

    Args:
        root: the folder or file.
        base_url: where it is published; relative links lead there.

    Raises:
        UnreadableDocument: there is nothing at `root`, or it is one file of an unknown format.
    """
    if not root.exists():
        raise UnreadableDocument(f"There is no file or folder {root}; check the path.")
    if root.is_dir():
        return _read_below(root, base_url)
    if root.suffix.lower() not in _FORMATS:
        formats = " ".join(sorted(_FORMATS))
        raise UnreadableDocument(f"{root.name} is not a document; Guidepost reads {formats}.")
    return _read_file(root, root.name, base_url, alone=True)


def _read_below(root: Path, base_url: str | None) -> Iterator[SourceDocument | Unreadable]:
    inside, unlisted = root.resolve(), list[OSError]()
    for folder, folders, files in os.walk(root, onerror=unlisted.append):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED)
        for name in sorted(files):
            path = root.__class__(folder, name)
            if _is_document(path, inside):
                yield from _read_file(path, path.relative_to(root).as_posix(), base_url)
    for error in unlisted:
        relative = os.path.relpath(error.filename, root).replace(os.sep, "/")
        yield Unreadable(
            _printable(relative) + "/", "The folder may not be read; give Guidepost permission to."
        )


def _is_document(path: Path, inside: Path) -> bool:
    if path.name.startswith((".", "~$")) or path.suffix.lower() not in _FORMATS:  # ~$: Word has it open
        return False
    return path.is_file() and path.resolve().is_relative_to(inside)


def _read_file(
    path: Path, uri: str, base_url: str | None, *, alone: bool = False
) -> Iterator[SourceDocument | Unreadable]:
    """A file's documents, one or many. `alone`: it was asked for by name, so it must hold some."""
    if _printable(uri) != uri:
        yield Unreadable(_printable(uri), "Its name is not UTF-8; rename the file.")
        return
    try:
        found = read_bytes(uri, _bytes(path), base_url)
        if found is not None:
            yield from found
        elif alone:
            yield Unreadable(uri, "It is no export of Zendesk or Intercom articles; export them as JSON.")
    except UnreadableDocument as error:
        yield Unreadable(uri, str(error), readers_unknown=isinstance(error, ReadersUnknown))
    except OSError as error:
        yield Unreadable(uri, f"It could not be read ({error.strerror}); check that Guidepost may read it.")


def read_bytes(
    uri: str, data: bytes, base_url: str | None = None
) -> Iterable[SourceDocument | Unreadable] | None:
    """The documents in a file, by its name's suffix; None where it is no document after all.

    Raises:
        UnreadableDocument: it is not what its name says.
    """
    return _FORMATS[PurePosixPath(uri).suffix.lower()](uri, data, base_url)


def _bytes(path: Path) -> bytes:
    size, most = path.stat().st_size, LARGEST_PACKED if path.suffix.lower() in _PACKED else LARGEST
    if size > most:
        shown = f"It has {size / 1024 / 1024:.1f} MB; a {path.suffix.lower()} file may have {most // 1024 // 1024}."
        raise UnreadableDocument(f"{shown} Split it or leave it out.")
    return path.read_bytes()


def _printable(uri: str) -> str:
    return uri.encode("utf-8", "backslashreplace").decode()
