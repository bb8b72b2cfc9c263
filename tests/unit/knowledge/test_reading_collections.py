"""One file, many documents: FAQ tables, and the exports of Zendesk and Intercom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.errors import UnreadableDocument
from knowledge.links import citation_uri
from knowledge.sources import read_folder
from knowledge.sources.files import read_bytes
from knowledge.splitting import split
from knowledge.types import SourceDocument, Unreadable

FORMATS = Path(__file__).parents[2] / "data" / "formats"


def read(name: str, data: bytes | str | None = None):
    content = (FORMATS / name).read_bytes() if data is None else data
    return list(read_bytes(name, content if isinstance(content, bytes) else content.encode()) or [])


def texts(document: SourceDocument) -> list[tuple]:
    return [(section.heading_path, section.kind, section.text) for section in document.sections]


# FAQ tables -------------------------------------------------------------------------------------------------


def test_a_row_of_an_faq_is_a_document_with_its_own_address():
    drivers, depot, night = read("faq.csv")

    assert (drivers.uri, drivers.title) == (
        "faq.csv/how-many-drivers-may-i-add",
        "How many drivers may I add?",
    )
    assert drivers.link == "https://larkvan.example/faq#drivers"
    assert drivers.meta == {"category": "People"}
    assert texts(drivers) == [
        (
            (),
            "text",
            "As many as your plan has seats: 10 on Starter.\n\nAsk here (https://larkvan.example/plans).",
        )
    ]
    assert (depot.audience, depot.plan, texts(depot)) == (
        "customer",
        "growth",
        [((), "steps", "1. Open Depots\n2. Choose Delete")],
    )
    assert (night.audience, night.link) == ("internal", None)
    assert (
        citation_uri(night.uri, None, "https://x.io", night.link)
        == "https://x.io/faq.csv/what-is-the-night-rate"
    )


def test_a_long_answer_of_several_kinds_is_still_one_passage():
    answer = (
        "A sentence that is about forty letters long. " * 20
    ) + "\n\n- a\n- b\n\n| A | B |\n|---|---|\n| 1 | 2 |"

    (document,) = read("faq.csv", f'question,answer\nWhy?,"{answer}"\n')
    (passage,) = split(document)

    assert passage.heading_path == ("Why?",)
    assert passage.text.endswith("- a\n- b\n\n| A | B |\n| --- | --- |\n| 1 | 2 |")


HEADS = {
    "another order": "Answer,Question\nYes.,May I?\n",
    "other names": "Q;A\nMay I?;Yes.\n",
    "tabs": "title\tbody\nMay I?\tYes.\n",
    "columns that nobody knows": "votes,question,seen,answer\n3,May I?,9,Yes.\n",
    "a byte order mark": "\ufeffQuestion,Answer\r\nMay I?,Yes.\r\n",
    "html": "question,answer\nMay I?,<p>Yes.</p>\n",
    "a short row": "question,answer,url\nMay I?,Yes.\n",
}


@pytest.mark.parametrize("table", HEADS.values(), ids=HEADS)
def test_columns_are_found_by_their_names(table):
    (document,) = read("faq.csv", table)

    assert (document.title, document.sections[0].text) == ("May I?", "Yes.")


BAD_TABLES = {
    "no such columns": ("name,price\nPro,9\n", 'must name the columns "question" and "answer"; it names: name'),
    "empty": ("", "it names: nothing"),
    "a quote that never ends": ('question,answer\nMay I?,"Yes.\nNo.\n', "check the quotes there"),
    "not text": (b"question,answer\n\xff\xfe\xfa,x\n", "not text in UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize(("table", "reason"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_what_is_no_faq_is_refused_with_a_remedy(table, reason):
    with pytest.raises(UnreadableDocument, match=reason):
        read("faq.csv", table)


def test_a_row_that_says_nothing_fails_alone_and_keeps_what_was_known_of_it():
    bad, unknown, good = read(
        "faq.csv", "question,answer,audience\nMay I?,,\nWho?,You.,everyone\nWhen?,Now.,\n"
    )

    assert bad == Unreadable("faq.csv/may-i", "The row has no answer; write one or remove the row.")
    assert (unknown.uri, unknown.readers_unknown) == ("faq.csv/who", True)
    assert good.title == "When?"


def test_the_same_question_twice_is_told_apart_and_an_id_is_a_better_name():
    one, two, three = read(
        "faq.csv", "id,question,answer\n,May I?,Yes.\n,May I?,With a plan.\nF-7,May I?,No.\n"
    )

    assert [document.uri for document in (one, two, three)] == [
        "faq.csv/may-i",
        "faq.csv/may-i-2",
        "faq.csv/f-7",
    ]


LINKS = {
    "a path on the published site": ("/faq#who", "https://x.io", "https://x.io/faq#who"),
    "a path of a site that nobody knows": ("/faq", None, None),
    "a script": ("javascript:alert(1)", "https://x.io", None),
    "data": ("data:text/html,x", None, None),
    "no address": ("https://", None, None),
    "what would end a link": ('https://x.io/a|b> <c"d', None, "https://x.io/a%7Cb%3E%20%3Cc%22d"),
}


@pytest.mark.parametrize(("url", "base_url", "expected"), LINKS.values(), ids=LINKS)
def test_only_web_addresses_are_cited(url, base_url, expected):
    row = json.dumps(url).replace('\\"', '""')
    (document,) = read_bytes("faq.csv", f"question,answer,url\nA?,b,{row}\n".encode(), base_url)

    assert document.link == expected


def test_a_row_changes_its_hash_only_when_it_changes():
    before = read("faq.csv", "question,answer\nA?,a\nB?,b\n")
    after = read("faq.csv", "question,answer\nB?,b\nA?,c\n")

    assert before[1].content_hash == after[0].content_hash
    assert before[0].content_hash != after[1].content_hash


# Exports ----------------------------------------------------------------------------------------------------


def test_a_zendesk_export_is_its_published_articles():
    zone, german, runbook = read("zendesk.json")

    assert (zone.uri, zone.title, zone.language, zone.audience) == (
        "zendesk.json/3601",
        "Draw a zone",
        "en",
        None,
    )
    assert zone.meta == {"section": "Zones", "category": "Planning", "labels": ["zones", "map"]}
    assert texts(zone) == [
        ((), "text", "A zone says who drives where."),
        (
            ("Steps",),
            "steps",
            "1. Open Planning.\n2. Click here (https://help.larkvan.example/hc/en-us/articles/3602).",
        ),
        (("Steps",), "text", "(Image: The zone editor)"),
        (("Steps",), "table", "| Plan | Zones |\n| --- | --- |\n| Pro | 50 |"),
        (("Steps",), "code", "```\nzone,lat\n```"),
    ]
    assert citation_uri(zone.uri, zone.sections[1].anchor, None, zone.link) == (
        "https://help.larkvan.example/hc/en-us/articles/3601-Draw-a-zone#h_01"
    )
    assert (german.language, german.audience, german.meta["outdated"]) == ("de", "customer", True)
    assert runbook.audience == "internal"  # a segment that the export does not explain


def test_an_intercom_export_is_its_published_articles_in_each_language():
    english, german = read("intercom.json")

    assert (english.uri, english.title, english.language) == (
        "intercom.json/6871118",
        "Invite a driver",
        "en",
    )
    assert english.link == "https://help.larkvan.example/en/articles/6871118-invite-a-driver"
    assert english.meta == {"description": "How a driver gets the app", "updated_on": "2025-12-04"}
    assert texts(english)[1][2] == (
        "- Open this page (https://help.larkvan.example/en/articles/1-people).\n- Send it."
    )
    assert (german.uri, german.title, german.language) == (
        "intercom.json/6871118-de",
        "Fahrer einladen",
        "de",
    )


def forms(name: str) -> dict[str, str]:
    page = json.loads((FORMATS / name).read_text())
    items = page.get("articles") or page["data"]
    return {"a bare list": json.dumps(items), "one article": json.dumps(items[0])}


@pytest.mark.parametrize("name", ["zendesk.json", "intercom.json"])
@pytest.mark.parametrize("form", ["a bare list", "one article"])
def test_exports_are_recognised_by_what_they_hold(name, form):
    assert read("anything.json", forms(name)[form])[0].title in ("Draw a zone", "Invite a driver")


def test_one_article_as_zendesk_wraps_it():
    article = json.loads(forms("zendesk.json")["one article"])

    assert read("a.json", json.dumps({"article": article}))[0].uri == "a.json/3601"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "", None, "/relative", 7])
def test_an_article_without_a_web_address_is_cited_by_its_place(link):
    article = json.loads(forms("zendesk.json")["one article"]) | {"html_url": link}

    (document,) = read("a.json", json.dumps(article))

    assert (document.uri, document.link) == ("a.json/3601", None)


def test_votes_do_not_change_an_article():
    article = json.loads(forms("zendesk.json")["one article"])

    assert (
        read("a.json", json.dumps(article))[0].content_hash
        == read("a.json", json.dumps(article | {"vote_sum": 9}))[0].content_hash
    )


OTHER_JSON = {
    "settings": '{"name": "docs"}',
    "a list": "[1, 2]",
    "a number": "3",
    "an api description": '{"openapi": "3.1", "paths": {}}',
    "with comments": '{\n// a\n"x": 1}',
    "bytes": "\0",
    "other articles": '{"articles": [{"headline": "x"}]}',
    "an empty list": '{"articles": []}',
}


@pytest.mark.parametrize("content", OTHER_JSON.values(), ids=OTHER_JSON)
def test_json_that_is_no_export_is_passed_over_in_a_folder_and_named_alone(tmp_path, content):
    (tmp_path / "docs.json").write_text(content)

    assert list(read_folder(tmp_path)) == []
    (named,) = read_folder(tmp_path / "docs.json")
    assert "no export of Zendesk or Intercom articles" in named.reason


@pytest.mark.parametrize("cut", [1000, 0])
def test_a_damaged_export_is_named_and_not_taken_for_an_empty_one(tmp_path, cut):
    (tmp_path / "export.json").write_bytes((FORMATS / "zendesk.json").read_bytes()[:cut])

    (found,) = read_folder(tmp_path)

    assert found == Unreadable("export.json", "It is cut off or no sound JSON; export it again.")


def test_articles_without_a_body_or_title_are_documents_all_the_same():
    article = json.loads(forms("zendesk.json")["one article"]) | {"body": None, "title": None, "name": None}

    (document,) = read("a.json", json.dumps(article))

    assert (document.title, document.sections) == ("3601", ())
