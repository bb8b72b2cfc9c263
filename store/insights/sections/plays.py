"""Playbooks: what runs, what has ended and reached its goal, and how questions were answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.insights import metrics
from store.insights.running import goal_met_at
from store.insights.section_values import Line, Section
from store.insights.values import Figure, Rate, RunLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from store.insights.frame import Frame
    from store.insights.running import Plays, Step
    from store.tables.playbooks import PlaybookRun


def plays_section(frame: Frame, rows: Plays) -> Section:
    """Runs and their goals, questions and their answers, the step that is answered best and the one worst."""
    figures = {figure.key: figure for figure in (*_runs(frame, rows), *_steps(frame, rows))}
    rates = (
        Rate("runs.goal_share", "reached their goal", figures["runs.goal_hit"], figures["runs.with_goal"]),
        Rate("steps.response", "questions answered", figures["steps.answered"], figures["steps.settled"]),
    )
    lines = tuple(_best_and_worst(_settled(frame, rows)))
    return Section("plays", "Playbooks", figures=tuple(figures.values()), rates=rates, lines=lines)


def _runs(frame: Frame, rows: Plays) -> Iterator[Figure]:
    still = rows.open_at(frame.now)
    ended = [run for run in rows.runs if (at := run.ended_at) and _is_in(frame, at)]
    with_goal = [run for run in ended if run.state == "finished" and _window_of(frame, rows, run)]
    yield _of_runs("open", "playbooks running", still)
    for state in ("active", "paused"):
        yield _of_runs(state, state, [run for run in still if run.state == state])
    yield _of_runs(
        "started", "playbooks started", [run for run in rows.runs if _is_in(frame, run.started_at)]
    )
    yield _of_runs("ended", "playbooks ended", ended)
    yield _of_runs("with_goal", "playbooks finished that have a goal", with_goal)
    hit = [run for run in with_goal if _has_hit(frame, rows, run)]
    yield _of_runs("goal_hit", "reached it in time", hit)


def _of_runs(name: str, label: str, runs: Iterable[PlaybookRun]) -> Figure:
    return Figure(f"runs.{name}", label, "run", tuple(run.id for run in runs))


def _is_in(frame: Frame, at: datetime) -> bool:
    return frame.period.start <= at < frame.period.end and at <= frame.now


def _window_of(frame: Frame, rows: Plays, run: PlaybookRun) -> timedelta | None:
    account = frame.accounts.get(run.account_id)
    return rows.window(run, account.segment) if account else None


def _has_hit(frame: Frame, rows: Plays, run: PlaybookRun) -> bool:
    met, window = goal_met_at(run), _window_of(frame, rows, run)
    return met is not None and window is not None and met - run.started_at <= window


def _steps(frame: Frame, rows: Plays) -> Iterator[Figure]:
    asked = _asked(frame, rows)
    kinds = {
        "asked": ("questions asked by playbooks", asked),
        "settled": ("answered or run out", [one for one in asked if one.row.state != "sent"]),
        "answered": ("answered", [one for one in asked if one.row.state == "answered"]),
        "expired": ("run out without an answer", [one for one in asked if one.row.state == "expired"]),
    }
    for name, (label, steps) in kinds.items():
        yield Figure(f"steps.{name}", label, "step", tuple(one.row.id for one in steps))


def _asked(frame: Frame, rows: Plays) -> list[Step]:
    return [one for one in rows.steps if one.is_asked and one.row.sent_at and _is_in(frame, one.row.sent_at)]


def _settled(frame: Frame, rows: Plays) -> list[Step]:
    return [one for one in _asked(frame, rows) if one.row.state != "sent"]


def _best_and_worst(settled: list[Step]) -> Iterator[Line]:
    """Of steps with enough answers for a rate; only where there are two that differ."""
    groups: dict[tuple[str, str], list[Step]] = {}
    for one in settled:
        groups.setdefault((one.playbook, one.row.step), []).append(one)
    ranked = sorted(
        (one for one in groups.values() if len(one) >= metrics.NO_RATE_BELOW),
        key=lambda steps: (-_share(steps), steps[0].playbook, steps[0].row.step),
    )
    if len(ranked) > 1 and _share(ranked[0]) > _share(ranked[-1]):
        yield _step_line("answered most", ranked[0])
        yield _step_line("answered least", ranked[-1])


def _share(steps: list[Step]) -> float:
    return sum(one.row.state == "answered" for one in steps) / len(steps)


def _step_line(said: str, steps: list[Step]) -> Line:
    first, answered = steps[0], sum(one.row.state == "answered" for one in steps)
    label = f"{first.playbook}, {first.row.title or first.row.step}"
    figure = Figure(
        f"steps.{first.playbook}.{first.row.step}", label, "step", tuple(one.row.id for one in steps)
    )
    return Line(text=f"{said}: {label}", figure=figure, because=f"{answered} of {len(steps)} answered")


def run_lines(frame: Frame, rows: Plays) -> tuple[RunLine, ...]:
    """Where each open run stands, the oldest first."""
    last = {one.row.run_id: one.row for one in rows.steps if one.row.state != "planned"}
    lines = []
    for run in rows.open_at(frame.now):
        step = last.get(run.id)
        lines.append(
            RunLine(
                run_id=run.id,
                account=frame.name(run.account_id) or run.account_id,
                playbook=run.playbook,
                state=run.state,
                step=(step.title or step.step) if step else None,
                step_state=step.state if step else None,
                since=step.updated_at if step else run.started_at,
            )
        )
    return tuple(lines)
