"""Two real help centres, one in Docusaurus' Markdown and one in Mintlify's MDX, are read whole and clean."""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from knowledge.sources import read_folder
from knowledge.splitting import LONGEST, SLACK, split
from knowledge.types import PassageDraft, SourceDocument, Unreadable

HELP_CENTRES = Path(__file__).parents[3].parent / "shared" / "data" / "helpcenters"
_FENCE = re.compile(r"^[ ]*(`{3,})[^`\n]*\n.*?^[ ]*\1[ ]*$", re.DOTALL | re.MULTILINE)
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
FURNITURE = {
    "a component": r"<[A-Z][A-Za-z.]*",
    "a closing tag": r"</",
    "an attribute": r"className=|href=",
    "an import": r"(?m)^import .+ from ",
    "an export": r"(?m)^export (?:const|default)",
    "front matter": r"(?m)^---$|^(?:sidebar_label|sidebarTitle|description|title):",
    "an admonition's marks": r"(?m)^:::",
    "an image": r"!\[",
    "a comment": r"<!--|\{/\*",
    "an expression": r"\{[^}]*\}",
    "a heading's id": r"\{#",
    "a link's address": r"\]\(",
}


ARTICLES = {"plausible": 132, "chatwoot": 90}


@dataclass(frozen=True)
class HelpCentre:
    root: Path
    documents: list[SourceDocument]
    unreadable: list[Unreadable]
    passages: list[tuple[SourceDocument, PassageDraft]]


@pytest.fixture(scope="module", params=ARTICLES)
def centre(request) -> HelpCentre:
    return read(request.param)


@cache
def read(name: str) -> HelpCentre:
    root = HELP_CENTRES / name
    if not root.exists():
        pytest.skip(f"{root} is not on this machine")
    found = list(read_folder(root))
    documents = [item for item in found if isinstance(item, SourceDocument)]
    unreadable = [item for item in found if isinstance(item, Unreadable)]
    return HelpCentre(
        root, documents, unreadable, [(item, draft) for item in documents for draft in split(item)]
    )


def test_every_article_is_in_and_holds_text(centre):
    files = {path.relative_to(centre.root).as_posix() for path in centre.root.rglob("*.md*")}

    assert centre.unreadable == []
    assert {document.uri for document in centre.documents} == files
    assert sum(document.uri.startswith("raw/") for document in centre.documents) == ARTICLES[centre.root.name]
    assert {document.uri for document, _ in centre.passages} == files
    assert all(document.title and not document.title.startswith("#") for document in centre.documents)


@pytest.mark.parametrize("pattern", FURNITURE.values(), ids=FURNITURE)
def test_no_passage_holds_what_only_the_build_needs(centre, pattern):
    dirty = [
        (document.uri, draft.position, draft.text)
        for document, draft in centre.passages
        if re.search(pattern, _INLINE_CODE.sub("", _FENCE.sub("", draft.text)))
    ]

    assert dirty == []


def test_passages_are_as_long_as_they_should_be(centre):
    lengths = sorted(len(draft.text) for _, draft in centre.passages)
    long_prose = [
        draft.text for _, draft in centre.passages if draft.kind == "text" and len(draft.text) > SLACK
    ]

    assert 200 < statistics.median(lengths) < 500
    assert lengths[int(0.95 * len(lengths))] <= SLACK
    assert lengths[-1] <= LONGEST
    assert long_prose == []


def test_an_article_reads_as_its_page_does():
    centre = read("plausible")
    (sso,) = [document for document in centre.documents if document.uri == "raw/docs/sso-okta.md"]
    texts = [draft.text for document, draft in centre.passages if document is sso]

    assert sso.title == "Configuring Okta"
    assert "- Click the blue Create App Integration button, pick SAML 2.0 and click Next\n" in texts[0]
    assert "(Image: Okta app integration selection)" in texts[0]


def test_tabs_say_in_the_heading_path_which_system_they_are_for():
    paths = {draft.heading_path for _, draft in read("chatwoot").passages}

    assert ("Local Development Setup", "Prerequisites", "System Dependencies", "macOS") in paths
