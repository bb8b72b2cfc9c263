from __future__ import annotations

import pytest

from knowledge import wording
from knowledge.small_talk import LONGEST, reply_without_search, shortened


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("", wording.EMPTY),
        ("   \n ", wording.EMPTY),
        ("???", wording.EMPTY),
        ("🙏", wording.EMPTY),
        ("hi", wording.GREETING),
        ("Hello there!", wording.GREETING),
        ("Good morning team", wording.GREETING),
        ("Thanks!", wording.THANKS),
        ("thank you so much", wording.THANKS),
        ("ok thanks", wording.THANKS),
        ("great", wording.THANKS),
        ("bye", wording.GOODBYE),
        ("who are you?", wording.ABOUT_ME),
        ("hi, can you help me?", wording.ABOUT_ME),
        ("help", wording.ABOUT_ME),
        ("why is it not like that", wording.VAGUE),
        ("hi how about this one", wording.VAGUE),
    ],
)
def test_what_is_no_question_gets_a_polite_reply(text, reply):
    assert reply_without_search(text) == reply


@pytest.mark.parametrize(
    "text",
    [
        "hi, how do I export contacts?",
        "thanks, and how do I cancel?",
        "pricing",
        "help center domain",
        "hiring page",
    ],
)
def test_a_question_in_polite_company_is_still_looked_up(text):
    assert reply_without_search(text) is None


def test_a_short_message_is_read_whole():
    assert shortened("  How do\n I export? ") == ("How do I export?", None)


def test_of_a_very_long_message_beginning_and_end_are_read_and_it_says_so():
    text, note = shortened("First words. " + "blah " * 2000 + "How do I export?")
    assert len(text) <= LONGEST
    assert text.startswith("First words.")
    assert text.endswith("How do I export?")
    assert "very long" in note
