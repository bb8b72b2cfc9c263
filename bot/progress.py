"""People see that we are at it: a stream with a plan that fills in, or where there is none, a status line."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.blocks import plan
from bot.services import AlreadyDone
from bot.slack.messenger import Posted, StreamTarget, TryLater, Unreachable
from store.tables import conversations, events, outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.incoming import Said
    from knowledge.types import Answered, Evidence, Stage
    from store.tables import InboundEvent

log = logging.getLogger(__name__)

SEARCHING = "is searching the knowledge base…"
READING = "is reading {}…"
WRITING = "is writing the answer…"
WAKING = "is just starting up; your answer follows in a moment…"


class Quiet:
    """Nobody watches."""

    def __call__(self, stage: Stage, evidence: Sequence[Evidence]) -> None:
        """Nothing to show."""

    def end(self, answered: Answered) -> None:
        """Nothing to show."""


@dataclass
class StatusLine:
    """The line "Guidepost is ..." below a thread."""

    services: Services
    said: Said
    event_id: str

    def __post_init__(self) -> None:
        """Say what comes first."""
        self._show(SEARCHING if self.services.answers.ready else WAKING)

    def __call__(self, stage: Stage, evidence: Sequence[Evidence]) -> None:
        """Say what is being done now.

        Raises:
            AlreadyDone: somebody stopped it.
        """
        _go_on(self.services, self.event_id)
        titles = _titles(evidence)
        self._show(READING.format(titles[0]) if stage == "reading" and titles else WRITING)

    def end(self, answered: Answered) -> None:
        """The answer takes the line away."""

    def _show(self, text: str) -> None:
        self.services.messenger.status(self.said.channel_id, self.said.root_ts, text)


@dataclass
class LivePlan:
    """The message in which the answer will stream, with what is being done at its head."""

    services: Services
    where: Posted
    event_id: str
    _read: bool = field(default=False, init=False)

    def __call__(self, stage: Stage, evidence: Sequence[Evidence]) -> None:
        """Fill the plan in.

        Raises:
            AlreadyDone: somebody stopped it.
        """
        _go_on(self.services, self.event_id)
        self._read = True
        chunks = plan.writing() if stage == "writing" else plan.reading(_sources(evidence))
        self.services.messenger.grow_stream(self.where, chunks)

    def end(self, answered: Answered) -> None:
        """The plan is done; the words follow from the outbox."""
        self.services.messenger.grow_stream(self.where, plan.finished(answered.status, read=self._read))


def _go_on(services: Services, event_id: str) -> None:
    """Think on, unless the event has ended meanwhile: by Stop, or because another worker was quicker."""
    with services.database.reading() as session:
        if events.is_over(session, event_id):
            raise AlreadyDone(f"Event {event_id} has ended; nothing more is thought about it.")


Progress = Quiet | StatusLine | LivePlan


def show(services: Services, event: InboundEvent, said: Said) -> Progress:
    """Begin the stream of an answer, or go on with the one that an earlier attempt began; else a status line."""
    where = _begun_before(services, event, said) or _begin(services, said)
    return LivePlan(services, where, event.id) if where else StatusLine(services, said, event.id)


def say_there(session: Session, services: Services, key: str, channel_id: str, question_ts: str) -> None:
    """Have the outbox message of this key said in the stream that was begun for its question, if one was."""
    question = conversations.message_at(session, services.workspace_id, channel_id, question_ts)
    if question is not None and question.stream_ts:
        session.flush()
        outbox.place(session, services.workspace_id, key, channel_id, question.stream_ts)


def _begin(services: Services, said: Said) -> Posted | None:
    where = services.messenger.begin_stream(
        said.channel_id,
        said.root_ts,
        plan.searching(ready=services.answers.ready),
        StreamTarget(said.user_id, said.user_team),
    )
    return _noted(services, said, where) if where is not None else None


def _begun_before(services: Services, event: InboundEvent, said: Said) -> Posted | None:
    """The stream of an earlier attempt, also of one that was cut off before it could note where it is."""
    if event.attempts < 2:
        return None
    with services.database.reading() as session:
        question = conversations.find_message(
            session, workspace_id=services.workspace_id, channel_id=said.channel_id, ts=said.ts
        )
    if question.stream_ts:
        return Posted(said.channel_id, question.stream_ts)
    found = services.messenger.find_unfinished(
        said.channel_id, services.bot_user_id, thread_ts=said.root_ts, oldest=said.ts
    )
    # Read after Slack was asked: what others begin meanwhile is theirs.
    with services.database.reading() as session:
        taken = outbox.places_taken(
            session, workspace_id=services.workspace_id, channel_id=said.channel_id, message_id=""
        ) | conversations.streams_in(session, question.conversation_id)
    lost = next((where for where in found if where.ts not in taken), None)
    return _noted(services, said, lost) if lost is not None else None


def _noted(services: Services, said: Said, where: Posted) -> Posted | None:
    """Where the answer streams from now on. If another worker, believed dead, began too, only one may stay.

    None where this message has become another question's: the answer must not stand in its place.
    """
    with services.database.transaction() as session:
        stays = conversations.claim_stream(session, services.workspace_id, said.channel_id, said.ts, where.ts)
    if stays is None:
        return None
    if stays != where.ts:
        try:
            services.messenger.delete(where)
        except (TryLater, Unreachable) as error:
            log.warning("a second stream of %s could not be taken back: %s", said.message_key, error)
    return Posted(said.channel_id, stays)


def _sources(evidence: Sequence[Evidence]) -> list[tuple[str, str]]:
    """The nearest documents, each with its web address or an empty text."""
    nearest = {one.title: one.uri for one in reversed(evidence)}
    titles = _titles(evidence)[: plan.SOURCES_SHOWN]
    return [(title, nearest[title] if nearest[title].startswith("http") else "") for title in titles]


def _titles(evidence: Sequence[Evidence]) -> list[str]:
    return list(dict.fromkeys(one.title for one in evidence))
