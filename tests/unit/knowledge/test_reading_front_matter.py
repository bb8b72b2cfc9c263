"""The head of a document says who may read it; a head that cannot be right stops the document."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.errors import UnreadableDocument
from knowledge.sources.documents import read_document
from knowledge.sources.front_matter import FrontMatter, split_front_matter


def head(yaml: str) -> FrontMatter:
    return split_front_matter(f"---\n{yaml}\n---\nText\n")[0]


def test_every_known_field_arrives_and_the_rest_is_kept():
    document = read_document(
        "a.md",
        b"""---
title: "Seats: how they count"
audience: Internal
plan: pro
stage: onboarding
language: en-GB
owner: Ana
reviewed_on: 2026-03-31
description: What counts.
tags: [billing, seats]
since: 2025-01-02
nested: {a: 1}
---
Text
""",
    )

    assert (document.title, document.audience, document.plan, document.stage, document.language, document.owner) == (
        "Seats: how they count", "internal", "pro", "onboarding", "en", "Ana",
    )  # fmt: skip
    assert document.reviewed_on == date(2026, 3, 31)
    assert document.meta == {
        "description": "What counts.",
        "tags": ["billing", "seats"],
        "since": "2025-01-02",
    }


AUDIENCES = {
    "public": "public",
    "CUSTOMER": "customer",
    "internal ": "internal",
    "account:acme": "account:acme",
    '"Account: acme"': "account:acme",
    '""': None,
    "null": None,
}


@pytest.mark.parametrize(("written", "expected"), AUDIENCES.items())
def test_audiences_are_read(written, expected):
    assert head(f"audience: {written}").audience == expected


def test_the_case_of_a_name_does_not_open_a_document():
    assert head("Audience: internal").audience == "internal"


@pytest.mark.parametrize("written", ["everyone", "account", "'account:'", "[public, internal]", "true", "0"])
def test_an_unknown_audience_stops_the_document_and_names_the_known_ones(written):
    with pytest.raises(UnreadableDocument, match="is unknown; use public, customer, internal or account:KEY"):
        head(f"audience: {written}")


BROKEN = {
    "colon": ("title: A\nowner: B: C", "broken in line 3 (mapping values are not allowed here); put values"),
    "tab": ("title: A\n\tplan: pro", "broken in line 3"),
    "bracket": ("tags: [a, b", "broken in line"),
    "quote": ('title: "A', "broken in line"),
    "python object": ("title: !!python/object:os.system {}", "broken in line 2"),
    "impossible date": ("since: 2026-13-45", "cannot be read"),
    "review date in words": (
        "reviewed_on: soon",
        'The value "soon" of reviewed_at is not a date; write it like 2026-03-31.',
    ),
}


@pytest.mark.parametrize(("yaml", "expected"), BROKEN.values(), ids=BROKEN)
def test_broken_front_matter_names_line_and_remedy(yaml, expected):
    with pytest.raises(UnreadableDocument) as error:
        head(yaml)

    assert expected in str(error.value)


def test_front_matter_that_never_ends_is_an_error():
    with pytest.raises(UnreadableDocument, match='never ends; close it with a line of "---"'):
        split_front_matter("---\ntitle: A\n\nText")


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nText between rules\n\n---\nMore",
        "---\nJust a rule",
        "----\ntitle: A\n----\n",
        "Text\n---\na: b\n---\n",
    ],
)
def test_rules_are_not_front_matter(text):
    assert split_front_matter(text) == (FrontMatter(), text)


def test_empty_front_matter_is_none():
    assert split_front_matter("---\n---\nText") == (FrontMatter(), "Text")


@pytest.mark.parametrize("day", ["2026-03-31", "2026-03-31T10:00:00Z", "'2026-03-31'", "2026-03-31 10:00:00"])
def test_review_dates_come_in_many_forms(day):
    assert head(f"reviewed_at: {day}").reviewed_on == date(2026, 3, 31)


def test_a_bomb_of_aliases_does_no_harm():
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{('*' + chr(97 + n) + ', ') * 9}]\n" for n in range(20)
    )

    assert head(bomb).meta == {"a": ["x", "x"]}
