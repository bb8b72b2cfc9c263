"""Rows of a digest made by hand, without a database: Monday 2 March 2026, ten o'clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from store.insights.frame import Frame
from store.insights.running import Plays, Step
from store.insights.values import Period, Scope
from store.tables import Account, PlaybookRun, RunStep, Subscription, Task

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
_NUMBER = count(1)


def ago(days=0.0, *, hours=0.0):
    """So long before now."""
    return NOW - timedelta(days=days, hours=hours)


def account(key="nord", **values):
    """An account whose id is its key."""
    known = {
        "workspace_id": "w",
        "key": key,
        "name": key.title(),
        "segment": "SMB",
        "csm_email": "omar@x.example",
    }
    return Account(id=key, **known | {"created_at": NOW, "updated_at": NOW} | values)


def frame(*accounts, days=7, staff=None):
    """The last days, of these accounts."""
    period = Period(NOW - timedelta(days=days), NOW, f"{days}d")
    names = {"omar@x.example": "Omar"} if staff is None else staff
    known = {one.id: one for one in accounts or (account(),)}
    return Frame("w", period, Scope("all"), NOW, known, names)


def run(playbook="onboarding", *, of="nord", started=10.0, ended=None, state=None, **values):
    """A run that began so many days ago."""
    return PlaybookRun(
        id=f"run{next(_NUMBER)}",
        workspace_id="w",
        definition_id="d",
        playbook=playbook,
        account_id=of,
        cycle="c",
        state=state or ("active" if ended is None else "finished"),
        started_by="U0",
        started_at=ago(started),
        ended_at=None if ended is None else ago(ended),
        **values,
    )


def step(of_run, name="O1", *, state="answered", days=1.0, contact="c1", is_active=True, **values):
    """A question of a run, sent and answered so many days ago."""
    answered = ago(days) if state == "answered" else None
    sent = ago(days) if state in {"sent", "answered", "expired"} else None
    row = RunStep(
        id=f"step{next(_NUMBER)}",
        workspace_id="w",
        run_id=of_run.id,
        key=name,
        step=name,
        title=f"About {name}",
        state=state,
        **{
            "asks": True,
            "contact_id": contact,
            "sent_at": sent,
            "answered_at": answered,
            "updated_at": ago(days),
        }
        | values,
    )
    return Step(row, of_run.account_id, of_run.playbook, is_active)


def plays(*runs, steps=(), within=None):
    """Runs and steps; `within` is how many days each run has for its goal."""
    windows = {"d": dict.fromkeys(("SMB", "MM", "ENT"), within)} if within else {}
    return Plays(list(runs), list(steps), windows)


def task(title="Answer Ana", *, of="nord", created=2.0, due=1.0, done=None, owner="omar@x.example", **values):
    """A wish for a person, due and done so many days ago."""
    known = {"kind": "handover", "key": f"task{next(_NUMBER)}", "link": {}}
    return Task(
        id=f"task{next(_NUMBER)}",
        workspace_id="w",
        title=title,
        account_id=of,
        owner_email=owner,
        state="open" if done is None else "done",
        created_at=ago(created),
        due_at=ago(due),
        done_at=None if done is None else ago(done),
        **known | values,
    )


def term(*, of="nord", days=30, started=300, **values):
    """A term that ends in so many days."""
    known = {"status": "active", "arr_minor": None, "currency": "USD"}
    return Subscription(
        id=f"term{next(_NUMBER)}",
        workspace_id="w",
        key="k",
        account_id=of,
        started_on=ago(started).date(),
        renews_on=(NOW + timedelta(days=days)).date(),
        created_at=NOW,
        updated_at=NOW,
        **known | values,
    )
