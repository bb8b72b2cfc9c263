"""Looks at every account once a day: its health, and what somebody should look at. Each find has one next step.

What a look finds is in the database as a whole or not at all: the day's health, signals that opened or ended, the
task that is the next step, and the event by which the account's CSM hears of it. A second look on the same day
finds nothing new. The first look at an account only takes note of how things are.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

from playbooks.signals import noticed
from playbooks.triggers import Triggers
from playbooks.workdays import Calendar
from store import people
from store.insights.account_health import work_out
from store.insights.account_rows import read_account
from store.tables import Signal, Task, accounts, events, happenings, health, signals, tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlmodel import Session

    from bot.services import Services
    from playbooks.signals import Noticed
    from store.insights.account_rows import AccountRows
    from store.tables import Account, HealthScore

log = logging.getLogger(__name__)

TOLD = "watch_told"
KIND = "signal"  # of the tasks
LOOKS_AT = time(7, 0)  # in the account's own zone, so that it is known when people begin to work
CHANGES_SHOWN = 3


@dataclass(frozen=True)
class Step:
    """What follows a find: a playbook that waits for what happened, else a task, due some working days later."""

    happened: str  # what playbooks may wait for, as `signal.silence` or `health.red`
    title: str
    body: str = ""
    priority: str = "normal"
    days: int = 2


BANDS: Mapping[tuple[str, str], Step] = {
    ("green", "yellow"): Step("health.yellow", "Look at {account}: its health fell to yellow", days=3),
    ("green", "red"): Step("health.red", "Triage {account}: why is it at risk?", "", "high", 1),
    ("yellow", "red"): Step("health.red", "Triage {account}: why is it at risk?", "", "high", 1),
    ("red", "yellow"): Step(
        "health.recovered", "Tell {account} what got better, and what is still open", days=5
    ),
    ("red", "green"): Step(
        "health.recovered", "Tell {account} what got better, and note what helped", days=5
    ),
    ("yellow", "green"): Step("health.green", "Note what helped at {account}", "", "low", 5),
}
DAYS = {"champion_left": 1, "contradiction": 1, "leaving_words": 1, "promise_due": 1}
URGENT = frozenset({"champion_left", "contradiction", "leaving_words"})


def triggers_of(services: Services) -> Triggers:
    """What begins by itself in this workspace."""
    return Triggers(services.runner, services.database, services.clock, services.workspace_id)


class Watch:
    """Looks at accounts.

    Args:
        services: the running bot.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._triggers = triggers_of(services)

    def run_due(self, limit: int = 50, *, may_wait: Callable[[str], bool] = lambda _: False) -> int:
        """Look at accounts that nobody has looked at today, at most `limit`; at how many that was possible.

        Args:
            limit: at most so many.
            may_wait: whether an account, by its id, need not be looked at today.
        """
        services = self._services
        now = services.clock.now()
        with services.database.reading() as session:
            everyone = accounts.all_accounts(session, services.workspace_id)
            looked = health.looked_at(session, services.workspace_id, now.date())
        due = [
            one for one in everyone if one.id not in looked and _is_time(one, now) and not may_wait(one.id)
        ]
        seen = 0
        for account in due[:limit]:
            try:
                with services.database.transaction() as session:
                    self.look(session, account.id)
                    self._triggers.look(session, account.id)
                seen += 1
            except Exception:  # one account must not keep the others from being looked at
                log.exception("account %s could not be looked at", account.id)
        if seen:
            services.wake_workers()
        return seen

    def next_morning(self) -> datetime | None:
        """When it is time for the next look at some account; None if there are no accounts."""
        services = self._services
        now = services.clock.now()
        with services.database.reading() as session:
            everyone = accounts.all_accounts(session, services.workspace_id)
        return min((_next_time(zone, now) for zone in {one.timezone for one in everyone}), default=None)

    def look(self, session: Session, account_id: str, *, only_notes: bool = True) -> HealthScore | None:
        """Look at one account, in the caller's transaction; its health, None if it is gone.

        With `only_notes` the first look at an account opens no next steps; without, something has just happened.
        """
        account = accounts.lock_account(session, account_id)
        if account is None:
            return None
        rows = read_account(session, account, self._services.clock.now())
        before = next(iter(health.scores_of(session, account.id, limit=1)), None)
        today = work_out(session, rows)
        self._signals(session, rows, is_first=before is None and only_notes)
        if before is not None and before.band != today.band:
            self._band(session, rows, before, today)
        health.keep_score(session, today)  # last, as `before` may be today's own row
        return today

    def _signals(self, session: Session, rows: AccountRows, *, is_first: bool) -> None:
        account = rows.account
        open_ones = {one.kind: one for one in signals.signals_of(session, account.id)}
        found = {one.kind: one for one in noticed(rows, open_ones)}
        for kind, signal in open_ones.items():
            if kind not in found:
                signals.close_signal(session, signal.id, rows.now)
                tasks.end_task(session, account.workspace_id, _key(signal), state="cancelled", now=rows.now)
        for kind, one in found.items():
            if kind in open_ones:  # it stays, in the words of today
                signals.reword_signal(
                    session, open_ones[kind], one.summary, [e.as_json() for e in one.evidence]
                )
                continue
            put_aside = signals.suppressed_until(session, account.id, kind)
            if put_aside is None or put_aside < rows.today:
                self._open(session, rows, one, is_first=is_first)

    def _open(self, session: Session, rows: AccountRows, found: Noticed, *, is_first: bool) -> None:
        signal = Signal(
            workspace_id=rows.account.workspace_id,
            account_id=rows.account.id,
            kind=found.kind,
            number=0,
            summary=found.summary,
            evidence=[one.as_json() for one in found.evidence],
            opened_at=rows.now,
        )
        if not signals.open_signal(session, signal) or is_first:
            return
        if found.told:
            accounts.note_fact(
                session, workspace_id=rows.account.workspace_id, account_id=rows.account.id, kind=found.kind,
                value="yes", note=found.told, on=rows.today, now=rows.now,
            )  # fmt: skip
        priority = "high" if found.kind in URGENT else "normal"
        step = Step(f"signal.{found.kind}", found.step, found.summary, priority, DAYS.get(found.kind, 2))
        link = {"signal_id": signal.id, "evidence": signal.evidence}
        self._next_step(session, rows, step, _key(signal), link)

    def _band(self, session: Session, rows: AccountRows, before: HealthScore, today: HealthScore) -> None:
        step = BANDS.get((before.band, today.band))
        if step is None:  # from or to unknown: nothing has changed that somebody could act on
            return
        was = _before_the_change(session, today) or before
        scores = f"{today.score}" + (
            f"; it was {was.score} on {was.day:%-d %b %Y}" if was.score is not None else ""
        )
        body = f"Health went from {before.band} to {today.band} ({scores})."
        worst = "; ".join(changes(was, today))
        told = replace(step, body=f"{body} {worst}".strip())
        key = f"band:{rows.account.id}:{today.day}:{today.band}"
        self._next_step(session, rows, told, key, {"band": today.band})

    def _next_step(
        self, session: Session, rows: AccountRows, step: Step, key: str, link: Mapping[str, object]
    ) -> None:
        """Playbooks are told; where none begins with it, a task is the next step, and its owner hears of it."""
        account = rows.account
        happenings.tell(
            session,
            workspace_id=account.workspace_id,
            account_id=account.id,
            key=key,
            name=step.happened,
            now=rows.now,
            data={"why": step.body},
        )
        if not self._triggers.begins_with(session, step.happened):
            self._task(session, rows, step, key, link)

    def _task(
        self, session: Session, rows: AccountRows, step: Step, key: str, link: Mapping[str, object]
    ) -> None:
        account = rows.account
        owner = people.owner_of(session, account)
        calendar = self._services.calendar_of(owner.timezone if owner else account.timezone)
        task = Task(
            workspace_id=account.workspace_id,
            key=key,
            kind=KIND,
            account_id=account.id,
            owner_email=owner.email.lower() if owner else None,
            title=step.title.format(account=account.name),
            body=step.body,
            priority=step.priority,
            due_at=calendar.at(calendar.add(calendar.date_of(rows.now), step.days)),
            link=dict(link),
            created_at=rows.now,
        )
        if tasks.open_task(session, task):
            events.remember(
                session,
                workspace_id=account.workspace_id,
                kind=TOLD,
                event_key=f"told:{key}",
                payload={"task_id": task.id, "account_id": account.id},
                now=rows.now,
            )


def _before_the_change(session: Session, today: HealthScore) -> HealthScore | None:
    """The newest earlier day with another score: what the change is to be seen against."""
    earlier = health.scores_of(session, today.account_id, before=today.day)
    return next((one for one in earlier if one.score is not None and one.score != today.score), None)


def changes(before: HealthScore, today: HealthScore) -> list[str]:
    """The measures that moved the score most, the biggest first."""
    was = {one["name"]: one for one in before.measures}
    moved = []
    for one in today.measures:
        old = was.get(one["name"], {}).get("value")
        if one["value"] is None or old is None or one["value"] == old:
            continue
        moved.append(
            (
                abs(one["value"] - old) * one["weight"],
                f"{one['name']} {old:g} → {one['value']:g} ({one['why']})",
            )
        )
    return [words for _, words in sorted(moved, key=lambda pair: -pair[0])[:CHANGES_SHOWN]]


def _is_time(account: Account, now: datetime) -> bool:
    calendar = Calendar(account.timezone)
    return now >= calendar.at(calendar.date_of(now), LOOKS_AT)


def _next_time(zone: str, now: datetime) -> datetime:
    calendar = Calendar(zone)
    today = calendar.date_of(now)
    morning = calendar.at(today, LOOKS_AT)
    return morning if morning > now else calendar.at(today + timedelta(days=1), LOOKS_AT)


def _key(signal: Signal) -> str:
    """Of the task that is a signal's next step."""
    return f"signal:{signal.id}"
