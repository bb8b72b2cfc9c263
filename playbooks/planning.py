"""The plan of a run: which steps, when, for whom."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from playbooks import work
from playbooks.effects import SetTimer
from playbooks.guards import recipient
from playbooks.state import StepRecord
from playbooks.turn import Turn
from playbooks.types import STAFF, Decision, Delay, Message, Notice, TaskSpec, Work

if TYPE_CHECKING:
    from playbooks.state import Context, Run
    from playbooks.terms import When
    from playbooks.types import AnchorSpec, Audience, Playbook, Step

REVIEW = "review"  # the timer after which a manager looks at a run
CATCH_UP = 5  # business days between steps whose day had passed when the run began


def anchors(playbook: Playbook, run: Run, context: Context, today: date) -> dict[str, date]:
    """The days that steps are counted from, as far as they are known.

    S is the day on which the run began, `today` then. C is the contract's start, or S if that is over:
    check-ins count from the day they begin. R is the renewal date, or the last day for notice if the contract
    renews by itself and that day was still to come. The playbook's own come from facts that hold a date.
    """
    days = {"S": today, "C": today}
    term = context.term
    if term is not None:
        days["C"] = max(term.started_on, today)
        days["R"] = term.renews_on
        notice = term.renews_on - timedelta(days=term.notice_days or 0)
        if term.auto_renews and notice >= today:
            days["R"] = notice
    for _ in playbook.anchors:  # one may be counted from another, in whichever order they stand
        for name, spec in playbook.anchors.items():
            noted = parse_day(run.facts.get(spec.fact) or _noted(spec, playbook, context))
            other = day_of(spec.otherwise.of(context.segment), days) if spec.otherwise else None
            if found := noted or other:
                days[name] = found
    return days


def _noted(spec: AnchorSpec, playbook: Playbook, context: Context) -> str:
    """What an anchor's fact says; where it must be fresh, nothing that an earlier run was about."""
    fact, ended = context.facts.get(spec.fact), context.ended.get(playbook.playbook)
    if fact is None or (spec.fresh and ended and fact.observed_on <= context.calendar().date_of(ended)):
        return ""
    return fact.value


def day_of(when: When, days: dict[str, date]) -> date | None:
    """The day that a moment means; None while an anchor of it is not known."""
    if any(anchor not in days for anchor in when.anchors):
        return None
    start = days[when.anchor]
    if when.to is None:
        return start + timedelta(days=when.days)
    return start + (days[when.to] - start) * when.percent // 100


def parse_day(text: str) -> date | None:
    """The day that a fact holds: ISO, or as messages say it, 12 March 2026."""
    for written, pattern in ((text[:10], "%Y-%m-%d"), (text.strip(), "%d %B %Y")):
        with contextlib.suppress(ValueError):
            return datetime.strptime(written, pattern).date()  # noqa: DTZ007 - a day has no zone
    return None


def plan(turn: Turn) -> None:
    """Plan every step that has a day, and begin those whose time has come."""
    turn.update(anchors=anchors(turn.playbook, turn.run, turn.context, turn.today), csm=_csm(turn))
    if turn.playbook.max_days:
        turn.emit(SetTimer(f"{REVIEW}:run", turn.now + timedelta(days=turn.playbook.max_days)))
    planned = sorted(scheduled(turn), key=lambda item: item[0])
    catching_up: datetime | None = None
    for day, step, body in planned:
        due, late = due_of(turn, body, day), False
        if _reaches_customer(turn, body) and not isinstance(body, Notice):
            earliest = _earliest(turn, catching_up)
            late = due < earliest and (due < turn.now or catching_up is not None)
            if late:
                due = catching_up = earliest
        elif isinstance(body, Work) and catching_up:
            due = max(due, min(_earliest(turn, catching_up), _last_day(turn)))
        for record in _records(turn, step, body, max(due, turn.now)):
            if isinstance(body, Message) and not late:
                own = due_of(turn, body, day, record.audience)
                turn.put(record.model_copy(update={"due_at": max(own, turn.now)}))
            else:
                turn.put(record)
            turn.fresh.append(record.key)


def _earliest(turn: Turn, before: datetime | None) -> datetime:
    """When a step may come that is late from the start: now, or some days after the late one before it."""
    calendar = turn.context.calendar()
    return calendar.after(before, CATCH_UP) if before else calendar.first_moment(turn.now)


def _last_day(turn: Turn) -> datetime:
    """10:00 of the last working day before the renewal; there is no last day without one."""
    renewal = turn.run.anchors.get("R")
    calendar = turn.context.staff_calendar
    return calendar.at(calendar.on_or_before(renewal)) if renewal else datetime.max.replace(tzinfo=UTC)


def expected_readers(playbook: Playbook, run: Run, context: Context, now: datetime) -> dict[str, str]:
    """The name of who would get each step that is still to come, by its key, as things are now."""
    turn, found = Turn(playbook, context, now, run), {}
    for record in run.steps.values():
        body = turn.body(record)
        ahead = record.state in {"planned", "held"} and record.audience not in STAFF
        person = recipient(turn, record, body) if ahead and isinstance(body, Message) else None
        if person:
            turn.change(record, contact_id=person.id)
            found[record.key] = person.name
    return found


def plan_now(turn: Turn, step: str) -> None:
    """Plan a step for now: what follows an outcome, or something that happened."""
    body = turn.playbook.step(step)
    if turn.run.segment in body.skip_in:
        return
    for record in _records(turn, step, body, turn.now):
        turn.put(record)
        turn.fresh.append(record.key)


def plan_on(turn: Turn, step: str, day: date) -> None:
    """Plan a step for a day, at 10:00 of each reader."""
    body = turn.playbook.step(step)
    for record in _records(turn, step, body, turn.now):
        due = due_of(turn, body, day, record.audience if isinstance(body, Message) else None)
        turn.put(record.model_copy(update={"due_at": max(due, turn.now)}))
        turn.fresh.append(record.key)


def reach_out(turn: Turn, why: str) -> None:
    """A quiet account: the CSM reaches for it personally, once in a run."""
    spec = TaskSpec(title="Reach {account} personally", body="{why}.", due=Delay(3, "bd"), priority="high")
    work.make(turn, None, spec, "band:quiet", why=f"The account is quiet: {why}")


def _csm(turn: Turn) -> str | None:
    return turn.context.csm.email if turn.context.csm else None


def scheduled(turn: Turn) -> list[tuple[date, str, Step]]:
    """Steps that have a day, with it, as far as their anchors are known."""
    days = turn.run.anchors
    return [
        (day, step, body)
        for step, body in turn.playbook.steps.items()
        if turn.run.segment not in body.skip_in
        and (when := when_of(turn, body))
        and (day := day_of(when, days)) is not None
    ]


def when_of(turn: Turn, body: Step) -> When | None:
    """From where a step is counted."""
    return body.when.of(turn.run.segment) if body.when else None


def due_of(turn: Turn, body: Step, day: date, audience: Audience | None = None) -> datetime:
    """10:00 of the day in the reader's zone; a weekend moves it on, but back where days before something are counted."""
    when = when_of(turn, body)
    calendar = turn.context.calendar(_zone(turn, body, audience))
    before = when is not None and (when.anchor == "R" or when.days < 0)
    return calendar.at(calendar.on_or_before(day) if before else calendar.on_or_after(day))


def _zone(turn: Turn, body: Step, audience: Audience | None = None) -> str | None:
    """The zone of whoever will read the step, the first audience if none is named.

    Of a decision, whoever reads the step that it may lead to.
    """
    if isinstance(body, Decision):
        targets = [
            turn.playbook.step(target) for case in body.decide if (target := case.goto or case.otherwise)
        ]
        body = next((target for target in targets if isinstance(target, Message)), body)
    if not _reaches_customer(turn, body):
        return turn.context.csm.zone if turn.context.csm else None
    audience = audience or (body.to.of(turn.run.segment)[0] if isinstance(body, Message) else None)
    return next((p.zone for p in turn.context.contacts if p.persona == audience and p.active), None)


def _reaches_customer(turn: Turn, body: Step) -> bool:
    return isinstance(body, Decision) or (
        isinstance(body, Message) and body.to.of(turn.run.segment)[0] not in STAFF
    )


def _records(turn: Turn, step: str, body: Step, due: datetime) -> list[StepRecord]:
    audiences: tuple[Audience, ...] = body.to.of(turn.run.segment) if isinstance(body, Message) else ("csm",)
    own = body.delivery if isinstance(body, Message) else None
    delivery = (own or turn.playbook.delivery).of(turn.run.segment)
    if isinstance(body, Message) and set(audiences) <= STAFF:
        delivery = "auto"
    return [
        StepRecord(
            key=f"{step}.{audience}" if len(audiences) > 1 else step,
            step=step,
            audience=audience,
            delivery=delivery,
            due_at=due,
        )
        for audience in audiences
    ]
