"""What CSMs are shown keeps Slack's limits and pings nobody, whatever people, imports and files contain."""

from datetime import UTC, date, datetime

import pytest

from bot.blocks import goals, health, log, promise, renew, run_story, tasks
from bot.blocks.approvals import ApprovalItem
from bot.blocks.home import HomePage, home_view
from playbooks.objections import KINDS
from playbooks.pace import Pace
from playbooks.runner import RunOverview, StepOverview
from store.insights.brief_values import Brief, Line, Source
from store.insights.health import WEIGHTS
from store.tables import Activity, Forecast, HealthOverride, HealthScore, Promise, Signal, StepEvent
from store.tables.goals import GoalStanding
from tests.block_checks import check_speech, check_view

NOW, DAY = datetime(2026, 3, 3, 10, 0, tzinfo=UTC), date(2026, 3, 3)
TEXTS = [
    pytest.param("Harbour", id="plain"),
    pytest.param("", id="empty"),
    pytest.param("<!channel> <@UEVIL> @everyone & *bold* `code` <http://x|y> > quote", id="hostile"),
    pytest.param("word " * 2000, id="10,000 characters"),
    pytest.param("x" * 10_000, id="one word of 10,000"),
    pytest.param("```\ncode\n" * 300, id="fences"),
]
MANY, NOTE = 60, ":white_check_mark: Noted."
BASE = {"workspace_id": "w", "account_id": "a", "created_at": NOW}


def goal(text):
    return GoalStanding(text, text, 1e12, -3.5, 0.001, DAY, "open", DAY, 1, DAY, text)


def activity(text):
    return Activity(key=text, kind="call", text=text, by_name=text, happened_on=DAY, **BASE)


def promised(text):
    return Promise(id="p" * 32, key=text, text=text, due_on=DAY, owner_email=text, said_by="U", **BASE)


def score(text):
    measures = [{"name": name, "weight": 10, "value": 50.0, "why": text} for name in WEIGHTS]
    return HealthScore(
        workspace_id="w", account_id="a", day=DAY, model="1", score=40, computed=90, source="imported", known_weight=60,
        band="red", measures=[*measures, {"name": "csm", "weight": 0, "value": None, "why": text}], capped=text, at=NOW,
    )  # fmt: skip


def signal(text):
    return Signal(workspace_id="w", account_id="a", kind=text, number=1, summary=text, opened_at=NOW)


def aside(text):
    one = signal(text)
    one.state, one.dismissed_by, one.dismissed_reason, one.suppressed_until = "dismissed", text, text, DAY
    return one


def quote(text):
    return health.Quote(text, text, "2026-03-03", "https://slack.example/archives/C1/p1")


def override(text):
    return HealthOverride(band="red", reason=text, by_name=text, expires_on=DAY, **BASE)


def brief_of(text):
    line = Line(text, Source(text, DAY, "C1", "1.1", "t:1"), is_quote=True)
    sections = tuple((f"Section {n}", (line,) * 10) for n in range(10))
    return Brief(text, (("use", "red"), ("people", "unknown")), sections, (text,) * 8), line


def forecast(text):
    return Forecast(
        workspace_id="w", key=text, account_id="a", subscription_id="s", term_end=DAY, category="likely", computed="open",
        swing_minor=10**12, why=text, by_name=text, at=NOW,
    )  # fmt: skip


def run(text):
    step = StepOverview("O2", text, "sent", NOW, NOW, text, text, text, text, text)
    return RunOverview(
        "r" * 32, "onboarding", text, "a", text, "active", None, None, None, None, "U", NOW, None, (step,) * MANY
    )  # fmt: skip


def event(text, n):
    return StepEvent(
        workspace_id="w",
        run_id="r",
        key=f"S{n % 30}",
        state="planned",
        note=text,
        due_at=NOW,
        number=n,
        at=NOW,
    )


def card(text, **more):
    quotes = tuple(quote(text) for _ in range(MANY))
    return health.SignalCard("t" * 32, text, text, text, quotes, "s" * 32, NOW, text, **more)


SPEECHES = {
    "goals": lambda text: goals.goals_speech(text, [goal(text)] * MANY, DAY, NOTE, account_id="a"),
    "no goals": lambda text: goals.goals_speech(text, [], DAY),
    "log": lambda text: log.log_speech(
        text, [activity(text)] * MANY, [promised(text)] * MANY, DAY, NOTE, account_id="a" * 32
    ),
    "health": lambda text: health.why_speech(
        text,
        score(text),
        override(text),
        [(signal(text), [quote(text)] * MANY)] * MANY,
        note=NOTE,
        aside=[aside(text)] * MANY,
    ),
    "signal": lambda text: health.card_speech(card(text)),
    "signal that ended": lambda text: health.card_speech(card(text, ended="Done")),
    "brief": lambda text: renew.brief_speech(
        brief_of(text)[0], {brief_of(text)[1]: "https://slack.example/p1"}
    ),
    "forecast": lambda text: renew.forecast_speech(
        renew.ForecastView(
            text, date(2026, 3, 3), 10, "likely", text, (forecast(text),) * MANY, needs_call=True
        ),
        NOTE,
    ),
    "outcomes": lambda text: renew.outcomes_speech(
        text, {f"code_{n}": text for n in range(9)}, {f"g{n}": {"c": text} for n in range(11)}, ["code_1"]
    ),
    "objection": lambda text: renew.objection_speech(
        renew.ObjectionCard(
            text, text, KINDS[0], text, ((text, text), (text, "https://docs.example/x")), (text,)
        )
    ),
    "objection without facts": lambda text: renew.objection_speech(
        renew.ObjectionCard(text, text, KINDS[0], "", (), (text,) * MANY)
    ),
    "story": lambda text: run_story.story_speech(run(text), [event(text, n) for n in range(600)]),
    "given task": lambda text: tasks.given_speech(tasks.TaskItem("t" * 32, text, text, text, NOW), text),
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("build", SPEECHES.values(), ids=SPEECHES)
def test_what_csms_are_shown_is_taken_by_slack_and_pings_nobody(build, text):
    check_speech(build(text))


@pytest.mark.parametrize("text", TEXTS)
def test_forms_and_the_home_page_are_taken_by_slack(text):
    items = [tasks.TaskItem(f"{n:032d}", text, text) for n in range(150)]
    check_view(tasks.snooze_modal({"whose": "mine"}, items, DAY))
    check_view(tasks.give_modal({"whose": "mine"}, items))
    check_view(promise.promise_modal(text, text, DAY, {"account_id": "a" * 32}))
    check_view(health.dismiss_modal({"task_id": "t" * 32}, DAY))
    waiting = tuple(
        ApprovalItem("r" * 32, "O2", text, text, text, text, NOW, needs_word=n % 2 == 0) for n in range(MANY)
    )
    check_view(home_view(HomePage(text, "csm", customer=False, approvals=waiting)))


@pytest.mark.parametrize("state", run_story.MARKS)
def test_every_pace_has_a_mark(state):
    assert run_story.pace_line(Pace(state, "because")).endswith("because")
