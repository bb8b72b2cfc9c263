from __future__ import annotations

import pytest

from knowledge.lay_words import in_usual_terms
from knowledge.types import Asker


@pytest.mark.parametrize(
    ("said", "usual"),
    [
        ("can I get my money back?", "can I get my refund?"),
        ("where are my receipts", "where are my invoice"),
        ("put your map inside our portal", "embed our portal"),
        ("I want to STOP PAYING", "I want to cancel subscription"),
    ],
)
def test_everyday_words_become_the_usual_terms_in_place(said, usual):
    assert in_usual_terms(said) == usual


@pytest.mark.parametrize("text", ["", "How do I configure SAML?", "the billing API", "bossy charting"])
def test_other_questions_are_left_alone(text):
    assert in_usual_terms(text) is None


def test_a_question_in_everyday_words_finds_the_article_in_the_usual_ones(base):
    base.write(
        refund="# Refund\n\nWrite to us for a refund.\n",
        money="# Money\n\nYou see your money in the currency of your country.\n",
    )
    base.ingest.sync(base.source, audience="public")
    found = base.retriever().find("how do I get my money back?", Asker())
    assert found.asked == "how do I get my refund?"
    assert found.evidence[0].uri == "refund.md"
