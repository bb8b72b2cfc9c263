"""Answered means cited, and cited means visible to this asker; who may read what is decided before ranking."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.adapters.memory import OverlapReranker
from knowledge.answering import Answerer
from knowledge.gates import Gates
from knowledge.types import INTERNAL, PUBLIC, Asker, Question

TOPICS = ("export", "login", "invoice", "webhook", "seats", "backup")
READERS = (PUBLIC, "customer", INTERNAL, "account:harbour")
WORDS = st.lists(st.sampled_from([*TOPICS, "how", "many", "limit", "press", "secret", "?"]), max_size=6)
READS = {PUBLIC: "public", "customer": "customer", INTERNAL: "internal", "account:harbour": "account:harbour"}


@pytest.fixture
def library(base):
    """Every topic once for each audience, in much the same words."""
    for topic in TOPICS:
        for n, audience in enumerate(READERS):
            text = f"# {topic.title()} {n}\n\nThe {topic} limit is {n + 2}. Press {topic} to see how many.\n"
            base.write(**{f"{topic}-{n}": f"---\naudience: {READS[audience]}\n---\n{text}"})
    base.ingest.sync(base.source, audience="public", account_id=lambda key: f"id-of-{key}")
    retriever = base.retriever()
    return Answerer(retriever, OverlapReranker(), Gates(refuse_below=0.0)), retriever


def readable(asker):
    names = {"account:id-of-harbour": "account:harbour"}
    return {READERS.index(names.get(one, one)) for one in asker.audiences}


def number_of(uri):
    return int(uri.split(".md")[0].rsplit("-", 1)[1])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=WORDS, audiences=st.sets(st.sampled_from([PUBLIC, "customer", INTERNAL, "account:id-of-harbour"]))
)
def test_an_answer_cites_and_what_it_cites_is_visible_to_the_asker(library, words, audiences):
    answerer, _ = library
    asker = Asker(frozenset(audiences))
    answered = answerer.answer(Question(" ".join(words), asker))
    shown = [one.uri for one in (*answered.citations, *answered.closest)]
    assert {number_of(uri) for uri in shown} <= readable(asker)
    if answered.status in {"answered", "partial"}:
        known = {one.n: one for one in answered.citations}
        for sentence in answered.sentences:
            assert sentence.citations
            assert any(sentence.text in known[n].passage_text for n in sentence.citations)


@pytest.mark.parametrize("topic", TOPICS)
def test_what_is_hidden_takes_nobodys_place_in_the_ranking(base, topic):
    hidden = {
        f"{topic}-hidden-{n}": f"---\naudience: internal\n---\n# {topic.title()} {n}\n\nThe {topic} limit, {topic}, {n}.\n"
        for n in range(60)
    }
    base.write(
        **hidden, **{f"{topic}-seen": f"# Help\n\nSomewhere near the end we say a word about {topic}.\n"}
    )
    base.ingest.sync(base.source, audience="public")
    found = base.retriever().find(f"{topic} limit", Asker(), k=3)
    assert [one.uri.split("#")[0] for one in found.evidence] == [f"{topic}-seen.md"]
