"""The day's look at accounts within a simulation: taken only where it would find something.

The real look reads the account anew, every day. Here an account is read when something has happened to it, and on the
other days the same rules are held against what was read: a look that would change nothing is not taken. So it is with
steps that are held and look again every working day whether they still are.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from playbooks import events
from playbooks.effects import SetTimer
from playbooks.engine import advance
from playbooks.entering import cycle_of, may_start, new_run
from playbooks.errors import CannotStart
from playbooks.holding import Scene
from playbooks.starting import DateTrigger
from playbooks.state import Run
from playbooks.triggers import BY_ITSELF, is_new, would_act
from playbooks.workdays import Calendar
from store import rehearsal
from store.tables import accounts, playbooks

if TYPE_CHECKING:
    from collections.abc import Collection

    from playbooks.starting import Trigger
    from playbooks.state import Context
    from playbooks.triggers import Triggers
    from playbooks.types import Playbook
    from store.database import Database
    from store.tables import PlaybookRun, Timer, TriggerState

    Seen = tuple[tuple[Trigger, TriggerState | None], ...]

LOOKS_AT = time(7, 0)  # in the account's own zone, as the running bot does
FRESH = timedelta(days=28)  # after which an account is read anew, whatever happened


@dataclass
class Open:
    """A run that is open, and its account as the run sees it, once that was read."""

    row: PlaybookRun
    playbook: Playbook
    run: Run
    context: Context | None = None

    def holds(self, timer: Timer) -> bool:
        """Whether a timer is that of a step that is held."""
        kind, _, key = timer.name.partition(":")
        record = self.run.steps.get(key)
        return kind == "step" and record is not None and record.state == "held"

    def looks_again_at(self, timer: Timer, now: datetime) -> datetime | None:
        """When a held step looks again, if all that its timer would do now is to be set anew."""
        assert self.context is not None
        run, effects = advance(self.playbook, self.run, self.context, events.TimerFired(timer.name), now)
        only = effects[0] if len(effects) == 1 and run == self.run else None
        return only.due_at if isinstance(only, SetTimer) and only.name == timer.name else None


@dataclass(frozen=True)
class Known:
    """An account as it was read."""

    read_at: datetime
    context: Context
    runs: tuple[Open, ...]
    waiting: tuple[tuple[Playbook, Seen], ...]  # what may begin by itself
    had: frozenset[tuple[str, str]]  # playbook and cycle of runs that nobody stopped

    def stirs(self, now: datetime) -> bool:
        """Whether a look would change anything."""
        looked = events.Looked()
        if any(
            advance(one.playbook, one.run, self.context, looked, now) != (one.run, ()) for one in self.runs
        ):
            return True
        return any(self._may_begin(playbook, seen, now) for playbook, seen in self.waiting)

    def _may_begin(self, playbook: Playbook, seen: Seen, now: datetime) -> bool:
        run = new_run(playbook, self.context, BY_ITSELF, now)
        scene = Scene(playbook, self.context, run, now)
        had = (playbook.playbook, cycle_of(playbook, self.context)) in self.had and not playbook.again_after
        acting = [
            (trigger, state)
            for trigger, state in seen
            if would_act(trigger, state, scene) and not (had and isinstance(trigger, DateTrigger))
        ]
        if any(is_new(trigger, state) for trigger, state in acting):
            return True
        try:
            may_start(playbook, self.context, run, now)
        except CannotStart:
            return False  # it stays as it is until the account may have the playbook
        return bool(acting)


@dataclass
class Mornings:
    """Every account's next morning, in order.

    Args:
        database: the copy.
        triggers: what looks.
        account_ids: at which accounts.
        now: from when on.
    """

    database: Database
    triggers: Triggers
    account_ids: Collection[str]
    now: datetime
    _next: list[tuple[datetime, str]] = field(default_factory=list)
    _known: dict[str, Known] = field(default_factory=dict)
    _calendars: dict[str, Calendar] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Plan everybody's first morning."""
        with self.database.reading() as session:
            for account_id in sorted(self.account_ids):
                account = accounts.find_account(session, account_id)
                if account is not None:
                    self._calendars[account_id] = Calendar(account.timezone)
                    heapq.heappush(self._next, (self._morning_after(account_id, self.now), account_id))

    @property
    def next(self) -> datetime | None:
        """When the next morning is."""
        return self._next[0][0] if self._next else None

    def changed(self, account_id: str) -> None:
        """Something happened to the account: what was read of it is old."""
        self._known.pop(account_id, None)

    def look(self, now: datetime) -> bool:
        """Look at the accounts whose morning has come; whether any look was taken."""
        taken = False
        while self._next and self._next[0][0] <= now:
            _, account_id = heapq.heappop(self._next)
            heapq.heappush(self._next, (self._morning_after(account_id, now), account_id))
            if self._read(account_id, now).stirs(now):
                self.changed(account_id)
                with self.database.transaction() as session:
                    self.triggers.look(session, account_id)
                taken = True
        return taken

    def let_wait(self, now: datetime) -> int:
        """Move on what is due of steps that are held, and still are; how many timers are due beside them."""
        with self.database.reading() as session:
            due = rehearsal.due_timers(session, now)
        moved = {timer.id: again for timer, at in due if (again := self._looks_again_at(timer, at, now))}
        if moved:
            with self.database.transaction() as session:
                rehearsal.move_timers(session, moved)
        return len(due) - len(moved)

    def _looks_again_at(self, timer: Timer, account_id: str, now: datetime) -> datetime | None:
        if account_id not in self._calendars:
            return None
        runs = self._read(account_id, now).runs
        one = next((one for one in runs if one.run.id == timer.run_id and one.holds(timer)), None)
        if one is None:
            return None
        if one.context is None:
            with self.database.reading() as session:
                one.context = self.triggers.runner.context_of(session, one.row)
        return one.looks_again_at(timer, now)

    def _morning_after(self, account_id: str, now: datetime) -> datetime:
        calendar = self._calendars[account_id]
        today = calendar.date_of(now)
        morning = calendar.at(today, LOOKS_AT)
        return morning if morning > now else calendar.at(today + timedelta(days=1), LOOKS_AT)

    def _read(self, account_id: str, now: datetime) -> Known:
        known = self._known.get(account_id)
        if known is None or now - known.read_at > FRESH:
            known = self._known[account_id] = self._read_anew(account_id, now)
        return known

    def _read_anew(self, account_id: str, now: datetime) -> Known:
        triggers = self.triggers
        with self.database.reading() as session:
            account = accounts.find_account(session, account_id)
            assert account is not None
            every = playbooks.runs_of(session, account_id)
            rows = [row for row in every if row.state in {"active", "paused"}]
            return Known(
                read_at=now,
                context=triggers.runner.context_for(session, account, BY_ITSELF),
                runs=tuple(
                    Open(row, triggers.runner.playbook_of(session, row), Run.model_validate(row.snapshot))
                    for row in rows
                ),
                waiting=tuple(triggers.waiting_for(session, account)),
                had=frozenset((row.playbook, row.cycle) for row in every if row.state != "stopped"),
            )
