from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.retrieval import RetrievalSettings
from knowledge.types import INTERNAL, PUBLIC, Asker, Thread

STAFF = Asker(frozenset({PUBLIC, "customer", INTERNAL}))


@pytest.fixture
def filled(base):
    base.write(
        export="---\ndescription: Download contacts.\n---\n# Export contacts\n\nOpen Reports and press Export to download your contacts.\n",
        login="# Login\n\nUse two-factor authentication to protect your login.\n",
        secret="---\naudience: internal\n---\n# Export limits\n\nExport of contacts fails above one million rows.\n",
        copy="---\ndescription: Download contacts.\n---\n# Export contacts\n\nOpen Reports and press Export to download your contacts.\n",
    )
    base.ingest.sync(base.source, audience="public")
    return base


def _titles(found):
    return [one.title for one in found.evidence]


def test_the_passage_that_answers_comes_first_with_every_stages_score(filled):
    best = filled.retriever().find("how do I export contacts", Asker()).evidence[0]
    assert best.title == "Export contacts"
    assert best.uri in {"copy.md", "export.md"}
    assert None not in (best.dense, best.lexical, best.reranked, best.document_dense, best.document_reranked)
    assert 0 <= best.fused <= 1
    assert best.document_hash


def test_what_the_asker_may_not_read_is_not_found_however_well_it_fits(filled):
    question = "export of contacts fails above one million rows"
    assert "Export limits" not in _titles(filled.retriever().find(question, Asker()))
    assert _titles(filled.retriever().find(question, STAFF))[0] == "Export limits"


def test_an_asker_without_rights_finds_nothing(filled):
    assert filled.retriever().find("export", Asker(frozenset())).evidence == ()


def test_the_same_text_in_two_documents_is_shown_once(filled):
    titles = _titles(filled.retriever().find("export contacts", Asker()))
    assert titles.count("Export contacts") == 1


def test_no_more_than_k_passages_are_returned(filled):
    assert len(filled.retriever().find("export login", STAFF, k=2).evidence) == 2


@pytest.mark.parametrize("query", ["", "the of", "?!", "\x00", "日本語", "x" * 5000])
def test_any_text_can_be_searched(filled, query):
    filled.retriever().find(query, STAFF)


def test_a_thread_adds_candidates_without_taking_over(filled):
    found = filled.retriever().find(
        "export contacts", STAFF, thread=Thread("export contacts", ("two-factor login",))
    )
    assert found.evidence[0].title == "Export contacts"
    assert "Login" in _titles(found)


def test_the_askers_own_plan_breaks_ties(base):
    for plan in ("growth", "business"):
        base.write(**{plan: f"---\nplan: {plan}\n---\n# Seats\n\nThe plan has ten seats.\n"})
    base.ingest.sync(base.source, audience="public")
    for plan in ("growth", "business"):
        found = base.retriever().find("how many seats", replace(Asker(), plan=plan))
        assert [one.uri for one in found.evidence] == [f"{plan}.md"]


def test_without_a_reranker_the_blend_decides(filled):
    retriever = filled.retriever()
    retriever._reranker = None
    best = retriever.find("export contacts", Asker()).evidence[0]
    assert (best.title, best.reranked) == ("Export contacts", None)


def test_an_empty_knowledge_base_has_no_evidence(base):
    assert base.retriever().find("anything", STAFF).evidence == ()


def test_it_says_whether_an_asker_may_read_a_word(filled):
    assert filled.retriever().knows("exporting", Asker())
    assert not filled.retriever().knows("million", Asker())
    assert filled.retriever().knows("million", STAFF)


def test_documents_rank_at_their_best_passage(filled):
    found = filled.retriever(settings=RetrievalSettings(same_text=1.1)).find("export contacts", STAFF)
    assert len({one.document_id for one in found.evidence}) == 4


def test_a_documents_description_helps_to_find_it_and_is_never_evidence(base):
    base.write(
        a="---\ndescription: Reimbursement of money.\n---\n# Refunds\n\nWrite to billing within 14 days.\n",
        b="# Contact\n\nWrite to billing with any question.\n",
    )
    base.ingest.sync(base.source, audience="public")
    found = base.retriever().find("reimbursement: write to billing", Asker())
    assert found.evidence[0].uri == "a.md"
    assert all("Reimbursement" not in one.text for one in found.evidence)
