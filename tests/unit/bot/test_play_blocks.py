"""/cs play as messages: whatever accounts and people are called and said, Slack takes them."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from bot.blocks import play
from bot.blocks.run_story import STORY
from playbooks.course import Course, Line
from playbooks.runner import RunOverview, StepOverview, TaskOverview
from tests.block_checks import check_speech
from tests.bot_fixtures import texts_of

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
WORDS = [
    pytest.param("Harbour", id="plain"),
    pytest.param("<!channel> <@UEVIL> @everyone & *bold* `code` <http://x|y> > quote", id="hostile"),
    pytest.param("word " * 2000, id="10,000 characters"),
    pytest.param("x" * 10_000, id="10,000 characters in one word"),
    pytest.param("```\ncode\n" * 300, id="fences"),
    pytest.param("ü🚚" * 2000, id="wide"),
]


def overview(text, state="active"):
    """A run in which every word of people is `text`."""
    tasks = (TaskOverview(text, "open", NOW, None), TaskOverview(text, "done", NOW, text))
    known = {"key": "O1", "state": "sent", "due_at": NOW, "sent_at": NOW, "tasks": tasks}
    step = StepOverview(**{one.name: known.get(one.name, text) for one in fields(StepOverview)})
    known = {
        "run_id": "r" * 32,
        "account_id": "a",
        "state": state,
        "started_at": NOW,
        "ended_at": None,
        "steps": (step,) * 40,
        "warnings": (text,) * 3,
    }
    return RunOverview(**{one.name: known.get(one.name, text) for one in fields(RunOverview)})


def lines(text):
    kinds = ("message", "question", "task", "outcome", "not_sent", "nudge")
    return [
        Line(NOW + timedelta(days=day), kind, "O1", text, text, text, "preview", text, None, (text,) * 5)
        for day in range(60)
        for kind in kinds
    ]


SPEECHES = {
    "list": lambda text: play.list_speech(
        [{"title": text, "name": text[:40], "description": text}] * 3, [overview(text)] * 60
    ),
    "preview": lambda text: play.preview_speech(
        text, text, "MM", Course(tuple(lines(text))), '{"account": "a"}'
    ),
    "started": play.started_speech,
    "status": lambda text: play.status_speech(
        [overview(text), overview(text, "paused"), overview(text, "stopped")] * 3
    ),
    "which": lambda text: play.which_run_speech("pause", [overview(text)] * 3),
    "outcomes": lambda text: play.outcomes_speech([(overview(text), {"adopted": text, "at_risk": text})] * 2),
}


@pytest.mark.parametrize("text", WORDS)
@pytest.mark.parametrize("name", SPEECHES)
def test_a_message_keeps_slacks_limits_whatever_it_holds(name, text):
    check_speech(SPEECHES[name](text))


@pytest.mark.parametrize("text", WORDS)
def test_a_preview_that_is_cut_can_still_be_started(text):
    speech = play.preview_speech("Onboarding", "Harbour", "MM", Course(tuple(lines(text))), "{}")
    assert speech.blocks[-1]["elements"][0]["action_id"] == play.START
    assert "more days" in texts_of({"blocks": list(speech.blocks)})


def test_a_preview_shows_the_day_and_hour_of_whoever_reads_it():
    at = datetime(2026, 3, 9, 21, 0, tzinfo=UTC)
    line = Line(at, "message", "O1", "Welcome", "Moana Rangi", "Hi Moana", "auto", zone="Pacific/Auckland")
    shown = texts_of(
        {"blocks": list(play.preview_speech("Onboarding", "Kiwi", "SMB", Course((line,)), "{}").blocks)}
    )
    assert "*Tuesday, 10 March 2026*" in shown
    assert "Moana Rangi · Welcome · 10:00 NZDT" in shown


@pytest.mark.parametrize(
    ("state", "verbs"), [("active", {"pause", "stop"}), ("paused", {"resume", "stop"}), ("finished", set())]
)
def test_a_run_offers_what_can_be_done_with_it(state, verbs):
    blocks = play.status_speech([overview("Harbour", state)]).blocks
    ids = {one["action_id"] for block in blocks for one in block.get("elements", ()) if "action_id" in one}
    assert ids == {f"{play.STEER}_{verb}" for verb in verbs} | {STORY}
