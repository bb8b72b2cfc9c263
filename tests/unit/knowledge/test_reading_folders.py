"""A folder is read whole: what is no document is passed over, what cannot be read is named."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from knowledge.errors import UnreadableDocument
from knowledge.sources import read_folder
from knowledge.sources.files import LARGEST
from knowledge.types import SourceDocument, Unreadable


@pytest.fixture
def write(tmp_path):
    def write_file(path: str, content: bytes | str = "Text") -> None:
        file = tmp_path / "kb" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    (tmp_path / "kb").mkdir()
    return write_file


def read(tmp_path, path="kb"):
    return list(read_folder(tmp_path / path))


def test_documents_come_in_the_order_of_their_paths_and_nothing_else(tmp_path, write):
    for path in ("b.mdx", "a/z.html", "a/b.HTM", "c.markdown", "d.txt", "index.md"):
        write(path)
    for path in ("logo.png", "docs.json", ".hidden.md", ".git/a.md", "node_modules/x/readme.md", "Makefile"):
        write(path, b"\x00")

    assert [document.uri for document in read(tmp_path)] == [
        "b.mdx", "c.markdown", "d.txt", "index.md", "a/b.HTM", "a/z.html",
    ]  # fmt: skip


def test_one_file_is_read_too(tmp_path, write):
    write("a/page.md", "# Title\n\nText")

    (document,) = read(tmp_path, "kb/a/page.md")

    assert (document.uri, document.title) == ("page.md", "Title")


UNREADABLE = {
    "binary": (b"PK\x03\x04\x00\x00", "not a text file although its name says so; remove or rename it"),
    "wrong encoding": ("Größe".encode("latin-1"), "not text in UTF-8; save it again"),
    "too large": (b"x" * (LARGEST + 1), "file may have 5. Split it"),
    "broken front matter": (b"---\ntitle: a: b\n---\n", "front matter is broken in line 2"),
    "unknown audience": (b"---\naudience: all\n---\n", 'audience "all" is unknown'),
}


@pytest.mark.parametrize(("content", "reason"), UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
def test_what_cannot_be_read_is_named_with_a_remedy_and_the_rest_goes_on(
    tmp_path, write, name, content, reason
):
    write(name, content)
    write("b.md")

    bad, good = read(tmp_path)

    assert isinstance(bad, Unreadable)
    assert (bad.uri, good.uri) == (name, "b.md")
    assert reason in bad.reason
    assert bad.readers_unknown == (b"---" in content)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_text_with_a_byte_order_mark_is_read(tmp_path, write, encoding):
    write("a.txt", "Größe".encode(encoding))

    (document,) = read(tmp_path)

    assert document.sections[0].text == "Größe"


def test_plain_text_keeps_its_lines(tmp_path, write):
    write("release-notes.txt", "One\r\ntwo\r\n\r\n\r\n<b>three</b>\r\n")

    (document,) = read(tmp_path)

    assert (document.title, document.sections[0].text) == ("Release notes", "One\ntwo\n\n<b>three</b>")


def test_wrapped_lines_of_plain_text_are_one_sentence(tmp_path, write):
    line = "This sentence was wrapped by an editor at a width that"
    write(
        "a.txt",
        f"{line}\nnobody asked for.\nShort line.\n- item one is long enough to be mistaken for a wrapped one\n- two",
    )

    (document,) = read(tmp_path)

    assert document.sections[0].text == (
        f"{line} nobody asked for.\nShort line.\n- item one is long enough to be mistaken for a wrapped one\n- two"
    )


def test_links_that_leave_the_folder_are_not_followed(tmp_path, write):
    write("a.md")
    (tmp_path / "secret.md").write_text("secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "b.md").write_text("secret")
    (tmp_path / "kb" / "leak.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "kb" / "leak").symlink_to(tmp_path / "outside")
    (tmp_path / "kb" / "loop").symlink_to(tmp_path / "kb")
    (tmp_path / "kb" / "gone.md").symlink_to(tmp_path / "nowhere.md")
    (tmp_path / "kb" / "same.md").symlink_to(tmp_path / "kb" / "a.md")

    assert [document.uri for document in read(tmp_path)] == ["a.md", "same.md"]


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may read everything")
def test_a_folder_that_may_not_be_listed_is_named(tmp_path, write):
    write("closed/a.md")
    (tmp_path / "kb" / "closed").chmod(0)
    try:
        (found,) = read(tmp_path)
    finally:
        (tmp_path / "kb" / "closed").chmod(0o700)

    assert found == Unreadable("closed/", "The folder may not be read; give Guidepost permission to.")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text_is_named(tmp_path, write):
    Path(os.fsdecode(os.fsencode(tmp_path / "kb") + b"/caf\xe9.md")).write_text("Text")

    (found,) = read(tmp_path)

    assert isinstance(found, Unreadable)
    assert "not UTF-8; rename the file" in found.reason


def test_a_pipe_named_like_a_document_does_not_block(tmp_path, write):
    os.mkfifo(tmp_path / "kb" / "a.md")

    assert read(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nowhere", "There is no file or folder .*nowhere; check the path"),
        ("a.png", "a.png is not a document; Guidepost reads .*.mdx"),
    ],
)
def test_a_root_that_is_no_document_is_an_error_at_once(tmp_path, path, sentence):
    (tmp_path / "a.png").write_bytes(b"PNG")

    with pytest.raises(UnreadableDocument, match=sentence):
        read_folder(tmp_path / path)


def test_an_empty_folder_holds_nothing(tmp_path):
    assert list(read_folder(tmp_path)) == []


def test_empty_files_are_documents_without_text(tmp_path, write):
    for name in ("a.md", "a.txt", "a.html"):
        write(name, b"")

    assert all(
        isinstance(document, SourceDocument) and document.sections == () for document in read(tmp_path)
    )
