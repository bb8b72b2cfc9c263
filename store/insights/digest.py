"""What customers asked and said in a period, and what is open now. Computed from rows; no model takes part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from store.insights.asked import read_questions, vectors_of
from store.insights.digest_values import Digest
from store.insights.frame import frame_of
from store.insights.gaps import top_gaps
from store.insights.running import read_plays
from store.insights.sections import surveys
from store.insights.sections.data import data_section, read_known
from store.insights.sections.health import health_section, read_healths
from store.insights.sections.month import month_section
from store.insights.sections.onboarding import onboarding_section, read_beginnings
from store.insights.sections.plays import plays_section, run_lines
from store.insights.sections.quality import quality_section, read_reviewed
from store.insights.sections.questions import questions_section, rated_answers, unanswered
from store.insights.sections.renewals import read_terms, renewal_lines, renewals_section
from store.insights.sections.service import read_service, service_section
from store.insights.sections.setup import setup_steps
from store.insights.sections.team import read_absences, read_tasks, task_lines, team_section
from store.insights.sections.today import today_section
from store.insights.sections.told import read_told, told_section
from store.insights.sections.voice import quotes, read_discretion, read_voices, voice_section
from store.insights.sections.wins import read_outcomes, wins_section
from store.insights.themes import themes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

    from store.insights.asked import Questions
    from store.insights.frame import Frame
    from store.insights.running import Plays
    from store.insights.section_values import Section
    from store.insights.sections.renewals import Terms
    from store.insights.sections.service import Service
    from store.insights.sections.voice import Voices
    from store.insights.sections.wins import Outcomes
    from store.insights.themes import FindThemes
    from store.insights.values import Figure, Period, Scope, SetupStep
    from store.tables.tasks import Task


def digest(
    session: Session,
    workspace_id: str,
    period: Period,
    scope: Scope,
    now: datetime,
    *,
    find_themes: FindThemes | None = None,
) -> Digest:
    """The digest of a period for a scope.

    Questions and feedback are those of the period; ratings are those of the period's answers, given at
    any time; runs, tasks and renewals are as they stand at `now`. What came later is left out, so that a
    digest that is made again to open one of its figures has the same figures. Without `find_themes` there
    are no themes.
    """
    frame = frame_of(session, workspace_id, period, scope, now)
    rows = _read(session, frame)
    sections = _sections(session, frame, rows)
    figures = {figure.key: figure for section in sections for figure in section.figures}
    rates = {rate.key: rate for section in sections for rate in section.rates}
    setup = setup_steps(session, workspace_id)
    discretion = read_discretion(session, frame)
    vectors = vectors_of(session, frame, status=None if find_themes else "refused")
    return Digest(
        period=period,
        scope=scope,
        made_at=now,
        mood=_mood(setup, figures),
        figures=figures,
        rates=rates,
        rated=rated_answers(frame, rows.asked) if rates["answers.helpful"].shown_as == "list" else (),
        quotes=quotes(frame, rows.voices.said, confidential=discretion.confidential, names=discretion.names),
        unanswered=unanswered(frame, rows.asked, vectors),
        runs=run_lines(frame, rows.plays),
        tasks=task_lines(frame, rows.tasks),
        renewals=renewal_lines(frame, rows.terms),
        setup=setup,
        themes=()
        if find_themes is None
        else themes(session, frame, rows.asked, vectors, find=find_themes, quoted=discretion.quoted),
        sections=sections,
    )


@dataclass(frozen=True)
class _Rows:
    """Everything that the sections are made from."""

    asked: Questions
    voices: Voices
    plays: Plays
    tasks: list[Task]
    terms: Terms
    service: Service
    outcomes: Outcomes


def _read(session: Session, frame: Frame) -> _Rows:
    return _Rows(
        asked=read_questions(session, frame),
        voices=read_voices(session, frame),
        plays=read_plays(session, frame),
        tasks=read_tasks(session, frame),
        terms=read_terms(session, frame),
        service=read_service(session, frame),
        outcomes=read_outcomes(session, frame),
    )


def _sections(session: Session, frame: Frame, rows: _Rows) -> tuple[Section, ...]:
    follow_ups = surveys.read_follow_ups(session, frame, surveys.low_scores(frame, rows.plays))
    gaps = top_gaps(session, frame.workspace_id, frame.scope, period=frame.period, now=frame.now)
    month = month_section(frame, rows.terms, rows.outcomes)
    return (
        today_section(frame, tasks=rows.tasks, service=rows.service, terms=rows.terms, plays=rows.plays),
        renewals_section(frame, rows.terms),
        health_section(frame, read_healths(session, frame)),
        onboarding_section(frame, rows.plays, read_beginnings(session, frame)),
        voice_section(frame, rows.voices, rows.plays, follow_ups),
        questions_section(frame, rows.asked, gaps),
        told_section(read_told(session, frame)),
        quality_section(read_reviewed(session, frame)),
        service_section(frame, rows.service),
        plays_section(frame, rows.plays),
        wins_section(frame, rows.outcomes, rows.plays),
        team_section(frame, rows.tasks, read_absences(session, frame)),
        data_section(frame, rows.terms, read_known(session, frame)),
        *((month,) if month else ()),
    )


def _mood(setup: tuple[SetupStep, ...], figures: Mapping[str, Figure]) -> Literal["setup", "quiet", "normal"]:
    if not setup[-1].done:
        return "setup"
    return "normal" if figures["questions.asked"].value or figures["feedback.new"].value else "quiet"
