"""Onboarding: who is on track, who is late, how long the first steps take, and which cohort finishes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, func, select

from store.insights import adoption
from store.insights.adoption import Onboarding
from store.insights.running import ROLLING, goal_met_at, is_stuck, kind_of
from store.insights.section_values import Action, Line, Measured, Section
from store.insights.values import Figure
from store.tables.accounts import Subscription, UsageFact
from store.tables.activities import Activity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from store.insights.frame import Frame
    from store.insights.metrics import Metric
    from store.insights.running import Plays, Step
    from store.tables.playbooks import PlaybookRun

KIND, LISTED = "onboarding", 3
MEETINGS = ("call", "meeting")
NO_VALUE = ("", "0", "no", "false")
AROUND = timedelta(
    days=30
)  # of a contract's start and the run's: further apart they are not about one another
_TIMES: tuple[tuple[str, str, int, Callable[[list[Onboarding]], Metric]], ...] = (
    ("tte", "days to the first meeting", adoption.ENGAGED_WITHIN, adoption.time_to_engage),
    ("ttfv", "days to first value", adoption.VALUE_WITHIN, adoption.time_to_first_value),
    ("tto", "days to the end of onboarding", adoption.ONBOARDED_WITHIN, adoption.time_to_onboard),
)


@dataclass(frozen=True)
class Beginnings:
    """What accounts did first."""

    contracts: Mapping[str, list[date]] = field(default_factory=dict)  # account id -> starts of terms
    met_on: Mapping[str, list[date]] = field(default_factory=dict)  # calls and meetings, in order
    value_on: Mapping[str, date] = field(default_factory=dict)  # the first value


def read_beginnings(session: Session, frame: Frame) -> Beginnings:
    """Contracts, meetings and first values, up to today."""
    starts: list[Any] = [Subscription.account_id, Subscription.started_on]
    terms = select(*starts).where(Subscription.workspace_id == frame.workspace_id)
    days: list[Any] = [Activity.account_id, Activity.happened_on]
    met = select(*days).where(
        Activity.workspace_id == frame.workspace_id,
        col(Activity.kind).in_(MEETINGS),
        col(Activity.happened_on) <= frame.today,
    )
    columns: list[Any] = [UsageFact.account_id, func.min(UsageFact.observed_on)]
    value = (
        select(*columns)
        .where(
            UsageFact.workspace_id == frame.workspace_id,
            UsageFact.kind == "first_value",
            func.lower(col(UsageFact.value)).not_in(NO_VALUE),
            col(UsageFact.observed_on) <= frame.today,
        )
        .group_by(col(UsageFact.account_id))
    )
    return Beginnings(
        _by_account(session.exec(terms).all()),
        _by_account(session.exec(met).all()),
        dict(session.exec(value).all()),
    )


def _by_account(rows: Iterable[tuple[str, date]]) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {}
    for account_id, day in rows:
        found.setdefault(account_id, []).append(day)
    return {account_id: sorted(days) for account_id, days in found.items()}


def onboarding_section(frame: Frame, rows: Plays, first: Beginnings) -> Section:
    """Runs by how they stand, and the times of those that began in the last ninety days."""
    steps: dict[str, list[Step]] = {}
    for one in rows.steps:
        steps.setdefault(one.row.run_id, []).append(one)
    runs = [run for run in rows.open_at(frame.now) if kind_of(run) == KIND]
    stuck = [run for run in runs if is_stuck(frame, run, steps.get(run.id, []))]
    behind = [run for run in runs if run not in stuck and _is_behind(frame, rows, run)]
    on_track = [run for run in runs if run not in stuck and run not in behind]
    cohort = [
        run for run in rows.runs if kind_of(run) == KIND and run.started_at >= frame.period.end - ROLLING
    ]
    measures = (*_times(first, cohort), *_cohorts(frame, rows, first))
    return Section(
        "onboarding",
        "Onboarding",
        figures=(
            _figure("open", "in onboarding", runs),
            _figure("on_track", "on track", on_track),
            _figure("behind", "without their goal in its time", behind),
            _figure("stuck", "stuck", stuck),
        ),
        measures=measures,
        lines=tuple(_line(frame, run, steps.get(run.id, [])) for run in stuck[:LISTED]),
        missing=() if measures else ("No onboarding has begun in the last ninety days.",),
    )


def _figure(name: str, label: str, runs: list[PlaybookRun]) -> Figure:
    return Figure(f"onboarding.{name}", label, "run", tuple(run.id for run in runs))


def _is_behind(frame: Frame, rows: Plays, run: PlaybookRun) -> bool:
    account = frame.accounts.get(run.account_id)
    window = rows.window(run, account.segment) if account else None
    days = window or timedelta(days=adoption.ONBOARDED_WITHIN)
    return goal_met_at(run) is None and frame.now - run.started_at > days


def beginning(first: Beginnings, run: PlaybookRun) -> Onboarding:
    """A run as the formulas read it; it starts with the contract, where one began around then."""
    began = run.started_at.date()
    near = [day for day in first.contracts.get(run.account_id, ()) if abs(day - began) <= AROUND]
    start = min(near, key=lambda day: abs(day - began)) if near else began
    met = next((day for day in first.met_on.get(run.account_id, ()) if day >= start), None)
    closed = run.ended_at.date() if run.ended_at and run.state == "finished" else None
    return Onboarding(run.account_id, start, met, first.value_on.get(run.account_id), closed)


def _times(first: Beginnings, cohort: list[PlaybookRun]) -> Iterator[Measured]:
    for name, label, target, formula in _TIMES:
        known = [run for run in cohort if formula([beginning(first, run)]).is_known]
        if known:
            figure = _figure(name, f"{label}, of those begun in {ROLLING.days} days", known)
            metric = formula([beginning(first, run) for run in known])
            yield Measured(figure.key, figure.label, "days", metric, figure, target=float(target))


def _cohorts(frame: Frame, rows: Plays, first: Beginnings) -> Iterator[Measured]:
    """The share that ended in time, by the month in which they began; who has time left is not counted."""
    months: dict[tuple[int, int], list[PlaybookRun]] = {}
    for run in rows.runs:
        if kind_of(run) == KIND:
            start = beginning(first, run).started_on
            months.setdefault((start.year, start.month), []).append(run)
    for (year, month), runs in sorted(months.items()):
        settled = [
            run for run in runs if adoption.onboarded_in_time([beginning(first, run)], frame.today).is_known
        ]
        if settled:
            label = f"onboarded within {adoption.ONBOARDED_WITHIN} days, begun {date(year, month, 1):%b %Y}"
            figure = _figure(f"cohort.{year}-{month:02}", label, settled)
            metric = adoption.onboarded_in_time([beginning(first, run) for run in settled], frame.today)
            yield Measured(figure.key, label, "share", metric, figure)


def _line(frame: Frame, run: PlaybookRun, steps: list[Step]) -> Line:
    name = frame.name(run.account_id)
    waiting = [
        one.row for one in steps if one.row.due_at and one.row.due_at <= frame.now and not one.row.sent_at
    ]
    last = min(waiting, key=lambda row: row.due_at or frame.now, default=None)
    why = (
        f"“{last.title or last.step}” was due {last.due_at:%-d %b}"
        if last and last.due_at
        else f"it is {run.state}"
    )
    account = frame.accounts.get(run.account_id)
    return Line(
        text=f"stuck in onboarding since {run.started_at:%-d %b}",
        figure=_figure(f"stuck.{run.id}", f"onboarding of {name}", [run]),
        account=name,
        owner=frame.owner(run.account_id),
        action=Action("Where it stands", f"/cs play status @{name}"),
        arr=(account.arr_minor, account.currency) if account and account.arr_minor is not None else None,
        because=why,
    )
