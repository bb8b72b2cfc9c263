"""Every format goes the whole way: from a folder to passages that can be found and opened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from knowledge.types import Asker
from store.tables import vectors

FORMATS = Path(__file__).parents[2] / "data" / "formats"
CUSTOMER = Asker(audiences=frozenset({"public", "customer"}))


def fill(base) -> None:
    base.source.mkdir()
    for name in ("zendesk.json", "intercom.json", "faq.csv"):
        shutil.copy(FORMATS / name, base.source / name)
    (base.source / "docs.json").write_text('{"theme": "dark"}')


def test_exports_and_tables_are_taken_in_and_their_own_addresses_cited(base):
    fill(base)

    report = base.ingest.sync(base.source, audience="public", base_url="https://docs.larkvan.example")

    assert (report.added, report.failed) == (8, ())
    found = base.retriever().find("draw a zone on the planning map", Asker()).evidence
    assert found[0].uri.startswith("https://help.larkvan.example/hc/en-us/articles/3601-Draw-a-zone")
    assert (
        base.ingest.sync(base.source, audience="public", base_url="https://docs.larkvan.example").unchanged
        == 8
    )


def test_what_a_segment_hides_is_not_found_by_others(base):
    fill(base)
    base.ingest.sync(base.source, audience="public")

    assert all(
        "Restart" not in one.text for one in base.retriever().find("restart planner", CUSTOMER).evidence
    )


def test_a_damaged_export_keeps_what_was_known_of_it(base):
    fill(base)
    base.ingest.sync(base.source)
    whole = (base.source / "zendesk.json").read_text()

    (base.source / "zendesk.json").write_text(whole[:900])
    damaged = base.ingest.sync(base.source)
    (base.source / "zendesk.json").write_text(whole)

    assert [failed["uri"] for failed in damaged.failed] == ["zendesk.json"]
    assert damaged.deleted == 0
    assert base.ingest.sync(base.source).unchanged == 8


def test_an_article_that_is_unpublished_goes(base):
    fill(base)
    base.ingest.sync(base.source)
    page = json.loads((base.source / "zendesk.json").read_text())
    page["articles"][0]["draft"] = True

    (base.source / "zendesk.json").write_text(json.dumps(page))

    assert base.ingest.sync(base.source).deleted == 1
    with base.database.reading() as session:
        texts = [
            one.text for one in vectors.passage_vectors(session, base.workspace_id, base.embedder.fingerprint)
        ]
    assert not any("who drives where" in text for text in texts)
