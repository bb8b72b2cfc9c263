"""What people answered to surveys: satisfaction, effort and recommendation, and each low score with its follow-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from sqlmodel import Session, col, select

from store.insights import voice
from store.insights.account_rows import number
from store.insights.running import ROLLING
from store.insights.section_values import Action, Line, Measured
from store.insights.service import BusinessHours
from store.insights.values import Figure, Rate
from store.insights.voice import Response
from store.redacting import redacted
from store.tables.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from store.insights.frame import Frame
    from store.insights.metrics import Metric
    from store.insights.running import Plays, Step
    from store.insights.section_values import Unit
    from store.insights.values import Period
    from store.insights.voice import Survey

LOW: dict[str, int] = {"nps": 6, "csat": 2, "ces": 3}  # scores up to this one call for a follow-up
NAMES: dict[str, str] = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
QUOTE_LENGTH, LISTED = 240, 5
FOLLOWED_WITHIN = 2 * 9 * 60.0  # business minutes: two working days
_FORMULAS: tuple[tuple[str, Survey, str, Unit, Callable[[list[Response]], Metric]], ...] = (
    ("csat", "csat", "CSAT, answers of 4 and 5", "share", voice.csat),
    ("csat_mean", "csat", "CSAT, mean of 1 to 5", "mean", voice.csat_mean),
    ("ces", "ces", "CES, mean of 1 to 7", "mean", voice.ces),
    ("ces_easy", "ces", "CES, answers of 5 and more", "share", voice.ces_easy),
    ("nps", "nps", "NPS", "nps", voice.nps),
)


@dataclass(frozen=True)
class Scored:
    """An answered survey."""

    step: Step
    survey: Survey
    value: float
    at: datetime

    @property
    def response(self) -> Response:
        """As the formulas read it."""
        who = self.step.row.contact_id or self.step.row.answered_by or self.step.row.id
        return Response(self.survey, who, self.value, self.at)


def scored(frame: Frame, rows: Plays) -> list[Scored]:
    """Every survey that was answered with a number on its scale, oldest first."""
    found = []
    for one in rows.steps:
        survey, value, at = one.row.survey, number(one.row.answer), one.row.answered_at
        if survey in voice.SCALES and value is not None and at is not None and at <= frame.now:
            low, high = voice.SCALES[survey]
            if low <= value <= high:
                found.append(Scored(one, cast("Survey", survey), value, at))
    return sorted(found, key=lambda one: (one.at, one.step.row.id))


def survey_measures(frame: Frame, rows: Plays) -> tuple[tuple[Measured, ...], tuple[str, ...]]:
    """The period's scores against the period before, and sentences for surveys that nobody was asked or answered."""
    answers, measures, missing = scored(frame, rows), [], []
    for name, survey, label, unit, formula in _FORMULAS:
        asked = len(delivered(frame, rows, survey, frame.period))
        now, before = (_latest(answers, survey, one) for one in (frame.period, frame.period.before))
        if now:
            figure = _figure(f"voice.{name}", label, now)
            was = formula([one.response for one in before]) if before else None
            metric = formula([one.response for one in now])
            measures.append(
                Measured(figure.key, label, unit, metric, figure, before=was, asked=max(asked, len(now)))
            )
        elif name == survey:
            missing.append(
                f"{NAMES[survey]}: " + (f"asked {asked}, none answered." if asked else "not asked.")
            )
    measures += _rolling(frame, answers)
    return tuple(measures), tuple(missing)


def _rolling(frame: Frame, answers: Sequence[Scored]) -> Iterator[Measured]:
    """NPS needs many answers: the one of ninety days stands beside that of the period."""
    since = [one for one in answers if frame.period.end - ROLLING <= one.at < frame.period.end]
    newest = _newest([one for one in since if one.survey == "nps"])
    if newest:
        figure = _figure("voice.nps_90d", f"NPS, the last {ROLLING.days} days", newest)
        yield Measured(figure.key, figure.label, "nps", voice.nps([one.response for one in newest]), figure)


def _latest(answers: Sequence[Scored], survey: str, period: Period) -> list[Scored]:
    return _newest([one for one in answers if one.survey == survey and period.start <= one.at < period.end])


def _newest(answers: Sequence[Scored]) -> list[Scored]:
    """The newest answer of each person: one counts, as the formulas say."""
    return list({one.response.contact_id: one for one in answers}.values())


def _figure(key: str, label: str, answers: Sequence[Scored]) -> Figure:
    return Figure(key, label, "step", tuple(one.step.row.id for one in answers))


def delivered(frame: Frame, rows: Plays, survey: str | None, period: Period) -> list[Step]:
    """Surveys that reached somebody who is still there in a period; of all kinds if none is named."""
    return [
        one
        for one in rows.steps
        if one.is_asked
        and (one.row.survey == survey if survey else one.row.survey in voice.SCALES)
        and one.row.sent_at is not None
        and period.start <= one.row.sent_at < period.end
        and one.row.sent_at <= frame.now
    ]


def survey_figures(frame: Frame, rows: Plays) -> tuple[Figure, Figure, Figure]:
    """Surveys delivered in the period, those of them that were answered, and the period's low scores."""
    asked = delivered(frame, rows, None, frame.period)
    answered = [one for one in asked if one.row.answered_at and one.row.answered_at <= frame.now]
    return (
        Figure("surveys.delivered", "surveys delivered", "step", tuple(one.row.id for one in asked)),
        Figure("surveys.answered", "surveys answered", "step", tuple(one.row.id for one in answered)),
        _figure("voice.low", "low scores", low_scores(frame, rows)),
    )


def response_rate(delivered_: Figure, answered: Figure) -> Rate:
    """Answered / delivered, to people who are still there."""
    return Rate("surveys.response", "surveys answered", answered, delivered_)


def low_scores(frame: Frame, rows: Plays) -> list[Scored]:
    """Scores of the period that call for a follow-up, the most valuable account first."""
    period = frame.period
    low = [
        one
        for one in scored(frame, rows)
        if period.start <= one.at < period.end and one.value <= LOW[one.survey]
    ]
    return sorted(
        low, key=lambda one: (-frame.worth(one.step.account_id), -one.at.timestamp(), one.step.row.id)
    )


def read_follow_ups(session: Session, frame: Frame, low: Sequence[Scored]) -> dict[str, Task]:
    """The first task that each low score's run made once it was answered, by step id."""
    if not low:
        return {}
    run_ids = sorted({one.step.row.run_id for one in low})
    statement = select(Task).where(
        Task.workspace_id == frame.workspace_id,
        col(Task.run_id).in_(run_ids),
        col(Task.created_at) <= frame.now,
    )
    made = session.exec(statement.order_by(col(Task.created_at), col(Task.id))).all()
    found = {}
    for one in low:
        row = one.step.row
        after = (
            task
            for task in made
            if task.run_id == row.run_id and task.created_at >= one.at - timedelta(minutes=1)
        )
        task = next((task for task in after if f":{row.step.split('_')[0]}" in task.key), None)
        if task is not None:
            found[row.id] = task
    return found


def low_lines(frame: Frame, low: Sequence[Scored], follow_ups: dict[str, Task]) -> tuple[Line, ...]:
    """Each low score: how many, word for word, and what has become of it; one an account."""
    seen: set[str] = set()
    lines: list[Line] = []
    for one in low:
        if one.step.account_id not in seen and len(lines) < LISTED:
            seen.add(one.step.account_id)
            lines.append(_low_line(frame, one, follow_ups.get(one.step.row.id)))
    return tuple(lines)


def _low_line(frame: Frame, one: Scored, task: Task | None) -> Line:
    row, name = one.step.row, frame.name(one.step.account_id)
    said = (row.answer_text or "").strip()
    words = redacted(said) if said and said != (row.answer or "") else None
    account = frame.accounts.get(one.step.account_id)
    return Line(
        text=f"{NAMES[one.survey]} {one.value:g} of {voice.SCALES[one.survey][1]}",
        figure=_figure(f"voice.low.{row.id}", f"low score of {name}", [one]),
        account=name,
        owner=frame.person(task.owner_email) if task else frame.owner(one.step.account_id),
        action=Action("Open the account", f"/cs account @{name}"),
        arr=(account.arr_minor, account.currency) if account and account.arr_minor is not None else None,
        because=_status(frame, one.at, task),
        quote=words[: QUOTE_LENGTH - 1] + "…" if words and len(words) > QUOTE_LENGTH else words,
        channel_id=row.channel_id,
        message_ts=row.message_ts,
    )


def _status(frame: Frame, at: datetime, task: Task | None) -> str:
    if task is not None and task.done_at is not None and task.done_at <= frame.now:
        return f"followed up {task.done_at:%-d %b}"
    late = BusinessHours().minutes(at, frame.now) > FOLLOWED_WITHIN
    due = "over two working days ago" if late else "within two working days"
    return f"follow-up open: {task.title}, {due}" if task else f"nobody has followed up, {due}"
