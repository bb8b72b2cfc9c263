"""What begins by itself: published playbooks whose trigger has come about, and runs that hear of what happened.

Every happening is heard once, in one transaction with what follows from it. A day's look at an account starts what
its dates, its segment or a condition call for; a second look finds the run that is there.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from playbooks import events
from playbooks.actions import START_OTHER, STOP_OTHER
from playbooks.entering import new_run
from playbooks.errors import CannotStart, UnknownPlaybook
from playbooks.holding import Scene, holds
from playbooks.planning import anchors, day_of
from playbooks.starting import DateTrigger, EventTrigger, SegmentChange, SignalRule, SignalTrigger
from store.tables import (
    Account,
    Happening,
    Task,
    TriggerState,
    accounts,
    happenings,
    playbooks,
    tasks,
    triggers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlmodel import Session

    from playbooks.loader import Definition
    from playbooks.runner import PlaybookRunner
    from playbooks.starting import Trigger
    from playbooks.state import Context
    from playbooks.terms import Delay, Segment
    from playbooks.types import Playbook
    from store.clock import Clock
    from store.database import Database

log = logging.getLogger(__name__)

QUEUED_FOR = timedelta(days=30)  # how long what happened is tried again where it could not begin
BY_ITSELF = "automatic"  # stands where a person would be named who started a run


@dataclass
class _Tried:
    """What would be remembered of a trigger: as TriggerState, and nothing that is stored."""

    holds: bool
    since: datetime
    armed: bool
    counted_at: datetime | None = None


class Triggers:
    """Starts published playbooks and tells runs what happened.

    Args:
        runner: starts and moves runs.
        database: the store.
        clock: the product's time.
        workspace_id: where.
    """

    def __init__(self, runner: PlaybookRunner, database: Database, clock: Clock, workspace_id: str) -> None:
        self._runner = runner
        self._database = database
        self._clock = clock
        self._workspace_id = workspace_id
        self._fingerprints: dict[tuple[str, Segment], tuple[str, ...]] = {}

    @property
    def runner(self) -> PlaybookRunner:
        """What starts and moves runs."""
        return self._runner

    def hear(self, limit: int = 50) -> int:
        """Pass on what happened, at most `limit`; how much that was. Call again until it is 0."""
        with self._database.reading() as session:
            waiting = happenings.unheard(session, self._workspace_id, limit)
        return sum(self._hear(one) for one in waiting)

    def look(self, session: Session, account_id: str) -> int:
        """The day's look at an account, in the caller's transaction; how many runs began."""
        account = accounts.lock_account(session, account_id)
        if account is None:
            return 0
        for row in playbooks.open_runs(session, self._workspace_id, [account_id]):
            self._runner.handle_in(session, row.id, events.Looked())
        context: Context | None = None  # read anew when a run has begun
        begun = 0
        for name, definition in self._published(session).items():
            if not definition.playbook.trigger:
                continue
            context = context or self._runner.context_for(session, account, BY_ITSELF)
            states = self._have_come(session, definition, account, context)
            if states is not None:
                started = self._begin(session, name, account)
                begun += bool(started)
                context = None if started else context
                for trigger, state in states:
                    _note(trigger, state, queued=started is None)
        return begun

    def waiting_for(
        self, session: Session, account: Account
    ) -> Iterator[tuple[Playbook, tuple[tuple[Trigger, TriggerState | None], ...]]]:
        """What may begin by itself for an account: its triggers, with what each has seen so far."""
        seen = {(one.playbook, one.trigger): one for one in triggers.states_of(session, account.id)}
        for name, definition in self._published(session).items():
            playbook = definition.of(_segment(account))
            known = self._fingerprints_of(definition, _segment(account))
            yield (
                playbook,
                tuple((one, seen.get((name, key))) for one, key in zip(playbook.trigger, known, strict=True)),
            )

    def _fingerprints_of(self, definition: Definition, segment: Segment) -> tuple[str, ...]:
        """Those of its triggers, in their order; a version never changes."""
        version = (definition.content_hash, segment)
        if version not in self._fingerprints:
            self._fingerprints[version] = tuple(map(fingerprint, definition.of(segment).trigger))
        return self._fingerprints[version]

    def begins_with(self, session: Session, name: str) -> bool:
        """Whether a published playbook begins when that happens."""
        return any(
            isinstance(trigger, EventTrigger) and name in trigger.event
            for definition in self._published(session).values()
            for trigger in definition.playbook.trigger
        )

    def _published(self, session: Session) -> dict[str, Definition]:
        return self._runner.published_in(session, self._workspace_id)

    def _hear(self, happening: Happening) -> int:
        try:
            with self._database.transaction() as session:
                account = accounts.lock_account(session, happening.account_id)
                if not happenings.mark_heard(session, happening.id, self._clock.now()) or account is None:
                    return 0
                self._pass_on(session, account, happening)
        except Exception:  # one that cannot be heard must not keep the others from it
            log.exception("what happened (%s) could not be passed on", happening.name)
            return 0
        return 1

    def _pass_on(self, session: Session, account: Account, happening: Happening) -> None:
        wanted = str(happening.data.get("playbook") or "")
        if happening.name == START_OTHER:
            self._start_other(session, account, happening, wanted)
            return
        for row in playbooks.open_runs(session, self._workspace_id, [account.id]):
            if happening.name == STOP_OTHER and wanted in {row.playbook, row.snapshot.get("kind")}:
                self._runner.handle_in(
                    session, row.id, events.Stopped(BY_ITSELF, "another playbook ended it")
                )
            elif happening.name != STOP_OTHER:
                data = tuple(sorted((key, str(value)) for key, value in happening.data.items()))
                self._runner.handle_in(session, row.id, events.Happened(happening.name, data))
        for name, definition in self._published(session).items():
            for trigger in definition.of(_segment(account)).trigger:
                if not isinstance(trigger, EventTrigger) or happening.name not in trigger.event:
                    continue
                if self._begin(session, name, account) is None:
                    self._queue(session, name, trigger, account)

    def _start_other(self, session: Session, account: Account, happening: Happening, name: str) -> None:
        """A run wants another playbook to begin; where that cannot be, the CSM is told why."""
        try:
            self._runner.start_in(
                session, name, account.id, self._starter(happening, session), self._workspace_id
            )
        except (CannotStart, UnknownPlaybook) as error:
            task = Task(
                workspace_id=self._workspace_id,
                key=f"not-started:{happening.key}",
                account_id=account.id,
                owner_email=account.csm_email,
                title=f"“{name}” did not start for {account.name}",
                body=str(error),
                created_at=self._clock.now(),
            )
            tasks.open_task(session, task)

    def _starter(self, happening: Happening, session: Session) -> str:
        run = playbooks.find_run(session, str(happening.data.get("run") or ""))
        return run.started_by if run else BY_ITSELF

    def _begin(self, session: Session, name: str, account: Account) -> bool | None:
        """Start it; whether a run began, None if the account may not have it now, or not yet again."""
        try:
            result = self._runner.start_in(session, name, account.id, BY_ITSELF, self._workspace_id)
        except CannotStart as error:
            log.info("%s does not begin by itself: %s", name, error)
            return None
        return None if result.later else result.started

    def _have_come(
        self, session: Session, definition: Definition, account: Account, context: Context
    ) -> list[tuple[Trigger, TriggerState]] | None:
        """The triggers that have come about with what is remembered of them; None if none has."""
        playbook = definition.of(_segment(account))
        now = self._clock.now()
        scene = Scene(playbook, context, new_run(playbook, context, BY_ITSELF, now), now)
        found: list[tuple[Trigger, TriggerState]] = []
        come = False
        for trigger in playbook.trigger:
            if isinstance(trigger, DateTrigger):
                come = come or _date_has_come(trigger, scene)
            elif state := self._counts(session, trigger, scene, account):
                found.append((trigger, state))
        return found if come or found else None

    def _counts(
        self, session: Session, trigger: Trigger, scene: Scene, account: Account
    ) -> TriggerState | None:
        """What is remembered of a trigger, if it counts now."""
        where = (self._workspace_id, scene.playbook.playbook, fingerprint(trigger), account.id)
        if isinstance(trigger, EventTrigger):
            known = triggers.find_state(session, *where)
            return known if _still_waits(known, scene) else None
        assert isinstance(trigger, SegmentChange | SignalTrigger)
        workspace_id, name, key, account_id = where
        seen = TriggerState(
            workspace_id=workspace_id,
            playbook=name,
            trigger=key,
            account_id=account_id,
            holds=_now_holds(trigger, scene),
            since=scene.now,
        )
        state, is_first = triggers.state_of(session, seen)
        return state if _edge(trigger, state, scene, is_first=is_first) else None

    def _queue(self, session: Session, name: str, trigger: EventTrigger, account: Account) -> None:
        """What happened calls for a playbook that the account may not have now: the next days it is tried again."""
        now = self._clock.now()
        seen = TriggerState(
            workspace_id=self._workspace_id,
            playbook=name,
            trigger=fingerprint(trigger),
            account_id=account.id,
            holds=True,
            since=now,
        )
        state, _ = triggers.state_of(session, seen)
        state.holds, state.since = True, now
        session.add(state)


def fingerprint(trigger: Trigger) -> str:
    """A trigger by its contents."""
    return hashlib.sha256(repr(trigger).encode()).hexdigest()[:16]


def would_act(trigger: Trigger, known: TriggerState | None, scene: Scene) -> bool:
    """Whether a look would begin something by this trigger, or change what is remembered of it."""
    if isinstance(trigger, DateTrigger):
        return _date_has_come(trigger, scene)
    if isinstance(trigger, EventTrigger):
        return _still_waits(known, scene)
    if known is None:
        return True
    after = _Tried(known.holds, known.since, known.armed)
    counts = _edge(trigger, after, scene, is_first=False)
    return counts or (after.holds, after.armed) != (known.holds, known.armed)


def is_new(trigger: Trigger, known: TriggerState | None) -> bool:
    """Whether nothing is remembered yet of a trigger that remembers how things were."""
    return known is None and isinstance(trigger, SegmentChange | SignalTrigger)


def _still_waits(known: TriggerState | None, scene: Scene) -> bool:
    """Whether something happened for which the account could not have the playbook, not long ago."""
    return known is not None and known.holds and scene.now - known.since <= QUEUED_FOR


def _note(trigger: Trigger, state: TriggerState, *, queued: bool) -> None:
    """After a trigger counted: where the account might not have the playbook, it counts again tomorrow."""
    if isinstance(trigger, SignalTrigger):
        if queued:
            long_ago = state.since - _span(trigger.signal.lasting)
            state.armed, state.holds, state.since = True, True, long_ago
    else:  # an event waits as long as it holds; of a segment, the change is seen once more
        state.holds = queued if isinstance(trigger, EventTrigger) else not queued


def _segment(account: Account) -> Segment:
    return cast("Segment", account.segment)


def _date_has_come(trigger: DateTrigger, scene: Scene) -> bool:
    """Whether the day has come and is not long over."""
    today = scene.context.calendar().date_of(scene.now)
    term = scene.context.term
    known = anchors(scene.playbook, scene.run, scene.context, today)
    if term is not None:
        known["C"] = term.first_started_on or term.started_on  # the day itself, however long ago; no renewal
    day = day_of(trigger.date.of(scene.context.segment), known)
    return day is not None and day <= today <= day + _span(trigger.within)


def _now_holds(trigger: SegmentChange | SignalTrigger, scene: Scene) -> bool:
    if isinstance(trigger, SignalTrigger):
        return holds(trigger.signal.when, scene)
    entered = not trigger.segment.enters or scene.context.segment in trigger.segment.enters
    return entered and scene.context.segment not in trigger.segment.leaves


def _edge(
    trigger: SegmentChange | SignalTrigger, state: TriggerState | _Tried, scene: Scene, *, is_first: bool
) -> bool:
    """Whether a condition has just become worth acting on; what was seen is noted in the state."""
    holds_now = _now_holds(trigger, scene)
    if isinstance(trigger, SegmentChange):
        changed = holds_now and not state.holds and not is_first
        state.holds = holds_now
        return changed
    rule = trigger.signal
    over = not holds_now if rule.until is None else holds(rule.until, scene)
    if state.armed:
        return _counts(state, rule, scene, holds_now=holds_now)
    _rearm(state, rule, scene, over=over)
    return False


def _counts(state: TriggerState | _Tried, rule: SignalRule, scene: Scene, *, holds_now: bool) -> bool:
    """An armed signal counts once it has held long enough; then it has to be over first."""
    if holds_now != state.holds:
        state.holds, state.since = holds_now, scene.now
    if not holds_now or scene.now - state.since < _span(rule.lasting):
        return False
    state.armed, state.counted_at = False, scene.now
    state.holds, state.since = False, scene.now  # from here on: whether it is over
    return True


def _rearm(state: TriggerState | _Tried, rule: SignalRule, scene: Scene, *, over: bool) -> None:
    if over != state.holds:
        state.holds, state.since = over, scene.now
    if over and scene.now - state.since >= _span(rule.until_for):
        state.armed, state.holds, state.since = True, False, scene.now


def _span(delay: Delay) -> timedelta:
    return timedelta(hours=delay.amount) if delay.unit in {"h", "bh"} else timedelta(days=delay.amount)
