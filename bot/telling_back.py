"""Tells people that what they asked for is there: who asked what an article answers now, and who wished for what was shipped.

Each person is told once, in office hours of their own, in the thread where they asked or by DM, and only what they may
read there. Who left, opted out or was erased is not told, and the row says why. What is to be said is worked out from
the rows at every look, so a process that ends between the approval and the telling loses nothing.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot import asking, speaking
from bot.blocks import gaps as blocks
from bot.deliver import Moot, View
from bot.gap_steps import propose_steps
from bot.office_hours import opening_after
from bot.recording import record_posted
from bot.slack.messenger import TryLater
from store import access, people
from store.gathering import gather, is_due
from store.tables import (
    Conversation,
    Feedback,
    GapQuestion,
    LoopItem,
    Message,
    VerifiedAnswer,
    channels,
    gaps,
    loops,
    outbox,
    verified,
)
from store.tables.accounts import has_left

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.messenger import Posted, Speech
    from store.people import Person
    from store.tables import KnowledgeGap, OutboxMessage

log = logging.getLogger(__name__)

GAP, LOOP = "gap_told", "loop_told"
NOT_READABLE = "may not read it"
_PERSON = re.compile(r"[UW][A-Z0-9]+")


@dataclass(frozen=True)
class Way:
    """How somebody is told; with a reason, they are not."""

    person: Person
    channel_id: str | None = None  # none: a DM
    thread_ts: str | None = None
    reason: str = ""


class TellingBack:
    """Looks what was asked and not found, and whom there is something to tell.

    Args:
        services: the running bot.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def run_due(self) -> int:
        """Put questions into their gaps, propose steps, and tell whoever waits; how much of that there was."""
        done = (
            self._gather()
            + self._each(gaps.PUBLISHED, self._tell_of_gap)
            + self._each(loops.SHIPPED, self._tell_of_loop)
        )
        if done:
            self._services.wake_outbox()
        return done

    def _gather(self) -> int:
        services = self._services
        now = services.clock.now()
        with services.database.reading() as session:
            if not is_due(session, services.workspace_id, now):
                return 0
        with services.database.transaction() as session:
            touched = [one.id for one in gather(session, services.workspace_id, now)]
        return len(touched) + propose_steps(services, touched)

    def _each(self, state: str, tell: Callable[[str], int]) -> int:
        services, done = self._services, 0
        with services.database.reading() as session:
            found = (
                gaps.gaps_in(session, services.workspace_id, (state,))
                if state == gaps.PUBLISHED
                else loops.loops_in(session, services.workspace_id, (state,))
            )
            ids = [one.id for one in found]
        for one in ids:
            try:
                done += tell(one)
            except TryLater as later:
                log.info("Slack cannot say now who is to be told of %s: %s", one, later)
            except Exception:  # one of them must not keep the others from being told
                log.exception("nobody could be told of %s; trying again", one)
        return done

    def _tell_of_gap(self, gap_id: str) -> int:
        services = self._services
        with services.database.reading() as session:
            gap = gaps.find_gap(session, services.workspace_id, gap_id)
            pair = session.get(VerifiedAnswer, gap.verified_id) if gap and gap.verified_id else None
            if gap is None or pair is None:
                return 0
            if pair.withdrawn_at is None and not verified.is_searchable(session, pair):
                return 0
            waiting = {row.asked_by: row for row in gaps.untold(session, gap_id)}  # the newest of each
        if pair.withdrawn_at is not None:
            with services.database.transaction() as session:
                return int(gaps.reopen(session, session.merge(gap), services.clock.now()))
        return sum(self._tell_asker(gap, pair, row) for row in waiting.values()) + self._close_gap(gap_id)

    def _tell_asker(self, gap: KnowledgeGap, pair: VerifiedAnswer, row: GapQuestion) -> int:
        services, key = self._services, f"{GAP}:{gap.id}:{row.asked_by}:{pair.id}"
        if self._is_said(key, partial(gaps.of_asker, gap_id=gap.id, asked_by=row.asked_by)):
            return 0
        way = way_to_asker(services, row, pair.audience)
        with services.database.transaction() as session:
            fresh = gaps.find_gap(session, services.workspace_id, gap.id, lock=True)
            if fresh is None or fresh.state != gaps.PUBLISHED or fresh.verified_id != pair.id:
                return 0
            if way.reason:
                for one in gaps.of_asker(session, gap.id, row.asked_by):
                    one.untold = one.untold or way.reason
                    session.add(one)
                return 1
            return int(self._send(session, way, GAP, key, question=row.id, pair=pair.id))

    def _tell_of_loop(self, loop_id: str) -> int:
        services, done = self._services, 0
        with services.database.reading() as session:
            waiting = {item.slack_user_id: item for item in loops.untold_items(session, loop_id)}
        for item in waiting.values():
            key = f"{LOOP}:{loop_id}:{item.slack_user_id}"
            if self._is_said(key, partial(_of_person, loop_id=loop_id, user_id=item.slack_user_id)):
                continue
            way = way_to(services, item.slack_user_id)
            with services.database.transaction() as session:
                if way.reason:
                    for one in _of_person(session, loop_id, item.slack_user_id):
                        one.untold = way.reason
                        session.add(one)
                else:
                    self._send(session, way, LOOP, key, item=item.id)
            done += 1
        with services.database.transaction() as session:
            loop = loops.find_loop(session, services.workspace_id, loop_id, lock=True)
            if loop is not None and not loops.untold_items(session, loop_id):
                loops.all_told(session, loop, services.clock.now())
        return done

    def _send(self, session: Session, way: Way, view: str, key: str, **payload: str) -> bool:
        services = self._services
        calendar = services.calendar_of(way.person.timezone)
        return speaking.send(
            session,
            services,
            view,
            key=key,
            kind="post" if way.channel_id else "dm",
            channel_id=way.channel_id,
            thread_ts=way.thread_ts,
            slack_user_id=way.person.slack_user_id,
            due_at=opening_after(calendar, services.clock.now()),
            **payload,
        )

    def _is_said(self, key: str, theirs: Callable[[Session], list[GapQuestion] | list[LoopItem]]) -> bool:
        """Whether a message is on its way or said; what became of it is noted with what they asked."""
        services = self._services
        with services.database.transaction() as session:
            sent = outbox.of_key(session, services.workspace_id, key)
            if sent is None:
                return False
            for row in theirs(session):
                if sent.state in {"sent", "unsure"}:
                    row.told_at = row.told_at or sent.sent_at or sent.due_at
                elif sent.state in {"failed", "cancelled"}:
                    row.untold = row.untold or sent.error or "it could not be said"
                session.add(row)
        return True

    def _close_gap(self, gap_id: str) -> int:
        services = self._services
        with services.database.transaction() as session:
            gap = gaps.find_gap(session, services.workspace_id, gap_id, lock=True)
            if gap is not None and not gaps.untold(session, gap_id):
                gaps.all_told(session, gap, services.clock.now())
        return 0


def way_to(services: Services, user_id: str) -> Way:
    """How somebody is told by DM, or why they are not. May ask Slack.

    Raises:
        TryLater: Slack cannot say now who that is.
    """
    if _PERSON.fullmatch(user_id):
        services.directory.meet(user_id)
    with services.database.reading() as session:
        person = asking.person_of(session, services, user_id)
        gone = has_left(session, services.workspace_id, user_id)
    if not _PERSON.fullmatch(user_id):
        return Way(person, reason="was erased")
    if person.opted_out:
        return Way(person, reason="opted out")
    return Way(person, reason="has left" if gone and person.kind == "unknown" else "")


def way_to_asker(services: Services, row: GapQuestion, audience: str) -> Way:
    """The thread of the question if everybody there may read the answer, else a DM if its asker may.

    Raises:
        TryLater: as `way_to`.
    """
    way = way_to(services, row.asked_by)
    if way.reason:
        return way
    with services.database.reading() as session:
        question = session.get_one(Message, row.question_id)
        talk = session.get_one(Conversation, question.conversation_id)
        policy = channels.policy_of(session, services.workspace_id, talk.channel_id)
        visible = people.visible_account_ids(session, services.workspace_id, way.person)
    in_thread = talk.surface in {"dm", "assistant"} or (talk.surface == "channel" and policy in _OPEN)
    if in_thread and audience in asking.who_asks(services, row.asked_by, talk.channel_id).audiences:
        return Way(way.person, talk.channel_id, talk.thread_ts)
    own = access.readable_audiences(way.person, access.DM, visible)
    return way if audience in own else Way(way.person, reason=NOT_READABLE)


_OPEN = frozenset({channels.MENTION, channels.EVERY})


def _of_person(session: Session, loop_id: str, user_id: str) -> list[LoopItem]:
    return [one for one in loops.items_of(session, loop_id) if one.slack_user_id == user_id]


def _render_gap(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        row = session.get_one(GapQuestion, message.payload["question"])
        pair = session.get_one(VerifiedAnswer, message.payload["pair"])
        asked = session.get_one(Message, row.question_id).text
    if pair.withdrawn_at is not None:
        raise Moot("its article was withdrawn")
    way = way_to_asker(services, row, pair.audience)
    if way.reason or way.channel_id != message.channel_id:
        raise Moot(way.reason or NOT_READABLE)
    whom = None if not way.channel_id or way.channel_id.startswith("D") else row.asked_by
    approved = (pair.approver_name, pair.approved_at)
    return blocks.told_speech(asked, row.asked_at, pair.answer, approved, whom=whom)


def _render_loop(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        item = session.get_one(LoopItem, message.payload["item"])
        loop = loops.find_loop(session, services.workspace_id, item.loop_id)
        said = session.get_one(Feedback, item.feedback_id)
    way = way_to(services, item.slack_user_id)
    if way.reason or loop is None:
        raise Moot(way.reason or "it was taken back")
    return blocks.shipped_speech(said.comment or loop.title, item.asked_at, loop.shipped_words or loop.title)


def _said(services: Services, session: Session, message: OutboxMessage, posted: Posted) -> None:
    """It is part of the conversation: what is asked next may refer to it."""
    pair = session.get(VerifiedAnswer, message.payload.get("pair") or "")
    account = access.account_of_channel(session, services.workspace_id, posted.channel_id)
    record_posted(
        session,
        services,
        posted,
        text=pair.answer if pair else "",
        thread_ts=message.thread_ts,
        account_id=account.id if account else None,
    )


VIEWS = {GAP: View(render=_render_gap, after=_said), LOOP: View(render=_render_loop)}
