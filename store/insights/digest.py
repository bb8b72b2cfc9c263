"""What customers asked and said in a period, and what is open now. Computed from rows; no model takes part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from store.insights.asked import read_questions, vectors_of
from store.insights.frame import frame_of
from store.insights.sections.data import data_section, read_known
from store.insights.sections.health import health_section, read_healths
from store.insights.sections.plays import plays_section, read_plays, run_lines
from store.insights.sections.questions import questions_section, rated_answers, unanswered
from store.insights.sections.renewals import read_terms, renewal_lines, renewals_section
from store.insights.sections.setup import setup_steps
from store.insights.sections.team import read_tasks, task_lines, team_section
from store.insights.sections.voice import quotes, read_voices, voice_section
from store.insights.themes import themes
from store.insights.values import Digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlmodel import Session

    from store.insights.themes import FindThemes
    from store.insights.values import Figure, Period, Scope, SetupStep


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
    asked, voices = read_questions(session, frame), read_voices(session, frame)
    plays, tasks, terms = read_plays(session, frame), read_tasks(session, frame), read_terms(session, frame)
    sections = (
        questions_section(asked),
        voice_section(voices),
        plays_section(plays),
        team_section(frame, tasks),
        renewals_section(frame, terms),
        health_section(frame, read_healths(session, frame)),
        data_section(frame, terms, read_known(session, frame)),
    )
    figures = {figure.key: figure for section in sections for figure in section.figures}
    rates = {rate.key: rate for section in sections for rate in section.rates}
    setup = setup_steps(session, workspace_id)
    return Digest(
        period=period,
        scope=scope,
        made_at=now,
        mood=_mood(setup, figures),
        figures=figures,
        rates=rates,
        rated=rated_answers(frame, asked) if rates["answers.helpful"].shown_as == "list" else (),
        quotes=quotes(frame, voices.said),
        unanswered=unanswered(frame, asked, vectors_of(session, frame, status="refused")),
        runs=run_lines(frame, plays),
        tasks=task_lines(frame, tasks),
        renewals=renewal_lines(frame, terms),
        setup=setup,
        themes=() if find_themes is None else themes(session, frame, asked, find_themes),
        sections=sections,
    )


def _mood(setup: tuple[SetupStep, ...], figures: Mapping[str, Figure]) -> Literal["setup", "quiet", "normal"]:
    if not setup[-1].done:
        return "setup"
    return "normal" if figures["questions.asked"].value or figures["feedback.new"].value else "quiet"
