"""The plan of a run: which steps, when, for whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from playbooks import work
from playbooks.guards import recipient
from playbooks.state import StepRecord
from playbooks.turn import Turn
from playbooks.types import Decision, Delay, Message, TaskSpec, When, Work

if TYPE_CHECKING:
    from datetime import date

    from playbooks.state import Context, Run
    from playbooks.types import Audience, Playbook, Step

CATCH_UP = 5  # business days between steps whose day had passed when the run began


def anchors(context: Context, today: date) -> dict[str, date]:
    """The days that steps are counted from.

    C is the contract's start, or today if that is over: check-ins count from the day they begin. R is the
    renewal date, or the last day for notice if the contract renews by itself and that day is still to come.
    """
    days = {"C": today}
    term = context.term
    if term is None:
        return days
    days["C"] = max(term.started_on, today)
    days["R"] = term.renews_on
    notice = term.renews_on - timedelta(days=term.notice_days or 0)
    if term.auto_renews and notice >= today:
        days["R"] = notice
    return days


def plan(turn: Turn) -> None:
    """Plan every step that has a day, and begin those whose time has come."""
    turn.update(anchors=anchors(turn.context, turn.context.calendar().date_of(turn.now)))
    planned = sorted(_scheduled(turn), key=lambda item: item[0])
    catching_up: datetime | None = None
    for day, step, body in planned:
        due, late = _due(turn, body, day), False
        if _reaches_customer(turn, body):
            earliest = _earliest(turn, catching_up)
            late = due < earliest and (due < turn.now or catching_up is not None)
            if late:
                due = catching_up = earliest
        elif isinstance(body, Work) and catching_up:
            due = max(due, min(_earliest(turn, catching_up), _last_day(turn)))
        for record in _records(turn, step, body, max(due, turn.now)):
            if isinstance(body, Message) and not late:
                own = _due(turn, body, day, record.audience)
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
        ahead = record.state in {"planned", "held"} and record.audience != "csm"
        person = recipient(turn, record, body) if ahead and isinstance(body, Message) else None
        if person:
            turn.change(record, contact_id=person.id)
            found[record.key] = person.name
    return found


def plan_last(turn: Turn, step: str) -> None:
    """Plan the step that follows an outcome, for now."""
    body = turn.playbook.steps[step]
    for record in _records(turn, step, body, turn.now):
        turn.put(record)
        turn.fresh.append(record.key)


def reach_out(turn: Turn, why: str) -> None:
    """A quiet account: the CSM reaches for it personally, once in a run."""
    spec = TaskSpec(title="Reach {account} personally", body="{why}.", due=Delay(3, "bd"), priority="high")
    work.make(turn, None, spec, "band:quiet", why=f"The account is quiet: {why}")


def _scheduled(turn: Turn) -> list[tuple[date, str, Step]]:
    days = turn.run.anchors
    return [
        (days[when.anchor] + timedelta(days=when.days), step, body)
        for step, body in turn.playbook.steps.items()
        if turn.run.segment not in body.skip_in and (when := _when(turn, body)) and when.anchor in days
    ]


def _when(turn: Turn, body: Step) -> When | None:
    return body.when.of(turn.run.segment) if body.when else None


def _due(turn: Turn, body: Step, day: date, audience: Audience | None = None) -> datetime:
    """10:00 of the day in the reader's zone; a weekend moves it on, but back before a renewal."""
    when = _when(turn, body)
    calendar = turn.context.calendar(_zone(turn, body, audience))
    before = when is not None and when.anchor == "R"
    return calendar.at(calendar.on_or_before(day) if before else calendar.on_or_after(day))


def _zone(turn: Turn, body: Step, audience: Audience | None = None) -> str | None:
    """The zone of whoever will read the step, the first audience if none is named.

    Of a decision, whoever reads the step that it may lead to.
    """
    if isinstance(body, Decision):
        targets = [
            turn.playbook.steps[target] for case in body.decide if (target := case.goto or case.otherwise)
        ]
        body = next((target for target in targets if isinstance(target, Message)), body)
    if not _reaches_customer(turn, body):
        return turn.context.csm.zone if turn.context.csm else None
    audience = audience or (body.to.of(turn.run.segment)[0] if isinstance(body, Message) else None)
    return next((p.zone for p in turn.context.contacts if p.persona == audience and p.active), None)


def _reaches_customer(turn: Turn, body: Step) -> bool:
    return isinstance(body, Decision) or (
        isinstance(body, Message) and body.to.of(turn.run.segment)[0] != "csm"
    )


def _records(turn: Turn, step: str, body: Step, due: datetime) -> list[StepRecord]:
    audiences: tuple[Audience, ...] = body.to.of(turn.run.segment) if isinstance(body, Message) else ("csm",)
    own = body.delivery if isinstance(body, Message) else None
    delivery = (own or turn.playbook.delivery).of(turn.run.segment)
    if isinstance(body, Message) and audiences == ("csm",):
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
