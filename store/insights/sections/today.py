"""What needs somebody today: at most seven, ranked by revenue x urgency x how much can still be turned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.insights import forecast
from store.insights.running import is_stuck
from store.insights.section_values import Action, Line, Section
from store.insights.sections.renewals import days_to
from store.insights.sections.service import cause_of, is_met
from store.insights.values import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from store.insights.frame import Frame
    from store.insights.running import Plays
    from store.insights.sections.renewals import Terms
    from store.insights.sections.service import Service
    from store.insights.values import EvidenceKind
    from store.tables.tasks import Task

MOST = 7
RED_WITHIN = 90  # days before the end of a term
HOPE = {
    forecast.LOST_CAUSE: 0,
    forecast.ACTIONABLE: 1,
    forecast.OPEN: 2,
    forecast.LIKELY: 3,
    forecast.COMMIT: 4,
}
_LABELS = {
    "sla": "answers overdue that nobody has taken",
    "l3": "L3 escalations open",
    "red": f"red accounts that renew within {RED_WITHIN} days",
    "forecast": "forecasts that the figures contradict",
    "approval": "messages that wait for somebody's word",
    "stalled": "playbooks that do not go on",
}


@dataclass(frozen=True)
class Need:
    """Something that somebody has to do. Weights lie within 0 and 1."""

    kind: str  # a key of _LABELS
    evidence: EvidenceKind
    row: str
    account_id: str | None
    urgency: float  # 1: today
    turnable: float  # 1: nothing is lost yet
    text: str
    because: str
    owner: str | None
    label: str
    command: str
    link: tuple[str | None, str | None] = (None, None)


def today_section(
    frame: Frame, *, tasks: Sequence[Task], service: Service, terms: Terms, plays: Plays
) -> Section:
    """What needs somebody, counted by kind; the most pressing as lines, one an account and kind."""
    needs = [
        *_late(frame, service),
        *_escalated(frame, tasks),
        *_red(frame, terms),
        *_contradicted(frame, terms),
    ]
    needs += [*_waiting(frame, plays), *_stalled(frame, plays)]
    figures = tuple(
        Figure(f"today.{kind}", label, found[0].evidence, tuple(one.row for one in found))
        if (found := [one for one in needs if one.kind == kind])
        else Figure(f"today.{kind}", label, "task")
        for kind, label in _LABELS.items()
    )
    groups: dict[tuple[str, str], list[Need]] = {}
    for one in needs:
        groups.setdefault((one.kind, one.account_id or one.row), []).append(one)
    ranked = sorted(
        groups.values(), key=lambda group: (-_score(frame, group[0]), -group[0].urgency, group[0].row)
    )
    return Section(
        "today", "Needs you today", figures=figures, lines=tuple(_line(frame, one) for one in ranked[:MOST])
    )


def _score(frame: Frame, one: Need) -> float:
    """Revenue of a year x urgency x what can still be turned; without a known revenue, as one of a single unit."""
    return max(frame.worth(one.account_id), 1) * one.urgency * one.turnable


def _line(frame: Frame, group: list[Need]) -> Line:
    first, account = group[0], frame.accounts.get(group[0].account_id or "")
    more = f" (and {len(group) - 1} more)" if len(group) > 1 else ""
    channel, ts = first.link
    return Line(
        text=first.text + more,
        figure=Figure(
            f"today.{first.kind}.{first.row}", first.text, first.evidence, tuple(one.row for one in group)
        ),
        account=account.name if account else None,
        owner=first.owner,
        action=Action(first.label, first.command),
        arr=(account.arr_minor, account.currency) if account and account.arr_minor is not None else None,
        because=first.because,
        channel_id=channel,
        message_ts=ts,
    )


def _late(frame: Frame, rows: Service) -> Iterator[Need]:
    for one in rows.due:
        task = one.task
        if (
            one.kind == "frt"
            and one.stopped_at is None
            and is_met(frame, one) is False
            and not task.link.get("taken_by")
        ):
            yield Need(
                "sla", "task", task.id, task.account_id, 1.0, 0.9,
                f"{task.title}, due {task.due_at:%-d %b %H:%M} UTC" if task.due_at else task.title,
                {"nobody": "nobody's", "absence": "its owner is away"}.get(cause_of(one), "nobody has taken it"),
                frame.person(task.owner_email), "Take it", "/cs tasks team",
                (task.link.get("channel"), task.link.get("ts")),
            )  # fmt: skip


def _escalated(frame: Frame, tasks: Sequence[Task]) -> Iterator[Need]:
    for task in tasks:
        if ":escalation:L3" in task.key:
            yield Need(
                "l3", "task", task.id, task.account_id, 1.0, 0.6, task.title, f"open since {task.created_at:%-d %b}",
                frame.person(task.owner_email), "Open the tasks", "/cs tasks team",
            )  # fmt: skip


def _nearness(days: int) -> float:
    """How urgent a term's end is: 1 on the day, a quarter at ninety days and before."""
    return max(0.25, 1 - max(days, 0) / 120)


def _red(frame: Frame, rows: Terms) -> Iterator[Need]:
    for term in rows.running:
        days, standing = days_to(frame, term), rows.standings.get(term.account_id)
        if (
            standing is None
            or not 0 <= days <= RED_WITHIN
            or "red" not in {standing.band, standing.sentiment}
        ):
            continue
        why = "the CSM says red" if standing.sentiment == "red" else f"health {standing.score}"
        yield Need(
            "red", "subscription", term.id, term.account_id, _nearness(days), 0.8 if days > forecast.LAST_DAYS else 0.5,
            f"red, renews in {days} days", why, frame.owner(term.account_id), "Renewal brief",
            f"/cs renew @{frame.name(term.account_id)} brief",
        )  # fmt: skip


def _contradicted(frame: Frame, rows: Terms) -> Iterator[Need]:
    """Somebody hopes for more than the figures do."""
    for term in rows.running:
        call = rows.call(term)
        if call is None or HOPE.get(call.category, 0) <= HOPE.get(call.computed, 0):
            continue
        if call.category == forecast.COMMIT and call.computed == forecast.LIKELY:
            continue
        days = days_to(frame, term)
        said = (
            f"forecast {call.category.replace('_', ' ')}, the figures say {call.computed.replace('_', ' ')}"
        )
        yield Need(
            "forecast", "forecast", call.id, term.account_id, _nearness(days), 0.7, f"{said}, renews in {days} days",
            f"{call.by_name}: {call.why}", frame.owner(term.account_id), "Settle the forecast",
            f"/cs renew @{frame.name(term.account_id)} forecast",
        )  # fmt: skip


def _waiting(frame: Frame, rows: Plays) -> Iterator[Need]:
    still = {run.id for run in rows.open_at(frame.now) if run.state == "active"}
    for one in rows.steps:
        row = one.row
        if row.run_id in still and row.state == "awaiting_approval" and row.updated_at <= frame.now:
            late = row.due_at is not None and row.due_at <= frame.now
            yield Need(
                "approval", "step", row.id, one.account_id, 0.8 if late else 0.5, 1.0,
                f"“{row.title or row.step}” waits for approval", f"since {row.updated_at:%-d %b}",
                frame.owner(one.account_id), "Approve or skip", f"/cs play status @{frame.name(one.account_id)}",
            )  # fmt: skip


def _stalled(frame: Frame, rows: Plays) -> Iterator[Need]:
    steps: dict[str, list[Any]] = {}
    for one in rows.steps:
        steps.setdefault(one.row.run_id, []).append(one)
    for run in rows.open_at(frame.now):
        if is_stuck(frame, run, steps.get(run.id, [])):
            yield Need(
                "stalled", "run", run.id, run.account_id, 0.4, 0.9, f"{run.playbook} does not go on",
                "paused" if run.state == "paused" else "a step is over five days late", frame.owner(run.account_id),
                "Where it stands", f"/cs play status @{frame.name(run.account_id)}",
            )  # fmt: skip
