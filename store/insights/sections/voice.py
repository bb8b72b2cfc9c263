"""What customers said: feedback as it came in, and what some of them said word for word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlmodel import Session, col, select

from store.insights.section_values import Section
from store.insights.sections import surveys
from store.insights.values import Figure, Quote
from store.redacting import redacted
from store.tables.accounts import Contact
from store.tables.channels import PRIVATE, SILENT, ChannelPolicy
from store.tables.feedback import Feedback

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from store.insights.frame import Frame
    from store.insights.running import Plays
    from store.insights.values import Period
    from store.tables.tasks import Task

QUOTE_LENGTH, QUOTES = 240, 5


class Said(NamedTuple):
    """One piece of feedback."""

    id: str
    account_id: str | None
    by: str  # Slack user id
    rating: int | None
    reason: str | None
    comment: str | None
    at: datetime
    channel_id: str | None
    message_ts: str | None

    @property
    def words(self) -> str:
        """What they wrote."""
        return (self.comment or "").strip()


@dataclass(frozen=True)
class Discretion:
    """What of people's words is not repeated elsewhere."""

    confidential: frozenset[str] = frozenset()  # channels
    names: frozenset[str] = frozenset()  # of people

    def quoted(self, text: str, channel_id: str | None) -> str:
        """The words without names, addresses and numbers to reach people, cut; empty where they stay where they are."""
        if channel_id in self.confidential:
            return ""
        said = redacted(text.strip(), self.names)
        return said if len(said) <= QUOTE_LENGTH else said[: QUOTE_LENGTH - 1] + "…"


@dataclass(frozen=True)
class Voices:
    """Feedback of the period, and of the one before."""

    said: list[Said]
    before: list[Said]


def read_voices(session: Session, frame: Frame) -> Voices:
    """The feedback of the period and scope, oldest first."""
    return Voices(_read(session, frame, frame.period), _read(session, frame, frame.period.before))


def _read(session: Session, frame: Frame, period: Period) -> list[Said]:
    columns: list[Any] = [
        Feedback.id, Feedback.account_id, Feedback.slack_user_id, Feedback.rating, Feedback.reason,
        Feedback.comment, Feedback.created_at, Feedback.channel_id, Feedback.message_ts,
    ]  # fmt: skip
    statement = (
        select(*columns)
        .where(
            Feedback.workspace_id == frame.workspace_id,
            col(Feedback.created_at) >= period.start,
            col(Feedback.created_at) < period.end,
        )
        .order_by(col(Feedback.created_at), col(Feedback.id))
    )
    return [Said._make(row) for row in session.exec(statement) if frame.covers(row[1])]


def voice_section(frame: Frame, rows: Voices, plays: Plays, follow_ups: dict[str, Task]) -> Section:
    """Feedback counted, surveys with their scores, and each low score with what has become of it."""
    delivered, answered, low = surveys.survey_figures(frame, plays)
    measures, missing = surveys.survey_measures(frame, plays)
    return Section(
        "voice",
        "What customers said",
        figures=(*_feedback(rows), delivered, answered, low),
        rates=(surveys.response_rate(delivered, answered),),
        measures=measures,
        lines=surveys.low_lines(frame, surveys.low_scores(frame, plays), follow_ups),
        missing=missing,
    )


def _feedback(rows: Voices) -> tuple[Figure, ...]:
    kinds: tuple[tuple[str, str, tuple[int | None, ...]], ...] = (
        ("new", "pieces of feedback", (1, -1, 0, None)),
        ("positive", "positive", (1,)),
        ("negative", "negative", (-1,)),
    )
    return tuple(
        Figure(
            f"feedback.{name}",
            label,
            "feedback",
            tuple(one.id for one in rows.said if one.rating in ratings),
            before=sum(one.rating in ratings for one in rows.before),
        )
        for name, label, ratings in kinds
    )


def read_discretion(session: Session, frame: Frame) -> Discretion:
    """Whose words are not quoted, and whose names are taken out."""
    return Discretion(_confidential(session, frame), _names(session, frame))


def _confidential(session: Session, frame: Frame) -> frozenset[str]:
    """The channels whose words are not repeated elsewhere: where answers are private, or the bot is silent."""
    statement = select(ChannelPolicy.channel_id).where(
        ChannelPolicy.workspace_id == frame.workspace_id,
        col(ChannelPolicy.policy).in_([PRIVATE, SILENT]),
    )
    return frozenset(session.exec(statement))


def _names(session: Session, frame: Frame) -> frozenset[str]:
    """Names of the people at the scope's accounts, which are taken out of quotes."""
    statement = select(Contact.account_id, Contact.name).where(Contact.workspace_id == frame.workspace_id)
    return frozenset(name for account_id, name in session.exec(statement) if frame.covers(account_id))


def quotes(
    frame: Frame,
    said: Sequence[Said],
    *,
    confidential: frozenset[str] = frozenset(),
    names: frozenset[str] = frozenset(),
) -> tuple[Quote, ...]:
    """At most five, one a voice where possible, both sides heard where both spoke.

    Args:
        frame: names the accounts.
        said: feedback of the period.
        confidential: channels that are not quoted.
        names: of people, which are taken out, as are addresses and numbers to reach them.
    """
    worded = [one for one in said if one.words and one.channel_id not in confidential]
    worded.sort(key=lambda one: (-frame.worth(one.account_id), -one.at.timestamp(), one.id))
    chosen: list[Said] = []
    for wanted in (-1, 1):
        side = [one for one in worded if one.rating == wanted]
        chosen += ([one for one in side if not _heard(one, chosen)] or side)[:1]
    for one in worded:
        if len(chosen) < QUOTES and not _heard(one, chosen):
            chosen.append(one)
    return tuple(_quote(frame, one, names) for one in chosen)


def _heard(one: Said, chosen: Sequence[Said]) -> bool:
    """Whether this account, or this person of none, is quoted already."""
    voice = one.account_id or one.by
    return any(voice == (other.account_id or other.by) for other in chosen)


def _quote(frame: Frame, one: Said, names: frozenset[str]) -> Quote:
    return Quote(
        feedback_id=one.id,
        text=Discretion(names=names).quoted(one.words, one.channel_id),
        rating=one.rating,
        reason=one.reason,
        account=frame.name(one.account_id),
        slack_user_id=one.by,
        at=one.at,
        channel_id=one.channel_id,
        message_ts=one.message_ts,
    )
