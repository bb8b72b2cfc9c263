"""Every happening that a shipped playbook waits for is one that somebody raises, and it begins what it should."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.listeners.advocates import USED
from bot.listeners.voices import PRAISED
from bot.watching import BANDS
from playbooks import names
from playbooks.loader import shipped
from playbooks.planning import anchors
from playbooks.signals import LOOKS
from playbooks.starting import EventTrigger
from playbooks.state import Context, Fact, Run
from playbooks.triggers import Triggers
from playbooks.types import Wait
from store import news
from store.tables import Account, Subscription, accounts, playbooks
from tests.unit.playbooks.conftest import START
from tests.unit.playbooks.scores import noted

TODAY = date(2026, 3, 2)
RAISERS = {
    **{step.happened: "bot/watching.py" for step in BANDS.values()},
    **{f"signal.{kind}": "bot/watching.py" for kind in LOOKS},
    PRAISED: "bot/listeners/voices.py",
    USED: "bot/listeners/advocates.py",
    **dict.fromkeys(news.RAISED, "store/news.py"),
}
AWAITED = sorted(
    {
        name
        for definition in shipped().values()
        for segment in ("SMB", "MM", "ENT")
        for playbook in [definition.of(segment)]
        for name in (
            *(n for trigger in playbook.trigger if isinstance(trigger, EventTrigger) for n in trigger.event),
            *(n for step in playbook.steps.values() for n in step.on),
            *(n for step in playbook.steps.values() if isinstance(step, Wait) for n in step.wait.event),
        )
    }
)


@pytest.mark.parametrize("name", AWAITED)
def test_what_a_shipped_playbook_waits_for_is_raised_by_somebody(name):
    assert name in RAISERS


def test_the_checker_knows_exactly_what_the_product_raises():
    assert set(RAISERS) == names.TOLD


@pytest.fixture
def hearing(shipped_world):
    """Publish a playbook and say what was noted of the small customer; the playbooks that run then."""
    world = shipped_world
    triggers = Triggers(world.runner, world.database, world.clock, world.workspace_id)

    def hear(playbook, **facts):
        world.runner.publish(world.runner.definitions[playbook], "UMIA", world.workspace_id)
        with world.database.transaction() as session:
            for kind, told in facts.items():
                value, _, note = told.partition("|")
                news.note(
                    session, workspace_id=world.workspace_id, account_id=world.accounts["smb"], kind=kind,
                    value=value, note=note or None, on=world.clock.now().date(), now=world.clock.now(),
                )  # fmt: skip
        while triggers.hear():
            pass
        with world.database.reading() as session:
            found = playbooks.open_runs(session, world.workspace_id, {world.accounts["smb"]})
        return {run.playbook: run.id for run in found}

    return shipped_world, hear


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        pytest.param("growth", "a second depot|You told us that you expect to grow", id="they say that they grow"),
        pytest.param("department", "Finance|Finance uses it now as well", id="a new department"),
        pytest.param("use_case", "Invoices|You use it for this as well: Invoices", id="a second use"),
    ],
)  # fmt: skip
def test_a_sign_of_growth_begins_the_upsell_which_quotes_it(hearing, kind, told):
    world, hear = hearing
    noted(world, "smb", TODAY, goal_baseline="10", goal_now="5", goal_target="5")
    if kind == "use_case":
        assert hear("upsell", use_case="Routes") == {}
    runs = hear("upsell", **{kind: told})
    assert set(runs) == {"upsell"}
    world.until(2026, 3, 3, 18)
    world.reply(runs["upsell"], "U1", "UDANA", "offer", staff=True)
    world.until(2026, 3, 6, 18)
    assert told.partition("|")[2] in world.last("playbook_message")["text"]


def test_a_trial_that_begins_is_asked_what_it_has_to_show_and_ends_on_its_own_day(hearing):
    world, hear = hearing
    world.change((Account, world.accounts["smb"]), stage="decision")
    runs = hear("evaluation", trial_end="2026-03-30", evaluation_started=TODAY.isoformat())
    assert set(runs) == {"evaluation"}
    world.until(2026, 3, 2, 18)
    assert "30 March 2026" in world.messages()[0].payload["text"]


def test_a_first_contract_begins_onboarding(hearing):
    world, hear = hearing
    with world.database.transaction() as session:
        [before] = accounts.subscriptions_of(session, world.accounts["smb"])
        before.status, before.renews_on = "churned", date(2025, 12, 31)
        first = Subscription(
            workspace_id=world.workspace_id, key="new", account_id=world.accounts["smb"], started_on=TODAY,
            renews_on=TODAY + timedelta(days=365), created_at=START, updated_at=START,
        )  # fmt: skip
        session.add(first)
        session.flush()
        assert news.tell(session, first, START)
    assert set(hear("onboarding")) == {"onboarding"}


@pytest.mark.parametrize(
    ("noted_on", "expected"),
    [
        pytest.param(date(2026, 1, 5), date(2026, 3, 16), id="of the trial before"),
        pytest.param(TODAY, date(2026, 3, 9), id="of this one"),
    ],
)
def test_a_second_trial_does_not_count_from_the_days_of_the_first(noted_on, expected):
    playbook = shipped()["evaluation"].of("SMB")
    facts = {
        kind: Fact(kind, day, None, noted_on)
        for kind, day in [("evaluation_started", "2026-02-23"), ("trial_end", "2026-03-09")]
    }
    ended = {"evaluation": START - timedelta(days=40)}
    context = Context("a1", "Acme", "SMB", facts=facts, ended=ended)
    run = Run(
        id="r1", playbook="evaluation", account_id="a1", segment="SMB", started_at=START, started_by="UDANA"
    )
    assert anchors(playbook, run, context, TODAY)["T"] == expected
