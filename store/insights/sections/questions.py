"""Questions and answers: how they ended, whether the answers helped, and what found none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.insights.asked import by_answer
from store.insights.grouping import group_alike
from store.insights.section_values import Section
from store.insights.values import Figure, Rate, RatedAnswer, Unanswered

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping

    from store.insights.asked import Asked, Questions
    from store.insights.frame import Frame

TOP_UNANSWERED = 5
ENDINGS: tuple[tuple[str, str, frozenset[str | None]], ...] = (
    ("asked", "questions", frozenset({"answered", "partial", "clarify", "refused", "error", None})),
    ("answered", "answered", frozenset({"answered", "partial"})),
    ("clarified", "asked back", frozenset({"clarify"})),
    ("refused", "not found", frozenset({"refused"})),
    ("failed", "failed", frozenset({"error"})),
    ("waiting", "waiting", frozenset({None})),
)


def questions_section(rows: Questions) -> Section:
    """How the period's questions ended and what their askers thought of the answers."""
    figures = {figure.key: figure for figure in _figures(rows)}
    return Section(
        "questions", "Questions and answers", figures=tuple(figures.values()), rates=tuple(_rates(figures))
    )


def _figures(rows: Questions) -> Iterator[Figure]:
    for name, label, statuses in ENDINGS:
        ended = (one.id for one in rows.asked if one.status in statuses)
        yield Figure(
            f"questions.{name}",
            label,
            "question",
            tuple(ended),
            before=_count(rows.endings_before, statuses),
            usual=_usual(rows.before, statuses),
        )
    given = [one for one in rows.asked if one.answer_id]
    rated = {one.answer_id for one in rows.ratings}
    yield Figure("answers.given", "answers given", "question", tuple(one.id for one in given))
    rated_ones = tuple(one.id for one in given if one.answer_id in rated)
    yield Figure("answers.rated", "answers rated", "question", rated_ones)
    yield Figure("ratings.all", "ratings", "feedback", tuple(one.id for one in rows.ratings))
    up = tuple(one.id for one in rows.ratings if one.rating == 1)
    yield Figure("ratings.up", "found helpful", "feedback", up)


def _count(counts: Counter[str | None], statuses: Iterable[str | None]) -> int:
    return sum(counts[status] for status in statuses)


def _usual(before: tuple[Counter[str | None], ...], statuses: frozenset[str | None]) -> float | None:
    """The mean of the periods before; of one alone there is none."""
    return sum(_count(one, statuses) for one in before) / len(before) if len(before) > 1 else None


def _rates(figures: Mapping[str, Figure]) -> Iterator[Rate]:
    asked = figures["questions.asked"]
    yield Rate("questions.answered_share", "share answered", figures["questions.answered"], asked)
    yield Rate("questions.refused_share", "share not found", figures["questions.refused"], asked)
    yield Rate("answers.helpful", "helpful", figures["ratings.up"], figures["ratings.all"])
    yield Rate("answers.coverage", "answers rated", figures["answers.rated"], figures["answers.given"])


def rated_answers(frame: Frame, rows: Questions) -> tuple[RatedAnswer, ...]:
    """Each rating with its question, for where there are too few for a rate."""
    questions = by_answer(rows.asked)
    return tuple(
        RatedAnswer(
            question=questions[one.answer_id].text,
            rating=one.rating,
            account=frame.name(one.account_id),
            channel_id=one.channel_id,
            message_ts=one.message_ts,
        )
        for one in rows.ratings
    )


def unanswered(
    frame: Frame, rows: Questions, vectors: Mapping[str, tuple[str, bytes]]
) -> tuple[Unanswered, ...]:
    """What was not found most often; questions that ask nearly the same are one.

    Args:
        frame: names the accounts.
        rows: the questions.
        vectors: question id -> model and vector, of those that were refused.
    """
    refused = [one for one in rows.asked if one.status == "refused"]
    known = {index: vectors[one.id] for index, one in enumerate(refused) if one.id in vectors}
    groups = group_alike([one.said for one in refused], known)
    return tuple(_group(frame, [refused[index] for index in group]) for group in groups[:TOP_UNANSWERED])


def _group(frame: Frame, members: list[Asked]) -> Unanswered:
    first = members[0]
    names = {name for one in members if (name := frame.name(one.account_id))}
    return Unanswered(
        text=first.said,
        figure=Figure(f"unanswered.{first.id}", "asked", "question", tuple(one.id for one in members)),
        accounts=tuple(sorted(names)),
        channel_id=first.channel_id,
        message_ts=first.ts,
    )
