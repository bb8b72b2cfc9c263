"""Documents come, change, move, expire and go; what was cited stays openable."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from knowledge.adapters.generations import NumpyGenerations
from knowledge.embedding import Embeddings
from knowledge.errors import KnowledgeError
from knowledge.retrieval import Retriever
from knowledge.shelves import open_shelves, shelf
from knowledge.types import Asker, Section, SourceDocument, Unreadable
from store.tables import Document, Passage, documents, vectors

EXPORT = "# Export\n\nOpen Reports and press Export.\n\n## Formats\n\nYou can export CSV and XLSX files.\n"
LOGIN = "# Login\n\nUse your work address to sign in.\n"
PUBLIC = Asker()


def sync(base, **options):
    return base.ingest.sync(base.source, **{"audience": "public", **options})


def rows_of(base, table):
    with base.database.reading() as session:
        return list(session.exec(select(table)).all())


def titles(base, query="export", asker=PUBLIC, store=None):
    retriever = Retriever(base.database, base.index(store), base.embedder, None, clock=base.clock)
    return {evidence.title for evidence in retriever.find(query, asker).evidence}


def tomorrow(base, days=1):
    base.clock.advance(timedelta(days=days))


# --- dates


def test_a_document_is_evidence_from_its_first_to_its_last_day_without_a_new_sync(base):
    base.write(
        offer="---\neffective_from: 2026-03-03\neffective_until: 2026-03-04\n---\n# Spring offer\n\nExport more.\n",
        export=EXPORT,
    )
    sync(base)
    seen = []
    for _ in range(4):  # the clock begins on 2 March
        seen.append("Spring offer" in titles(base))
        tomorrow(base)
    assert seen == [False, True, True, False]
    assert "Export" in titles(base)


def test_dates_hold_for_an_index_in_a_folder_and_one_that_stays_open(base):
    base.write(offer="---\neffective_until: 2026-03-02\n---\n# Spring offer\n\nExport more.\n")
    sync(base)
    index = base.index(NumpyGenerations())
    index.refresh()
    retriever = Retriever(base.database, index, base.embedder, None, clock=base.clock)
    assert retriever.find("export", PUBLIC).evidence
    assert retriever.knows("export", PUBLIC)
    tomorrow(base)
    assert not retriever.find("export", PUBLIC).evidence
    assert not retriever.knows("export", PUBLIC)
    assert not index.current().exact


def test_an_expired_document_takes_no_place_from_others(base):
    """It is left out before ranking: a hundred expired ones do not crowd out the one that holds."""
    base.write(
        **{
            f"old{n:03}": f"---\neffective_until: 2026-01-01\n---\n# Export {n}\n\nExport.\n"
            for n in range(120)
        }
    )
    base.write(new="# Moving data out\n\nThere is an export somewhere in the reports.\n")
    sync(base)
    assert titles(base, "export") == {"Moving data out"}


def test_changed_dates_are_an_update_that_embeds_nothing(base):
    base.write(export=EXPORT)
    sync(base)
    (base.source / "guidepost.yaml").write_text('"**": {effective_until: 2026-03-02}')
    report = sync(base)
    assert (report.updated, report.embedded) == (1, 0)
    assert base.ingest.check().problems == ()
    tomorrow(base)
    assert titles(base) == set()


def test_the_dates_of_a_shelf_do_not_open_it_for_other_readers():
    dated = {shelf("internal", None, date(2026, 3, 1)), shelf("account:a1", date(2026, 1, 1), None)}
    assert open_shelves(dated, {"public"}, date(2026, 2, 1)) == {"public"}
    assert open_shelves(dated, {"internal"}, date(2026, 2, 1)) == {"internal", "internal@..2026-03-01"}
    assert open_shelves(dated, {"account:a1"}, date(2025, 12, 31)) == {"account:a1"}


def test_a_document_whose_dates_are_wrong_is_reported_and_the_rest_goes_on(base):
    base.write(bad="---\neffective_until: soon\n---\n# Bad\n\nText.\n", export=EXPORT)
    report = sync(base)
    assert report.added == 1
    assert report.failed == (
        {
            "uri": "bad.md",
            "reason": 'The value "soon" of effective_until is not a date; write it like 2026-03-31.',
        },
    )


# --- rules


def test_knowledge_base_the_sources_rules_decide_who_reads_what_documents_do_not_say(base):
    base.write(export=EXPORT, login="---\naudience: public\n---\n" + LOGIN)
    (base.source / "guidepost.yaml").write_text(
        '"**": {audience: internal, plan: growth, persona: admin, owner: docs@example.com, reviewed_at: 2024-01-01}'
    )
    sync(base)
    found = {row.uri: row for row in rows_of(base, Document)}
    assert found["export.md"].audience == "internal"
    assert found["login.md"].audience == "public"
    assert found["export.md"].reviewed_on == date(2024, 1, 1)
    assert (found["export.md"].plan, found["export.md"].persona) == ("growth", "admin")
    assert titles(base) == {"Login"}


def test_broken_rules_stop_the_sync_and_change_nothing(base):
    base.write(export=EXPORT)
    sync(base)
    base.write(login=LOGIN)
    (base.source / "guidepost.yaml").write_text('"**": {audience: everyone}')
    with pytest.raises(KnowledgeError, match="everyone"):
        sync(base)
    assert titles(base) == {"Export"}


def test_a_rule_that_matches_nothing_is_a_warning(base):
    base.write(export=EXPORT)
    (base.source / "guidepost.yaml").write_text('"exprt.md": {audience: internal}')
    assert sync(base).warnings == (
        'The rule "exprt.md" matches no document; correct the pattern or remove it.',
    )


def test_a_rule_for_an_account_is_for_that_account_only(base):
    base.write(export=EXPORT)
    (base.source / "guidepost.yaml").write_text('"**": {audience: "account:acme"}')
    base.ingest.sync(base.source, account_id={"acme": "a1"}.get)
    assert {row.audience for row in rows_of(base, Passage)} == {"account:a1"}


# --- renames and moves


def test_a_renamed_document_stays_the_same_document_and_nothing_is_embedded(base):
    base.write(export=EXPORT, login=LOGIN)
    sync(base)
    before = {row.uri: row for row in rows_of(base, Document)}
    passages = {row.id for row in rows_of(base, Passage)}
    (base.source / "reports").mkdir()
    (base.source / "export.md").rename(base.source / "reports" / "exporting.md")
    report = sync(base)
    assert (report.added, report.updated, report.renamed, report.deleted, report.unchanged) == (0, 1, 1, 0, 1)
    assert report.embedded == 0
    after = {row.uri: row for row in rows_of(base, Document)}
    assert set(after) == {"reports/exporting.md", "login.md"}
    assert after["reports/exporting.md"].id == before["export.md"].id
    assert after["reports/exporting.md"].created_at == before["export.md"].created_at
    assert {row.id for row in rows_of(base, Passage)} == passages
    assert base.ingest.check().problems == ()


def test_a_copy_is_not_a_rename(base):
    base.write(export=EXPORT)
    sync(base)
    base.write(copy=EXPORT)
    report = sync(base)
    assert (report.added, report.renamed, report.unchanged, report.deleted) == (1, 0, 1, 0)


def test_of_two_equal_documents_one_moves_and_one_stays(base):
    base.write(one=LOGIN, two=LOGIN)
    sync(base)
    (base.source / "two.md").rename(base.source / "three.md")
    report = sync(base)
    assert (report.renamed, report.unchanged, report.added, report.deleted) == (1, 1, 0, 0)


def test_two_documents_that_change_places_are_two_updates(base):
    base.write(one=EXPORT, two=LOGIN)
    sync(base)
    base.write(one=LOGIN, two=EXPORT)
    report = sync(base)
    assert (report.updated, report.embedded, report.deleted) == (2, 0, 0)
    assert base.ingest.check().problems == ()


def test_a_document_that_moves_and_changes_a_little_embeds_only_what_is_new(base):
    base.write(export=EXPORT)
    sync(base)
    (base.source / "export.md").unlink()
    base.write(exporting=EXPORT + "\n## Limits\n\nTen thousand rows.\n")
    report = sync(base)
    assert (report.added, report.deleted, report.renamed) == (1, 1, 0)
    assert report.embedded == 1


def test_a_document_that_moves_to_another_source_is_not_embedded_again(base, tmp_path):
    base.write(export=EXPORT)
    sync(base)
    other = tmp_path / "other"
    other.mkdir()
    (base.source / "export.md").rename(other / "export.md")
    assert sync(base).deleted == 1
    report = base.ingest.sync(other)
    assert (report.added, report.embedded) == (1, 0)


def test_a_renamed_document_below_a_folder_that_cannot_be_listed_is_added(base):
    """What cannot be seen is not gone, so nothing says that it was renamed."""

    def doc(uri):
        return SourceDocument(uri, "Export", (Section(("Export",), None, "Press it."),), "same")

    base.ingest.sync_documents([doc("a/export.md")], "docs")
    report = base.ingest.sync_documents([Unreadable("a/", "no permission"), doc("b/export.md")], "docs")
    assert (report.added, report.renamed, report.deleted) == (1, 0, 0)


# --- versions


def version(base, passage_id):
    with base.database.reading() as session:
        return documents.passage_version(session, base.workspace_id, passage_id)


def test_a_passage_that_changed_can_be_opened_as_it_was(base):
    base.write(export=EXPORT)
    sync(base)
    old = next(row for row in rows_of(base, Passage) if "CSV" in row.text)
    tomorrow(base)
    base.write(export=EXPORT.replace("CSV and XLSX", "CSV, XLSX and PDF"))
    sync(base)
    found = version(base, old.id)
    assert (found.text, found.title, found.document_uri) == (old.text, "Export", "export.md")
    assert found.retired_at == base.clock.now()
    assert found.created_at == old.created_at
    assert found.document_audience == "public"
    staying = next(row for row in rows_of(base, Passage) if "press Export" in row.text)
    assert staying.created_at == old.created_at
    assert version(base, staying.id).retired_at is None


def test_a_text_that_comes_back_is_current_again(base):
    base.write(export=EXPORT)
    sync(base)
    old = next(row for row in rows_of(base, Passage) if "CSV" in row.text)
    base.write(export="# Export\n\nNot any more.\n")
    sync(base)
    assert version(base, old.id).retired_at
    base.write(export=EXPORT)
    sync(base)
    assert version(base, old.id).retired_at is None


def test_a_deleted_document_can_be_opened_as_it_was_and_a_removed_source_cannot(base):
    base.write(export=EXPORT, login=LOGIN)
    sync(base)
    old = next(row for row in rows_of(base, Passage) if "CSV" in row.text)
    (base.source / "export.md").unlink()
    sync(base)
    found = version(base, old.id)
    assert found.retired_at
    assert found.document_audience is None
    base.ingest.remove(str(base.source.resolve()))
    assert version(base, old.id) is None


def test_an_unknown_passage_has_no_version(base):
    assert version(base, "nothing") is None


# --- vectors


def test_vectors_that_no_text_uses_are_kept_for_a_while_and_then_forgotten(base):
    embeddings = Embeddings(
        base.database, workspace_id=base.workspace_id, clock=base.clock, embedder=base.embedder, spare=1
    )

    def after_tidying():
        sync(base)
        embeddings.tidy()
        with base.database.reading() as session:
            return vectors.count_unused(session, base.workspace_id)

    base.write(export=EXPORT, login=LOGIN)
    assert after_tidying() == (3, 0)
    base.write(login="# Login\n\nUse your badge.\n")
    assert after_tidying() == (4, 1)  # it may come back
    (base.source / "export.md").unlink()
    assert after_tidying() == (1, 0)
