"""Five hundred questions while Slack misbehaves: five hundred answers, each once."""

from __future__ import annotations

import pytest

from tests.fault_run import company, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

QUESTIONS = 500


def test_every_question_is_answered_once_whatever_fails(tmp_path):
    with company(tmp_path) as (slack, bot):
        outcome = run(slack, bot, QUESTIONS, a_second=25)
    assert outcome.answers == {1: QUESTIONS}
    assert not [text for text in outcome.texts if "went wrong" in text or not text]
    assert set(outcome.states) == {"event done", "message sent"}
    assert outcome.disconnects == 2
    assert set(outcome.struck) == {"duplicate", "reorder", "drop", "fail", "lose", "refuse"}
