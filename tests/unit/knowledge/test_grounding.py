from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.composing import compose
from knowledge.grounding import is_verbatim, numbers, unsupported
from knowledge.quoting import quote
from knowledge.types import AnswerSentence, CitedPassage, Evidence

PASSAGE = "Refunds take 14 days. Write to billing.\n\n| Plan | Price |\n| --- | --- |\n| Growth | $19 |"


def _citation(n=1, text=PASSAGE):
    return CitedPassage(n, "p", "d", "Refunds", ("Refunds",), "refunds.md", text, text)


@pytest.mark.parametrize(
    ("sentence", "verbatim"),
    [
        ("Refunds take 14 days.", True),
        ("Refunds  take\n14 days. Write to billing.", True),
        ("| Growth | $19 |", True),
        ("Refunds take 15 days.", False),
        ("refunds take 14 days.", False),
        ("", False),
    ],
    ids=["a sentence", "other white space", "a row", "another number", "another case", "nothing"],
)
def test_a_sentence_is_verbatim_or_it_is_not(sentence, verbatim):
    assert is_verbatim(sentence, PASSAGE) is verbatim


@pytest.mark.parametrize(
    ("sentence", "good"),
    [
        (AnswerSentence("Refunds take 14 days.", (1,)), True),
        (AnswerSentence("Refunds take 14 days.", ()), False),
        (AnswerSentence("Refunds take 14 days.", (2,)), False),
        (AnswerSentence("You get your money at once.", (1,)), False),
    ],
    ids=["cited", "no citation", "a citation that is not there", "invented"],
)
def test_what_no_cited_passage_says_is_unsupported(sentence, good):
    assert (unsupported([sentence], [_citation()]) == []) is good


def _evidence(i, text):
    return Evidence(f"p{i}", f"d{i}", f"Title {i}", (f"Title {i}",), f"{i}.md", text, "public")


texts = st.lists(
    st.text(alphabet="ab 12.,!?:\n-*|`#_[]()<>é", min_size=1, max_size=250), min_size=1, max_size=4
)


@given(texts, st.integers(0, 1000))
def test_whatever_the_passages_hold_an_answer_only_quotes_them(passages, seed):
    evidence = [_evidence(i, text) for i, text in enumerate(passages)]
    quoted = quote(evidence, lambda asked: [((len(text) * 7 + seed) % 13) - 3.0 for text in asked])
    if quoted is None:
        return
    composed = compose(quoted.quotes)
    assert unsupported(composed.sentences, composed.citations) == []
    assert {citation.passage_id for citation in composed.citations} <= {one.passage_id for one in evidence}
    texts_of = {citation.n: citation.passage_text for citation in composed.citations}
    for sentence in composed.sentences:
        assert numbers(sentence.text) <= numbers(" ".join(texts_of[n] for n in sentence.citations))
