from __future__ import annotations

import pytest

from knowledge.followups import stand_alone
from knowledge.types import Question, Turn


def _ask(text, *earlier):
    history = tuple(Turn("person" if i % 2 == 0 else "bot", turn) for i, turn in enumerate(earlier))
    return stand_alone(Question(text, history=history))


@pytest.mark.parametrize(
    ("earlier", "text", "expected"),
    [
        ("How do I get a refund?", "and for annual plans?", "How do I get a refund for annual plans?"),
        ("Can I export my contacts?", "how do I do that?", "how do I export my contacts?"),
        ("Is there a way to merge two accounts?", "Who can do that?", "Who can merge two accounts?"),
        ("Can I export my contacts?", "is it free?", "is it free (Can I export my contacts)?"),
        ("How do I add a user?", "what about guests?", "guests: How do I add a user?"),
        ("Which plans have SSO?", "how much?", "how much (Which plans have SSO)?"),
    ],
    ids=["and for", "do that", "who do that", "pronoun", "what about", "too short"],
)
def test_a_question_that_leans_on_the_thread_is_completed_from_it(earlier, text, expected):
    found = _ask(text, earlier, "Some answer.")
    assert found.text == expected
    assert found.leans
    assert found.thread.said == text
    assert found.thread.earlier == (earlier,)


@pytest.mark.parametrize(
    "text",
    [
        "How do I change the billing address on my invoices?",
        "If a user leaves the company, does it free up a seat for the next person?",
        "reset two-factor authentication",
        "Is there a discount for charities?",
    ],
)
def test_an_independent_question_is_left_alone(text):
    found = _ask(text, "How do I export contacts?", "Press Export.")
    assert (found.text, found.leans) == (text, False)


def test_the_last_turn_decides_without_a_thread():
    assert _ask("and for annual plans?").text == "and for annual plans?"
    assert _ask("and for annual plans?").thread is None


def test_a_chain_of_leaning_turns_goes_back_to_what_they_lean_on():
    found = _ask(
        "and on mobile?", "How do I get a refund?", "Like so.", "and for annual plans?", "Like that."
    )
    assert "refund" in found.text
    assert "annual plans" in found.text
    assert "on mobile" in found.text


def test_of_a_long_thread_the_last_two_questions_still_count():
    found = _ask(
        "where are my invoices?", "What is SSO?", "It is.", "Do you have an app?", "Yes.", "thanks", "!"
    )
    assert found.thread.earlier == ("Do you have an app?", "What is SSO?")


def test_thanks_in_between_is_no_topic():
    assert (
        "refund" in _ask("and for annual plans?", "How do I get a refund?", "So.", "thanks!", "Welcome.").text
    )


def test_what_the_bot_said_is_no_topic():
    found = stand_alone(Question("is it free?", history=(Turn("bot", "Hello! Ask me about exports."),)))
    assert found.thread is None


def test_no_word_of_the_last_turn_is_lost():
    for text in ("and for annual plans?", "what about guests?", "is it free for everyone?", "why?"):
        completed = _ask(text, "How do I get a refund?", "So.").text.lower()
        assert all(
            word in completed
            for word in text.lower().rstrip("?").split()
            if word not in {"and", "what", "about"}
        )
