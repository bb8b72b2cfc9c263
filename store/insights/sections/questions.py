"""Questions and answers: how they ended, whether the answers helped, and what found none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.insights import metrics, resolution, service
from store.insights.asked import SETTLED_DAYS, by_answer
from store.insights.confirming import confirmations, is_thanks
from store.insights.grouping import group_alike
from store.insights.resolution import Handled
from store.insights.section_values import Action, Line, Measured, Section
from store.insights.values import Figure, Rate, RatedAnswer, Unanswered
from store.redacting import redacted

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from store.insights.asked import Asked, Questions
    from store.insights.confirming import Confirmed
    from store.insights.frame import Frame
    from store.insights.gaps import Gap

TOP_UNANSWERED = 5
ASSUMED, CONFIRMED = "questions.assumed", "questions.confirmed"
UNSETTLED = "Whether questions stayed solved is known seven days after they were asked."
CONFIRMED_BY = (
    "Solved is confirmed where the asker said so or thanked; 👍 is counted as helpful, not as solved."
)
COMPARED = (
    2_000  # of the questions without an answer, the newest, are compared by their vectors; all by their words
)
ENDINGS: tuple[tuple[str, str, frozenset[str | None]], ...] = (
    ("asked", "questions", frozenset({"answered", "partial", "clarify", "refused", "error", None})),
    ("answered", "answered", frozenset({"answered", "partial"})),
    ("clarified", "asked back", frozenset({"clarify"})),
    ("refused", "not found", frozenset({"refused"})),
    ("failed", "failed", frozenset({"error"})),
    ("waiting", "waiting", frozenset({None})),
)


def questions_section(frame: Frame, rows: Questions, gaps: Sequence[Gap] = ()) -> Section:
    """How the period's questions ended, whether they stayed solved, and the gaps that touch most."""
    figures = {figure.key: figure for figure in _figures(rows)}
    measures = (*_first_answer(rows), *_solved(frame, rows))
    unsettled = () if any(one.key == ASSUMED for one in measures) else (UNSETTLED,)
    return Section(
        "questions",
        "Questions and answers",
        figures=tuple(figures.values()),
        rates=tuple(_rates(figures)),
        measures=measures,
        lines=tuple(_gap(frame, one) for one in gaps),
        missing=(*unsettled, CONFIRMED_BY),
    )


def _first_answer(rows: Questions) -> Iterator[Measured]:
    """Minutes until the bot answered: the median and the 90th percentile, against the period before."""
    minutes, before = _waits(rows.asked), _waits(rows.earlier)
    if minutes:
        label = "time to the bot's answer"
        figure = Figure("questions.first_answer", label, "question", tuple(minutes))
        now, last = metrics.middle(list(minutes.values())), service.percentile(list(minutes.values()), 0.9)
        was = metrics.middle(list(before.values())) if before else None
        yield Measured(figure.key, label, "minutes", now, figure, before=was, extreme=last)


def _waits(asked: Iterable[Asked]) -> dict[str, float]:
    """Minutes until each question was answered, by its id."""
    return {one.id: (one.answered_at - one.at).total_seconds() / 60 for one in asked if one.answered_at}


def _solved(frame: Frame, rows: Questions) -> Iterator[Measured]:
    """Assumed solved and said to be solved, apart: each of questions that are old enough; thanks are none."""
    too_short = frame.period.days < SETTLED_DAYS
    turns = (*rows.earlier, *rows.asked) if too_short else rows.asked
    said = confirmations(turns)
    known = [_handled(rows, one, said.get(one.id)) for one in turns if not is_thanks(one.text)]
    for key, label, within, formula in (
        (ASSUMED, "assumed solved, of questions older than seven days", resolution.REPEATED_WITHIN,
         resolution.assumed_resolution),
        (CONFIRMED, "confirmed as solved, of questions older than three days", resolution.REOPENED_WITHIN,
         resolution.confirmed_resolution),
    ):  # fmt: skip
        settled = tuple(one.id for one in known if one.at + within <= frame.now)
        if settled:
            figure = Figure(key, label, "question", settled)
            yield Measured(key, label, "share", formula(known, frame.now), figure)


def _handled(rows: Questions, one: Asked, confirmed: Confirmed | None) -> Handled:
    return Handled(
        id=one.id,
        asked_by=one.by,
        topic=one.said.strip().casefold(),
        at=one.at,
        status=one.status,
        citations=int(one.answer_id in rows.cited),
        had_person=one.answer_id in rows.handed,
        confirmed_at=confirmed.at if confirmed else None,
        reopened_at=confirmed.reopened_at if confirmed else None,
    )


def _gap(frame: Frame, gap: Gap) -> Line:
    accounts = len(gap.accounts)
    return Line(
        text=f"not found: {redacted(gap.title)}",
        figure=gap.figure,
        account=gap.accounts[0] if accounts == 1 else None,
        owner=frame.person(gap.owner_email),
        action=Action("Open the gap", "/cs gaps"),
        arr=gap.arr[0] if len(gap.arr) == 1 else None,
        because=f"{len(gap.asked)} questions of {accounts} account{'s' * (accounts != 1)}",
    )


def _figures(rows: Questions) -> Iterator[Figure]:
    for name, label, statuses in ENDINGS:
        ended = [one.id for one in rows.asked if one.status in statuses]
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
    newest = range(max(0, len(refused) - COMPARED), len(refused))
    known = {index: vectors[refused[index].id] for index in newest if refused[index].id in vectors}
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
