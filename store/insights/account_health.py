"""An account's health from its rows: the measures, the score in force, and the band of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from store.insights import measures
from store.insights.account_rows import number
from store.insights.health import MODEL, Day, Health, Measure, band_of, health
from store.insights.measures import Observation
from store.insights.rhythm import Rhythm, rhythm
from store.tables import health as table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from store.insights.account_rows import AccountRows, Score
    from store.insights.health import Band
    from store.tables.health import HealthOverride, HealthScore

NEW_STAGE = "adoption"
WORD = "csm"  # among a day's measures: what the CSM says
ACTIVITY = ("logins_30d", "active_users_30d", "jobs_30d", "events_30d")  # the first that is there counts


def heard(rows: AccountRows) -> Rhythm:
    """How often they are heard of: messages to us, answers to playbooks, calls that were written down."""
    days = [one.on for one in rows.words]
    days += [step.answered_at.date() for step in rows.steps if step.answered_at]
    days += [one.happened_on for one in rows.activities if one.kind != "note"]
    return rhythm(days, rows.today)


def measured(rows: AccountRows) -> tuple[Measure, ...]:
    """Every measure of the formula, from the rows."""
    today, recent = rows.today, rows.since(measures.WINDOW)
    asked = [one for one in rows.asked if one.words.on >= recent]
    seats = rows.newest("seats_used")
    payment = rows.newest("payment")
    return (
        measures.use(
            rows.account.seats,
            Observation(seats.observed_on, value)
            if seats and (value := number(seats.value)) is not None
            else None,
            activity(rows),
            today,
            began=rows.term.started_on if rows.term and rows.account.stage == NEW_STAGE else None,
        ),
        measures.conversation(len(asked), sum(not one.is_resolved for one in asked), heard(rows)),
        measures.goals(rows.goals, today),
        measures.voice(_newest(rows, "nps"), _newest(rows, "csat")),
        _engagement(rows),
        _support(rows),
        measures.commercial(
            payment.value if payment else None, payment.observed_on if payment else None, today
        ),
    )


def activity(rows: AccountRows) -> list[Observation]:
    """Their activity over time, in the figure that the import has."""
    for kind in ACTIVITY:
        found = [
            Observation(fact.observed_on, value)
            for fact in rows.usage
            if fact.kind == kind and (value := number(fact.value)) is not None
        ]
        if found:
            return found
    return []


def _newest(rows: AccountRows, survey: str) -> list[float]:
    """The newest score of each person in the last half year; imported figures where nobody answered here."""
    fresh: list[Score] = [
        one for one in rows.scores if one.survey == survey and one.on >= rows.since(measures.VOICE_FRESH)
    ]
    by_person = {one.contact_id: one.value for one in fresh}
    imported = by_person.pop(None, None)
    return list(by_person.values()) or ([imported] if imported is not None else [])


def _engagement(rows: AccountRows) -> Measure:
    recent = rows.since(measures.WINDOW)
    wrote = {one.slack_user_id for one in rows.words if one.on >= recent}
    settled = [
        step
        for step in rows.steps
        if step.asks
        and step.sent_at
        and step.sent_at.date() >= recent
        and step.state in {"answered", "expired"}
    ]
    answered = {step.contact_id for step in settled if step.state == "answered"}
    touched = {one.persona for one in rows.active if one.slack_user_id in wrote or one.id in answered}
    return measures.engagement(
        {one.persona for one in rows.active},
        touched,
        len(settled),
        sum(step.state == "answered" for step in settled),
    )


def _support(rows: AccountRows) -> Measure:
    recent = rows.since(measures.WINDOW)
    due = [
        task
        for task in rows.requests
        if task.due_at and task.created_at.date() >= recent and (task.done_at or task.due_at <= rows.now)
    ]
    kept = sum(bool(task.done_at and task.due_at and task.done_at <= task.due_at) for task in due)
    return measures.support(len(due), kept)


def health_of(rows: AccountRows, override: HealthOverride | None) -> Health:
    """The health in force: imported where the company works it out itself, else ours, with the CSM's word."""
    account = rows.account
    said = (
        f"{override.by_name} says {override.band} until {override.expires_on:%-d %b %Y} ({override.reason})"
        if override
        else ""
    )
    return health(
        measured(rows),
        imported=account.health,
        sentiment=override.band if override else account.csm_sentiment,
        said=said,
    )


def work_out(session: Session, rows: AccountRows) -> HealthScore:
    """Today's health of an account, its band settled against the days before; not yet written down."""
    override = table.override_on(session, rows.account.id, rows.today)
    word = word_of(rows, override)
    found = health_of(rows, override)
    before = table.scores_of(session, rows.account.id, before=rows.today)
    return table.HealthScore(
        workspace_id=rows.account.workspace_id,
        account_id=rows.account.id,
        day=rows.today,
        model=MODEL,
        score=found.score,
        computed=found.computed,
        source=found.source,
        known_weight=found.known_weight,
        band=band_of(_history(before), rows.today, found.score, word),
        measures=[
            {"name": one.name, "weight": one.weight, "value": one.value, "why": one.why}
            for one in found.measures
        ]
        + ([{"name": WORD, "weight": 0, "value": None, "why": word}] if word else []),
        capped=found.capped,
        at=rows.now,
    )


def word_of(rows: AccountRows, override: HealthOverride | None) -> str | None:
    """The band that the CSM says; an imported judgement counts only where it is red."""
    if override is not None:
        return override.band
    return "red" if (rows.account.csm_sentiment or "").lower() == "red" else None


def _history(before: Sequence[HealthScore]) -> list[Day]:
    """The days before, back to when somebody's word last counted: what that decided is no habit of the score."""
    days = []
    for row in before:
        if any(one["name"] == WORD for one in row.measures):
            break
        days.append(Day(row.day, row.score, cast("Band", row.band)))
    return days
