"""What people asked about in a period, put together by meaning: how often, how it changed, whom it touches.

The vectors were stored with the questions; who puts them together comes in as a function, so that no model is needed
here. Feedback belongs to the theme of the question whose answer it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlmodel import Session, col, func, select

from store.insights.frame import revenue_of
from store.insights.values import USUAL_DAYS, Figure, Theme
from store.tables.answers import Answer
from store.tables.conversations import Conversation, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from store.insights.asked import Asked, Questions, Rated
    from store.insights.frame import Frame
    from store.tables.accounts import Account

# (texts, their models and vectors; newest first) -> name and members of each theme
FindThemes = Callable[[Sequence[str], Sequence[tuple[str, bytes]]], Sequence[tuple[str, tuple[int, ...]]]]
# (words, their channel) -> what of them may be repeated, or nothing
Quoted = Callable[[str, str | None], str]

TOP_THEMES = 3
LEAST = 3  # questions in the period that make a theme; fewer are questions


class _Voice(NamedTuple):
    """A question with its vector; `asked` is None for one of the weeks before."""

    id: str
    text: str
    vector: tuple[str, bytes]
    asked: Asked | None = None


def themes(
    session: Session,
    frame: Frame,
    rows: Questions,
    vectors: Mapping[str, tuple[str, bytes]],
    *,
    find: FindThemes,
    quoted: Quoted,
) -> tuple[Theme, ...]:
    """The themes that touch most accounts, then most revenue, then most questions; at most three.

    Args:
        session: reads the questions of the four weeks before the period.
        frame: whose questions of when.
        rows: the questions of the period, cut to the scope.
        vectors: question id -> model and vector of the period's questions.
        find: puts questions together.
        quoted: cuts the words of a quote to what may be repeated.
    """
    newest = [one for one in reversed(rows.asked) if one.id in vectors]
    if len(newest) < LEAST:
        return ()
    voices = [_Voice(one.id, one.said, vectors[one.id], one) for one in newest]
    voices += _earlier(session, frame)
    found = find([voice.text for voice in voices], [voice.vector for voice in voices])
    unhelpful = {row.answer_id: row for row in rows.ratings if row.rating == -1}
    made = [_theme(name, [voices[i] for i in members], frame, unhelpful) for name, members in found]
    ranked = sorted((one for one in made if one.figure.value >= LEAST), key=_rank)
    return tuple(_with_quotes(ranked[:TOP_THEMES], rows, quoted))


def _with_quotes(chosen: Sequence[Theme], rows: Questions, quoted: Quoted) -> Iterator[Theme]:
    """Each with the newest of its questions that may be quoted, of another account than the quotes before."""
    asked, heard = {one.id: one for one in rows.asked}, set()
    for theme in chosen:
        known = [asked[id_] for id_ in theme.figure.evidence]
        fresh = [one for one in known if one.account_id not in heard]
        for one in (*fresh, *known):
            if words := quoted(one.text, one.channel_id):
                heard.add(one.account_id)
                yield replace(theme, example=words)
                break
        else:
            yield theme


def _rank(theme: Theme) -> tuple[int, int, int, str]:
    return -len(theme.accounts), -sum(minor for minor, _ in theme.arr), -theme.figure.value, theme.figure.key


def _earlier(session: Session, frame: Frame) -> list[_Voice]:
    """The questions of the four weeks before, newest first."""
    in_time = (  # the index of answers begins with the workspace
        (col(Answer.workspace_id) == frame.workspace_id)
        & (col(Answer.question_id) == col(Message.id))
        & (col(Answer.created_at) <= frame.now)
    )
    account = func.coalesce(col(Answer.account_id), col(Conversation.account_id))
    columns: list[Any] = [Message.id, Message.text, Message.embedding_model, Message.embedding, account]
    statement = (
        select(*columns)
        .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
        .outerjoin(Answer, in_time)
        .where(
            Message.workspace_id == frame.workspace_id,
            col(Message.is_question).is_(True),
            col(Message.embedding).is_not(None),
            col(Message.created_at) >= frame.period.start - timedelta(days=USUAL_DAYS),
            col(Message.created_at) < frame.period.start,
        )
        .order_by(col(Message.created_at).desc(), col(Message.id))
    )
    return [
        _Voice(id_, text, (model or "", vector))
        for id_, text, model, vector, account_id in session.exec(statement).all()
        if vector and frame.covers(account_id)
    ]


def _theme(name: str, members: Sequence[_Voice], frame: Frame, unhelpful: Mapping[str, Rated]) -> Theme:
    asked = [voice.asked for voice in members if voice.asked]
    key = f"themes.{min((one.id for one in asked), default=members[0].id)}"
    touched = _accounts(asked, frame)
    refused = [one.id for one in asked if one.status == "refused"]
    rated = [unhelpful[one.answer_id].id for one in asked if one.answer_id and one.answer_id in unhelpful]
    before = [voice.id for voice in members if not voice.asked]
    return Theme(
        name=name,
        days=frame.period.days,
        figure=Figure(key, f"questions: {name}", "question", tuple(one.id for one in asked)),
        before=Figure(f"{key}.before", f"in the four weeks before: {name}", "question", tuple(before)),
        refused=Figure(f"{key}.refused", f"not found: {name}", "question", tuple(refused)),
        unhelpful=Figure(f"{key}.unhelpful", f"not helpful: {name}", "feedback", tuple(rated)),
        accounts=tuple(account.name for account in touched),
        arr=revenue_of(touched),
    )


def _accounts(asked: Iterable[Asked], frame: Frame) -> list[Account]:
    ids = {one.account_id for one in asked if one.account_id}
    return sorted((frame.accounts[id_] for id_ in ids if id_ in frame.accounts), key=lambda one: one.name)
