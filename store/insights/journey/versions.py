"""Versions of playbooks compared: how many ended well, answered, were content and reached the goal; beyond noise only."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from store.insights.journey.company import company_of
from store.insights.journey.path_values import Compared, Difference, Version, Versions
from store.insights.journey.touches import Window, is_replied, scored
from store.insights.metrics import NO_RATE_BELOW
from store.insights.values import Figure, Rate
from store.tables.changes import SEGMENT
from store.tables.playbooks import PlaybookDefinition, PlaybookRun, RunStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from store.insights.journey.company import Company
    from store.insights.journey.values import Cut
    from store.insights.values import EvidenceKind


def compare_versions(session: Session, workspace_id: str, cut: Cut) -> Versions:
    """Every playbook whose runs began in the period, version by version."""
    company = company_of(session, workspace_id, cut.scope)
    runs: dict[str, list[Any]] = defaultdict(list)  # by definition
    for run in _runs(session, company, cut):
        runs[run.definition_id].append(run)
    steps: dict[str, list[Any]] = defaultdict(list)  # by run
    for step in _steps(session, company, cut):
        steps[step.run_id].append(step)
    known = select(PlaybookDefinition).where(PlaybookDefinition.workspace_id == workspace_id)
    used = [row for row in session.exec(known).all() if row.id in runs]
    names = Counter((row.name, row.version) for row in used)
    made: dict[str, list[Version]] = defaultdict(list)
    for row in sorted(used, key=lambda row: row.created_at, reverse=True):
        twin = names[row.name, row.version] > 1
        label = f"{row.version} ({row.content_hash[:7]})" if twin else row.version
        here = [(run, steps[run.id]) for run in runs[row.id]]
        made[row.name].append(_version(f"version:{row.id}", label, row, here, cut))
    return Versions(
        cut, tuple(Compared(name, tuple(made[name]), _differences(made[name])) for name in sorted(made))
    )


def _runs(session: Session, company: Company, cut: Cut) -> Iterable[Any]:
    """Runs that began in the period, of the scope and the segment."""
    statement = columns_of(
        col(PlaybookRun.id), col(PlaybookRun.definition_id), col(PlaybookRun.account_id), col(PlaybookRun.state),
        col(PlaybookRun.started_at), col(PlaybookRun.ended_at),
        col(PlaybookRun.snapshot)["goal_met_at"].as_string().label("goal_met_at"),
    ).where(
        col(PlaybookRun.workspace_id) == company.workspace_id,
        Window(cut.period.start, cut.period.end, cut.now).holds(PlaybookRun.started_at),
    )  # fmt: skip
    for run in session.connection().execute(statement.order_by(col(PlaybookRun.started_at))):
        segment = cut.group.segment
        if run.account_id in company.accounts and segment in (
            None,
            company.was(run.account_id, SEGMENT, run.started_at),
        ):
            yield run


def _steps(session: Session, company: Company, cut: Cut) -> Iterable[Any]:
    """What their runs asked customers."""
    statement = (
        columns_of(col(RunStep.id), col(RunStep.run_id), col(RunStep.survey), col(RunStep.contact_id))
        .add_columns(col(RunStep.state), col(RunStep.answer), col(RunStep.answered_at))
        .add_columns(col(PlaybookRun.ended_at), col(PlaybookRun.account_id))
        .join(PlaybookRun, col(PlaybookRun.id) == col(RunStep.run_id))
        .where(col(RunStep.workspace_id) == company.workspace_id, col(RunStep.asks).is_(True))
        .where(col(RunStep.contact_id).is_not(None), col(RunStep.sent_at) <= cut.now)
        .where(Window(cut.period.start, cut.period.end, cut.now).holds(PlaybookRun.started_at))
    )
    for step in session.connection().execute(statement.order_by(col(RunStep.sent_at))):
        persona = cut.group.persona
        if persona in (None, company.persona(step.account_id, step.contact_id)):
            yield step


def _version(
    key: str, label: str, row: PlaybookDefinition, runs: Sequence[tuple[Any, Sequence[Any]]], cut: Cut
) -> Version:
    window = Window(cut.period.start, cut.period.end, cut.now)
    ended = [run for run, _ in runs if window.known(run.ended_at)]
    steps = [step for _, steps in runs for step in steps]
    replies = {step.id: is_replied(step, window.known(step.answered_at), window) for step in steps}
    scores = dict(score for step in steps if window.known(step.answered_at) for score in scored(step))

    def rate(name: str, words: str, kind: EvidenceKind, verdicts: Mapping[str, bool]) -> Rate:
        part = Figure(f"{key}:{name}", words, kind, tuple(id_ for id_, good in verdicts.items() if good))
        return Rate(f"{key}:{name}", words, part, Figure(f"{key}:{name}.of", words, kind, tuple(verdicts)))

    return Version(
        label,
        row.created_at,
        Figure(f"{key}:runs", "runs", "run", tuple(run.id for run, _ in runs)),
        rate("completion", "finished", "run", {run.id: run.state == "finished" for run in ended}),
        rate("response", "replied", "step", {id_: said for id_, said in replies.items() if said is not None}),
        rate("csat", "content", "step", scores),
        rate("outcome", "goal reached", "run", {run.id: run.goal_met_at is not None for run in ended}),
    )


def _differences(versions: Sequence[Version]) -> tuple[Difference, ...]:
    """How the newest differs from the one before: only where both have enough data and their intervals do not overlap."""
    if len(versions) < 2:
        return ()
    pairs = zip(versions[0].rates, versions[1].rates, strict=True)
    return tuple(one for now, before in pairs if (one := _difference(now, before)) is not None)


def _difference(now: Rate, before: Rate) -> Difference | None:
    if min(now.whole.value, before.whole.value) < NO_RATE_BELOW:
        return None
    if now.interval[0] > before.interval[1]:
        return Difference(now.label, now, before, "better")
    return Difference(now.label, now, before, "worse") if now.interval[1] < before.interval[0] else None
