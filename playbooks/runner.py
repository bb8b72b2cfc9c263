"""Carries runs from event to event: load, advance, save everything in one transaction.

Nothing is posted here. What is to be said is an outbox row (payloads: `playbooks.effects`), and what became
of it comes back as an event. Every event may come twice, and the process may die anywhere: a transition is
either in the database as a whole or not at all.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from playbooks import events, loader
from playbooks.engine import advance
from playbooks.entering import already, cycle_of, may_end_as, may_start, new_run
from playbooks.errors import PlaybookError, UnknownRun
from playbooks.overview import RunOverview, StepOverview, TaskOverview, overview
from playbooks.planning import expected_readers
from playbooks.records import Ledger
from playbooks.situation import Setting, situation
from playbooks.state import Run
from store.clock import SystemClock
from store.errors import NotFound
from store.tables import PlaybookRun, accounts, playbooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from sqlmodel import Session

    from playbooks.effects import Effect
    from playbooks.events import Event
    from playbooks.loader import Definition
    from playbooks.state import Context
    from playbooks.types import Playbook
    from store.clock import Clock
    from store.database import Database
    from store.tables import Account, PlaybookDefinition, Timer

__all__ = ["Handled", "PlaybookRunner", "RunOverview", "StartResult", "StepOverview", "TaskOverview"]

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
ATTEMPTS = 8
GONE = "There is no such playbook run any more."


@dataclass(frozen=True)
class StartResult:
    """`started` is False if a run of this cycle is there already; `sentence` says so to a person.

    `later`: it would begin some days from now, as the run before ended not long ago.
    """

    started: bool
    run_id: str
    sentence: str
    later: bool = False


@dataclass(frozen=True)
class Handled:
    """A transition: the run after it and what was decided. Nothing was decided if the event changed nothing."""

    run: Run
    effects: tuple[Effect, ...]
    context: Context


class PlaybookRunner:
    """Starts runs and takes them from event to event.

    Args:
        database: the store.
        clock: the time for customers and plans; the local workspace may move it.
        definitions: by name; the product's own if None.
        setting: the bot's name and the holidays.
        wall: the time for leases, which nobody moves.
        workspace_id: fire the timers of this workspace only.
        lease: how long a timer is left to whoever took it.
        on_change: hears the account's id whenever a run has changed.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        definitions: Mapping[str, Definition] | None = None,
        setting: Setting | None = None,
        wall: Clock | None = None,
        workspace_id: str | None = None,
        lease: timedelta = LEASE,
        on_change: Callable[[str], None] | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._given = definitions
        self._setting = setting or Setting()
        self._wall = wall or SystemClock()
        self._workspace_id = workspace_id
        self._lease = lease
        self._on_change = on_change
        self._read: dict[str, Definition] = {}  # published versions, which never change

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """What can be started, by name."""
        return dict(self._given) if self._given is not None else loader.shipped()

    @property
    def setting(self) -> Setting:
        """The bot's name and the holidays."""
        return self._setting

    def over(
        self, database: Database, clock: Clock, on_change: Callable[[str], None] | None = None
    ) -> PlaybookRunner:
        """The same runner on another store and another clock: for a simulation."""
        return PlaybookRunner(
            database,
            clock,
            definitions=self.definitions,
            setting=self._setting,
            wall=clock,
            on_change=on_change,
        )

    # Starting

    def start(self, name: str, account_id: str, started_by: str, workspace_id: str) -> StartResult:
        """Start a playbook for an account.

        Raises:
            UnknownPlaybook: no playbook has that name.
            CannotStart: the account lacks what the playbook needs.
            NotFound: no such account in this workspace.
        """
        with self._database.transaction() as session:
            return self.start_in(session, name, account_id, started_by, workspace_id)

    def start_in(
        self, session: Session, name: str, account_id: str, started_by: str, workspace_id: str
    ) -> StartResult:
        """`start`, inside the caller's transaction."""
        now = self._clock.now()
        definition = loader.find(self.definitions_for(session, workspace_id), name)
        account = self._account(session, account_id, workspace_id)
        context = situation(
            session, account, run_id=None, started_by=started_by, now=now, setting=self._setting
        )
        playbook = definition.of(context.segment)
        run, cycle = new_run(playbook, context, started_by, now), cycle_of(playbook, context)
        open_ones = playbooks.open_runs(session, workspace_id, {account.id})
        same = next((row for row in open_ones if (row.playbook, row.cycle) == (name, cycle)), None)
        if same is not None:
            return StartResult(False, same.id, already(playbook, context, same))
        may_start(playbook, context, run, now)
        stored = self._store(session, definition, workspace_id, now)
        row = PlaybookRun(
            id=run.id,
            workspace_id=workspace_id,
            definition_id=stored.id,
            playbook=name,
            account_id=account.id,
            cycle=cycle,
            snapshot=run.model_dump(mode="json"),
            started_by=started_by,
            started_at=now,
        )
        again = timedelta(days=playbook.again_after.amount) if playbook.again_after else None
        there = playbooks.begin_run(session, row, ended_before=now - again if again else None)
        if there.id != run.id:
            return StartResult(False, there.id, already(playbook, context, there), later=again is not None)
        self._advance(session, there, playbook, context, event=events.Started(), now=now)
        first = f"“{playbook.title}” has started for {context.account}."
        return StartResult(True, run.id, first)

    # Events

    def handle(self, run_id: str, event: Event, now: datetime | None = None) -> Handled:
        """Take a run through an event and save everything that follows.

        Raises:
            UnknownRun: no such run.
        """
        with self._database.transaction() as session:
            return self.handle_in(session, run_id, event, now)

    def handle_in(self, session: Session, run_id: str, event: Event, now: datetime | None = None) -> Handled:
        """`handle`, inside the caller's transaction."""
        row, account = _locked(session, run_id)
        return self._handle(session, row, account, event, now or self._clock.now())

    def _handle(
        self, session: Session, row: PlaybookRun, account: Account, event: Event, now: datetime
    ) -> Handled:
        context = situation(
            session,
            account,
            run_id=row.id,
            started_by=row.started_by,
            now=now,
            setting=self._setting,
            actor=getattr(event, "by", None),
        )
        return self._advance(session, row, self.playbook_of(session, row), context, event=event, now=now)

    def definitions_for(self, session: Session, workspace_id: str) -> dict[str, Definition]:
        """What runs begin with there: the version that was published, else the product's own."""
        return {**self.definitions, **self.published_in(session, workspace_id)}

    def published_in(self, session: Session, workspace_id: str) -> dict[str, Definition]:
        """What begins by itself there, by name."""
        found = {}
        for definition_id, name in playbooks.published_ids(session, workspace_id):
            found[name] = self._version(session, definition_id)
        return found

    def _version(self, session: Session, definition_id: str) -> Definition:
        """A published version; one of those that can be started is not read anew."""
        if definition_id not in self._read:
            row = playbooks.find_definition(session, definition_id)
            known = (one for one in self.definitions.values() if one.content_hash == row.content_hash)
            self._read[definition_id] = next(known, None) or loader.Definition(
                loader.parse(row.body), row.body, row.content_hash
            )
        return self._read[definition_id]

    def publish(self, definition: Definition, by: str, workspace_id: str) -> None:
        """From now on runs begin with this version, by themselves too; those that run stay with theirs."""
        with self._database.transaction() as session:
            self.publish_in(session, definition, by, workspace_id)

    def publish_in(self, session: Session, definition: Definition, by: str, workspace_id: str) -> None:
        """`publish`, inside the caller's transaction."""
        now = self._clock.now()
        row = self._store(session, definition, workspace_id, now)
        playbooks.mark_published(session, row, by=by, now=now)

    def retire(self, name: str, workspace_id: str) -> bool:
        """Nothing begins by itself with this playbook any more; False if nothing did."""
        with self._database.transaction() as session:
            return playbooks.retire(session, workspace_id, name, self._clock.now())

    def migrate(self, run_id: str, by: str, *, only_say: bool = False) -> Handled:
        """Take a run to the version that is published now.

        Args:
            run_id: the run.
            by: Slack id of who wants it.
            only_say: work out what would follow, and change nothing.

        Raises:
            UnknownRun: no such run.
            PlaybookError: it has ended, or there is no other version.
        """
        with self._database.transaction() as session:
            return self.migrate_in(session, run_id, by, only_say=only_say)

    def migrate_in(self, session: Session, run_id: str, by: str, *, only_say: bool = False) -> Handled:
        """`migrate`, inside the caller's transaction."""
        row, _ = _locked(session, run_id)
        before = self.playbook_of(session, row)
        definition = loader.find(self.definitions_for(session, row.workspace_id), row.playbook)
        stored = self._store(session, definition, row.workspace_id, self._clock.now())
        if row.state not in {"active", "paused"} or stored.id == row.definition_id:
            raise PlaybookError("This run has ended, or has the newest version already.")
        event = events.Migrated(by, before.version, definition.playbook.version)
        if only_say:
            context, run = self.context_of(session, row, by), Run.model_validate(row.snapshot)
            after, effects = advance(definition.of(run.segment), run, context, event, self._clock.now())
            return Handled(after, effects, context)
        row.definition_id = stored.id
        session.add(row)
        session.flush()
        return self.handle_in(session, run_id, event)

    def _store(
        self, session: Session, definition: Definition, workspace_id: str, now: datetime
    ) -> PlaybookDefinition:
        return playbooks.publish(
            session,
            workspace_id=workspace_id,
            name=definition.name,
            version=definition.playbook.version,
            content_hash=definition.content_hash,
            body=definition.body,
            now=now,
        )

    def context_for(self, session: Session, account: Account, started_by: str) -> Context:
        """An account as a run would see it that began now."""
        return situation(
            session, account, run_id=None, started_by=started_by, now=self._clock.now(), setting=self._setting
        )

    def context_of(self, session: Session, row: PlaybookRun, actor: str | None = None) -> Context:
        """The run's account as the run sees it now."""
        account = self._account(session, row.account_id, row.workspace_id, lock=False)
        return situation(
            session,
            account,
            run_id=row.id,
            started_by=row.started_by,
            now=self._clock.now(),
            setting=self._setting,
            actor=actor,
        )

    def fire_due(self, limit: int = 50) -> int:
        """Handle timers that are due, at most `limit`; how many were taken. Call again until it is 0."""
        with self._database.transaction() as session:
            timers = playbooks.claim_timers(
                session,
                now=self._clock.now(),
                wall=self._wall.now(),
                lease=self._lease,
                limit=limit,
                workspace_id=self._workspace_id,
            )
        for timer in timers:
            self._fire(timer)
        return len(timers)

    def next_due(self) -> datetime | None:
        """When the next timer is due: how far a moved clock may jump without making messages late."""
        with self._database.reading() as session:
            return playbooks.next_timer(session, self._workspace_id)

    def _fire(self, timer: Timer) -> None:
        """Fire one timer; one that fails comes again after its lease, and is given up after some attempts."""
        now = self._clock.now()
        try:
            with self._database.transaction() as session:
                row, account = _locked(session, timer.run_id)
                if playbooks.fire_timer(session, timer.id, due_at=timer.due_at, now=now):
                    self._handle(session, row, account, events.TimerFired(timer.name), now)
        except Exception:  # one broken run must not keep the others from going on
            log.exception("timer %s of run %s failed (attempt %d)", timer.name, timer.run_id, timer.attempts)
            if timer.attempts >= ATTEMPTS:
                with self._database.transaction() as session:
                    playbooks.fail_timer(session, timer.id)

    # What staff do with a run

    def pause(self, run_id: str, by: str) -> Handled:
        """Send nothing more until the run is resumed."""
        return self.handle(run_id, events.Paused(by))

    def resume(self, run_id: str, by: str) -> Handled:
        """Go on."""
        return self.handle(run_id, events.Resumed(by))

    def stop(self, run_id: str, by: str, reason: str = "") -> Handled:
        """End the run without an outcome."""
        return self.handle(run_id, events.Stopped(by, reason))

    def record_outcome(
        self, run_id: str, by: str, code: str, reason: str | None = None, renewed_to: date | None = None
    ) -> Handled:
        """Say how it ended.

        Raises:
            PlaybookError: the code is unknown, needs a reason, or the run has an outcome already.
        """
        with self._database.transaction() as session:
            return self.record_outcome_in(session, run_id, by, code, reason=reason, renewed_to=renewed_to)

    def record_outcome_in(
        self,
        session: Session,
        run_id: str,
        by: str,
        code: str,
        *,
        reason: str | None = None,
        renewed_to: date | None = None,
    ) -> Handled:
        """`record_outcome`, inside the caller's transaction."""
        row = _run(session, run_id)
        may_end_as(self.playbook_of(session, row), row, code, reason)
        return self.handle_in(session, run_id, events.OutcomeRecorded(by, code, reason, renewed_to))

    # Reading

    def runs_for_account(self, account_id: str) -> list[RunOverview]:
        """The account's runs, newest first, with who would get what is still to come."""
        with self._database.reading() as session:
            rows = playbooks.runs_of(session, account_id)
            return [
                overview(session, row, self.playbook_of(session, row), self._readers(session, row))
                for row in rows
            ]

    def run_overview(self, run_id: str) -> RunOverview:
        """One run with its steps.

        Raises:
            UnknownRun: no such run.
        """
        with self._database.reading() as session:
            row = _run(session, run_id)
            return overview(session, row, self.playbook_of(session, row))

    def outcomes(self, run_id: str) -> dict[str, str]:
        """How a run may end: code and label."""
        with self._database.reading() as session:
            playbook = self.playbook_of(session, _run(session, run_id))
        return {code: outcome.label for code, outcome in playbook.outcomes.items()}

    # The one way through

    def _advance(
        self,
        session: Session,
        row: PlaybookRun,
        playbook: Playbook,
        context: Context,
        *,
        event: Event,
        now: datetime,
    ) -> Handled:
        before = Run.model_validate(row.snapshot)
        run, effects = advance(playbook, before, context, event, now)
        if run == before and not effects:
            return Handled(run, (), context)
        ledger = Ledger(session, row.workspace_id, playbook, run, context, now)
        if not ledger.save_run(row.revision, row.ended_at):
            raise PlaybookError("Somebody else changed this run at the same moment. Try again.")
        ledger.save_steps(before, row.revision)
        ledger.carry_out(effects)
        if self._on_change is not None:
            self._on_change(row.account_id)
        return Handled(run, effects, context)

    def playbook_of(self, session: Session, row: PlaybookRun) -> Playbook:
        """The version that the run is pinned to."""
        return self._version(session, row.definition_id).of(row.snapshot["segment"])

    def _account(self, session: Session, account_id: str, workspace_id: str, *, lock: bool = True) -> Account:
        account = (
            accounts.lock_account(session, account_id) if lock else accounts.find_account(session, account_id)
        )
        if account is None or account.workspace_id != workspace_id:
            raise NotFound(
                "There is no such account. Import it with `guidepost accounts import accounts FILE.csv`."
            )
        return account

    def _readers(self, session: Session, row: PlaybookRun) -> dict[str, str]:
        """Who would get each step that is still to come, by its key."""
        if row.state not in {"active", "paused"}:
            return {}
        context = self.context_of(session, row)
        run = Run.model_validate(row.snapshot)
        return expected_readers(self.playbook_of(session, row), run, context, self._clock.now())


def _run(session: Session, run_id: str) -> PlaybookRun:
    row = playbooks.find_run(session, run_id)
    if row is None:
        raise UnknownRun(GONE)
    return row


def _locked(session: Session, run_id: str) -> tuple[PlaybookRun, Account]:
    """The run, read when nobody else changes it; its account first, so that two workers never wait for each other."""
    found = playbooks.lock_run(session, run_id)
    if found is None:
        raise UnknownRun(GONE)
    return found
