"""Service: how long customers waited for a person, what was due to them in time, and why it was not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, or_, select

from store.insights import metrics, service
from store.insights.section_values import Action, Line, Measured, Section
from store.insights.service import BusinessHours, Clock
from store.insights.values import Figure, Rate
from store.tables.absences import Absence
from store.tables.accounts import StaffMember
from store.tables.conversations import Message
from store.tables.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from store.insights.frame import Frame
    from store.insights.service import Kind

HANDOVER, ESCALATED = "handover", ":escalation:"
REOPENED_WITHIN = timedelta(hours=72)
LISTED = 5
_KINDS: tuple[tuple[Kind, str], ...] = (("frt", "first answer by a person"), ("ack", "escalations taken"))
_CAUSES = (
    ("nobody", "missed: nobody's"),
    ("absence", "missed: its owner was away"),
    ("untaken", "missed: nobody took it"),
    ("late", "missed: taken, and answered late"),
)


@dataclass(frozen=True)
class Due:
    """A customer's wish for a person, or an escalation: when it came, was answered, and was done."""

    task: Task
    kind: Kind
    hours: BusinessHours  # of its owner
    answered_at: datetime | None = None  # the first word of a person
    pauses: tuple[tuple[datetime, datetime], ...] = ()  # while it was the customer's turn
    was_away: bool = False  # its owner, on the day it was due

    @property
    def stopped_at(self) -> datetime | None:
        """When the clock stopped: the first word, else when it was done."""
        known = [at for at in (self.answered_at, self.task.done_at) if at is not None]
        return min(known, default=None)

    @property
    def clock(self) -> Clock:
        """As the formulas read it; its target is the office time between the wish and its date."""
        due_at = self.task.due_at or self.task.created_at
        target = self.hours.minutes(self.task.created_at, due_at)
        return Clock(self.kind, self.task.id, self.task.created_at, target, self.stopped_at)


@dataclass(frozen=True)
class Service:
    """What was due to the customers of a scope in the rolling time."""

    due: list[Due] = field(default_factory=list)


def read_service(session: Session, frame: Frame) -> Service:
    """Wishes and escalations that came or were open in the period or the one before, as they stood at the moment."""
    since = frame.period.before.start
    statement = select(Task).where(
        Task.workspace_id == frame.workspace_id,
        col(Task.due_at).is_not(None),
        col(Task.created_at) <= frame.now,
        or_(Task.kind == HANDOVER, col(Task.key).contains(ESCALATED)),
        or_(col(Task.done_at).is_(None), col(Task.done_at) >= since, col(Task.due_at) >= since),
        col(Task.state) != "cancelled",
    )
    found = session.exec(statement.order_by(col(Task.created_at), col(Task.id))).all()
    tasks = [task for task in found if frame.covers(task.account_id)]
    talk = _talk(session, frame, {str(task.link.get("conversation_id")) for task in tasks})
    zones, away = _zones(session, frame), _absences(session, frame)
    return Service([_due(frame, task, talk, zones, away) for task in tasks])


Talk = dict[str, list[tuple[Any, str]]]  # conversation id -> (moment, "us" | "them"), in order


def _talk(session: Session, frame: Frame, conversation_ids: set[str]) -> Talk:
    """Who wrote when in these conversations; the bot is nobody."""
    staff = set(
        session.exec(select(StaffMember.slack_user_id).where(StaffMember.workspace_id == frame.workspace_id))
    )
    found: Talk = {}
    ids = sorted(conversation_ids)
    for n in range(0, len(ids), 1000):
        statement = (
            select(Message.conversation_id, Message.created_at, Message.slack_user_id)
            .where(
                col(Message.conversation_id).in_(ids[n : n + 1000]),
                Message.author == "person",
                col(Message.created_at) <= frame.now,
            )
            .order_by(col(Message.created_at), col(Message.id))
        )
        for conversation_id, at, who in session.exec(statement):
            found.setdefault(conversation_id, []).append((at, "us" if who in staff else "them"))
    return found


def _zones(session: Session, frame: Frame) -> dict[str, str]:
    statement = select(StaffMember.email, StaffMember.timezone).where(
        StaffMember.workspace_id == frame.workspace_id
    )
    return {email.lower(): zone for email, zone in session.exec(statement)}


def _absences(session: Session, frame: Frame) -> list[Absence]:
    return list(session.exec(select(Absence).where(Absence.workspace_id == frame.workspace_id)))


def _due(frame: Frame, task: Task, talk: Talk, zones: Mapping[str, str], away: Sequence[Absence]) -> Due:
    owner = (task.owner_email or "").lower()
    turns = [
        turn for turn in talk.get(str(task.link.get("conversation_id")), ()) if turn[0] >= task.created_at
    ]
    ours = next((at for at, who in turns if who == "us"), None)
    pauses = tuple(
        (one[0], other[0]) for one, other in pairwise(turns) if (one[1], other[1]) == ("us", "them")
    )
    day = task.due_at.date() if task.due_at else frame.today
    was_away = any(one.email == owner and one.starts_on <= day <= one.ends_on for one in away)
    hours = BusinessHours(zones.get(owner) or "UTC")
    return Due(task, "frt" if task.kind == HANDOVER else "ack", hours, ours, pauses, was_away)


def service_section(frame: Frame, rows: Service) -> Section:
    """What came due in the period: kept or missed, by kind and cause, with the times."""
    due = [one for one in rows.due if _came_due(frame, one)]
    met = [one for one in due if is_met(frame, one)]
    missed = [one for one in due if not is_met(frame, one)]
    figures = {one.key: one for one in _figures(due, met, missed, rows, frame)}
    rates = [Rate("service.sla", "kept in time", figures["service.met"], figures["service.due"])]
    for kind, label in _KINDS:
        of_kind = figures[f"service.{kind}"]
        part = _figure(f"{kind}_met", f"{label}, in time", [one for one in met if one.kind == kind])
        if of_kind.value:
            figures[part.key] = part
            rates.append(Rate(f"service.sla_{kind}", label, part, of_kind))
    rates.append(
        Rate(
            "service.reopened_share",
            "asked for again in 72 hours",
            figures["service.reopened"],
            figures["service.done"],
        )
    )
    return Section(
        "service",
        "Service",
        figures=tuple(figures.values()),
        rates=tuple(rates),
        measures=tuple(_times(frame, rows)),
        lines=tuple(_line(frame, one) for one in _worst(frame, missed)[:LISTED]),
        missing=() if due else ("Nothing was due to a customer in this period.",),
    )


def is_met(frame: Frame, one: Due) -> bool | None:
    """Whether it was kept; None while it still may be."""
    return service.is_met(one.clock, one.hours, frame.now)


def _came_due(frame: Frame, one: Due) -> bool:
    """Whether it was decided in the period: kept when it was answered, or missed when its date passed."""
    decided = one.stopped_at if is_met(frame, one) else one.task.due_at
    return is_met(frame, one) is not None and decided is not None and _is_in(frame, decided)


def _is_in(frame: Frame, at: datetime) -> bool:
    return frame.period.start <= at < frame.period.end and at <= frame.now


def _figure(name: str, label: str, due: Sequence[Due]) -> Figure:
    return Figure(f"service.{name}", label, "task", tuple(one.task.id for one in due))


def _figures(
    due: list[Due], met: list[Due], missed: list[Due], rows: Service, frame: Frame
) -> Iterator[Figure]:
    yield _figure("due", "due to customers", due)
    yield _figure("met", "kept in time", met)
    for kind, label in _KINDS:
        yield _figure(kind, label, [one for one in due if one.kind == kind])
    for cause, label in _CAUSES:
        yield _figure(f"missed_{cause}", label, [one for one in missed if cause_of(one) == cause])
    done = [
        one
        for one in rows.due
        if one.kind == "frt" and one.task.done_at is not None and _is_in(frame, one.task.done_at)
    ]
    yield _figure("done", "wishes for a person that were resolved", done)
    yield _figure(
        "reopened", "of these, asked for again in 72 hours", [one for one in done if _is_reopened(rows, one)]
    )


def cause_of(one: Due) -> str:
    """Why something was missed."""
    if not one.task.owner_email and not one.task.link.get("taken_by"):
        return "nobody"
    if one.was_away:
        return "absence"
    is_taken = one.task.link.get("taken_by") or one.stopped_at is not None
    return "late" if is_taken else "untaken"


def _is_reopened(rows: Service, done: Due) -> bool:
    """Whether somebody wished for a person again in the same conversation soon after."""
    at, where = done.task.done_at, done.task.link.get("conversation_id")
    return bool(where) and any(
        other.task.link.get("conversation_id") == where
        and at is not None
        and at < other.task.created_at <= at + REOPENED_WITHIN
        for other in rows.due
    )


def _times(frame: Frame, rows: Service) -> Iterator[Measured]:
    """Business minutes to the first word, and to the end without the customer's turns: median and 90th percentile."""
    answered = [
        one
        for one in rows.due
        if one.kind == "frt" and one.stopped_at is not None and _is_in(frame, one.stopped_at)
    ]
    resolved = [
        one
        for one in rows.due
        if one.kind == "frt" and one.task.done_at is not None and _is_in(frame, one.task.done_at)
    ]
    waits = [one.hours.minutes(one.task.created_at, one.stopped_at) for one in answered if one.stopped_at]
    works = [
        one.hours.minutes(one.task.created_at, one.task.done_at, one.pauses)
        for one in resolved
        if one.task.done_at
    ]
    for name, label, due, minutes in (
        ("first_answer", "business time to the first answer by a person", answered, waits),
        ("resolve", "business time to the solution, without the customer's turns", resolved, works),
    ):
        if minutes:
            figure, last = _figure(name, label, due), service.percentile(minutes, 0.9)
            yield Measured(figure.key, label, "minutes", metrics.middle(minutes), figure, extreme=last)


def _worst(frame: Frame, missed: list[Due]) -> list[Due]:
    """Those that still wait first, then by revenue."""
    return sorted(
        missed,
        key=lambda one: (one.stopped_at is not None, -frame.worth(one.task.account_id), one.task.created_at),
    )


def _line(frame: Frame, one: Due) -> Line:
    task, account = one.task, frame.accounts.get(one.task.account_id or "")
    waits = "still waits" if one.stopped_at is None else f"answered {one.stopped_at:%-d %b}"
    channel, ts = task.link.get("channel"), task.link.get("ts")
    return Line(
        text=f"{task.title}: {waits}",
        figure=_figure(f"missed.{task.id}", task.title, [one]),
        account=account.name if account else None,
        owner=frame.person(task.owner_email),
        action=Action("Open the tasks", "/cs tasks team") if one.stopped_at is None else None,
        arr=(account.arr_minor, account.currency) if account and account.arr_minor is not None else None,
        because=dict(_CAUSES)[cause_of(one)],
        channel_id=channel,
        message_ts=ts,
    )
