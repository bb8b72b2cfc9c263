"""On track, behind or stuck: by the goal's time, and by questions that nobody answers."""

from datetime import UTC, datetime, timedelta

import pytest

from playbooks.loader import parse
from playbooks.pace import pace
from playbooks.state import Run, StepRecord

START = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday
GOAL = {
    "title": "First value",
    "if": {"fact": "first_value"},
    "within": {"SMB": "10d", "MM": "30d", "ENT": "10bd"},
}


def playbook(goal):
    body = {
        "playbook": "hello", "id": "PB-HI", "title": "Hello", "version": "1.0.0", "stage": "adoption", "cycle": "account",
        "delivery": "auto", "fallback": ["admin", "csm"],
        "steps": {"A": {"title": "Ask", "when": "S+0d", "to": "admin", "message": "Hi",
                        "ask": {"key": "a", "type": "text"}, "on_answer": {"else": {"reply": "Thanks."}}}},
        "outcomes": {"done": {"label": "Done"}},
    }  # fmt: skip
    return parse(body | ({"goal": goal} if goal else {}))


def run(states="", segment="MM", **more):
    """A run whose questions were answered (a), expired (e), or are still open (s), one a day; E: to our own staff."""
    names = {"a": "answered", "e": "expired", "E": "expired", "s": "sent"}
    steps = {
        f"S{n}": StepRecord(
            key=f"S{n}",
            step="A",
            state=names[state],
            sent_at=START + timedelta(days=n),
            contact_id=None if state == "E" else "c",
        )
        for n, state in enumerate(states)
    }
    return Run(
        id="r", playbook="hello", account_id="a", segment=segment, started_at=START, started_by="U", steps=steps, **more
    )  # fmt: skip


@pytest.mark.parametrize(
    ("goal", "given", "days", "state"),
    [
        pytest.param(GOAL, run(), 30, "on track", id="on its last day"),
        pytest.param(GOAL, run(), 31, "behind", id="a day later"),
        pytest.param(GOAL, run(), 45, "behind", id="half as much again"),
        pytest.param(GOAL, run(), 46, "stuck", id="later than that"),
        pytest.param(GOAL, run(segment="SMB"), 11, "behind", id="by segment"),
        pytest.param(GOAL, run(segment="ENT"), 14, "on track", id="working days"),
        pytest.param(GOAL, run(segment="ENT"), 15, "behind", id="after the working days"),
        pytest.param(GOAL, run(goal_met_at=START + timedelta(days=5)), 60, "reached", id="reached"),
        pytest.param(GOAL, run("aee"), 5, "stuck", id="two questions without an answer"),
        pytest.param(GOAL, run("eea"), 5, "on track", id="the last was answered"),
        pytest.param(GOAL, run("es"), 5, "on track", id="one, and one still open"),
        pytest.param(GOAL, run("eE"), 5, "on track", id="one of them was our own staff's"),
        pytest.param(None, run("e"), 500, "on track", id="no goal, no hurry"),
        pytest.param(None, run("ee"), 3, "stuck", id="no goal, and silence"),
        pytest.param(GOAL, run("ee", state="paused"), 90, "paused", id="paused"),
        pytest.param(GOAL, run("ee", state="finished"), 90, "over", id="over"),
    ],
)
def test_a_run_is_on_track_behind_or_stuck_with_a_reason(goal, given, days, state):
    found = pace(playbook(goal), given, START + timedelta(days=days))
    assert found.state == state
    assert found.why
