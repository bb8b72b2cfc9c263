"""The month before the first start: who said what, when, as rows of the store and as messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import asking
from bot.listeners.questions import speech_of
from bot.local import text
from bot.local.errors import LocalWorkspaceError
from bot.local.history import Line
from bot.local.sample import DM, PastQuestion, Remark
from bot.recording import record_answer
from store import access, people
from store.tables import Task, answers, conversations, feedback, tasks, workspaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlmodel import Session

    from bot.asking import Asked
    from bot.local.directory import Channel, Directory, User
    from bot.local.sample import Month
    from knowledge.types import Answered
    from store.tables import Answer

THINKING = timedelta(seconds=4)  # between a question and its answer
RATING = timedelta(minutes=2)  # between an answer and what its asker makes of it


class MonthError(LocalWorkspaceError):
    """month.yaml and directory.yaml do not go together."""


@dataclass(frozen=True)
class Spoken:
    """An entry of the month with everything that follows from the directory and the first start."""

    past: PastQuestion | Remark
    user: User
    channel: Channel
    moment: datetime
    ts: str
    root_ts: str  # of its thread; its own where it begins one
    answer_ts: str


def resolve(month: Month, directory: Directory, started_at: datetime) -> list[Spoken]:
    """Every question and remark, in the file's order.

    Raises:
        MonthError: an entry names somebody or something that is not there.
    """
    roots: dict[str, str] = {}
    spoken = []
    said: list[PastQuestion | Remark] = [*month.questions, *month.remarks]
    for number, past in enumerate(said, start=1):
        user = next((user for user in directory.users if user.name == past.by), None)
        if user is None:
            raise MonthError(f"month.yaml: nobody in directory.yaml is called {past.by!r}.")
        moment = past.moment(user.tz, started_at)
        ts = _ts(moment, number)
        root_ts = ts
        if isinstance(past, PastQuestion):
            root_ts = roots[past.id] = roots[past.follows] if past.follows else ts
        channel = _channel(past, user, directory)
        spoken.append(Spoken(past, user, channel, moment, ts, root_ts, _ts(moment + THINKING, number)))
    return spoken


def asked_by(session: Session, workspace_id: str, bot_user_id: str, spoken: Spoken) -> Asked:
    """Who spoke, where, and what could be read there."""
    channel = spoken.channel
    place = access.place_of(
        session,
        workspace_id,
        channel.id,
        is_dm=channel.is_im,
        members=None if channel.is_ext_shared else [one for one in channel.members if one != bot_user_id],
    )
    person = people.resolve_person(session, workspace_id, spoken.user.id)
    return asking.in_place(session, workspace_id, person, place)


@dataclass(frozen=True)
class MonthRows:
    """Writes the month into the store, and reads it back as messages.

    Args:
        workspace_id: the local workspace.
        bot_user_id: the app's Slack id in it.
        started_at: the first start, from which due dates count.
    """

    workspace_id: str
    bot_user_id: str
    started_at: datetime

    def write(self, session: Session, spoken: Iterable[Spoken], recorded: Mapping[str, Answered]) -> None:
        """All of it in the caller's transaction; what is there already stays as it is."""
        for one in spoken:
            asked = asked_by(session, self.workspace_id, self.bot_user_id, one)
            if isinstance(one.past, Remark):
                self._remark(session, one, asked)
            elif not self._known(session, one):
                answer = self._ask(session, one, asked, recorded[one.past.id])
                self._rate(session, one.past, answer)
                self._hand_over(session, one.past, asked, answer)

    def lines(self, session: Session, spoken: Iterable[Spoken], directory: Directory) -> list[Line]:
        """Questions, answers and remarks as the local workspace shows them."""
        lines: list[Line] = []
        for one in spoken:
            thread = None if one.root_ts == one.ts else one.root_ts
            is_mention = isinstance(one.past, PastQuestion) and not one.channel.is_im and thread is None
            said = (f"<@{self.bot_user_id}> " if is_mention else "") + text.as_sent(one.past.text, directory)
            lines.append(Line(one.channel.id, one.ts, one.user.id, said, thread))
            answer = self._answer(session, one) if isinstance(one.past, PastQuestion) else None
            if answer is not None:
                speech = speech_of(session, answer, answer.created_at)
                lines.append(
                    Line(
                        one.channel.id,
                        one.answer_ts,
                        self.bot_user_id,
                        speech.text,
                        one.root_ts,
                        speech.blocks,
                    )
                )
        return lines

    def _known(self, session: Session, spoken: Spoken) -> bool:
        conversation = conversations.find_conversation(
            session,
            workspace_id=self.workspace_id,
            channel_id=spoken.channel.id,
            thread_ts=spoken.root_ts,
        )
        return conversation is not None and spoken.ts in {
            message.ts
            for message in conversations.earlier_messages(
                session, conversation.id, before_ts=spoken.answer_ts, limit=20
            )
        }

    def _answer(self, session: Session, spoken: Spoken) -> Answer | None:
        message = conversations.find_message(
            session, workspace_id=self.workspace_id, channel_id=spoken.channel.id, ts=spoken.ts
        )
        return answers.answer_to(session, message.id)

    def _ask(self, session: Session, spoken: Spoken, asked: Asked, answered: Answered) -> Answer:
        conversation = conversations.open_conversation(
            session,
            workspace_id=self.workspace_id,
            channel_id=spoken.channel.id,
            thread_ts=spoken.root_ts,
            surface="dm" if spoken.channel.is_im else "channel",
            opened_by=spoken.user.id,
            account_id=asked.account_id,
            now=spoken.moment,
        )
        question = conversations.record_message(
            session,
            conversation,
            ts=spoken.ts,
            author="person",
            slack_user_id=spoken.user.id,
            text=spoken.past.text,
            now=spoken.moment,
            is_question=True,
        )
        at = spoken.moment + THINKING
        answer = record_answer(session, question, answered, account_id=asked.account_id, now=at)
        answer.message_ts = spoken.answer_ts
        session.add(answer)
        conversations.record_message(
            session,
            conversation,
            ts=spoken.answer_ts,
            author="bot",
            slack_user_id=self.bot_user_id,
            text=answer.text,
            now=at,
        )
        workspaces.introduce(session, self.workspace_id, spoken.user.id, at)
        return answer

    def _rate(self, session: Session, past: PastQuestion, answer: Answer) -> None:
        if past.rating is None:
            return
        feedback.rate_answer(
            session,
            workspace_id=self.workspace_id,
            answer_id=answer.id,
            account_id=answer.account_id,
            slack_user_id=answer.asked_by,
            now=answer.created_at + RATING,
            rating=past.rating,
            reason=past.reason,
            comment=past.comment,
            channel_id=answer.channel_id,
            message_ts=answer.message_ts,
        )

    def _hand_over(self, session: Session, past: PastQuestion, asked: Asked, answer: Answer) -> None:
        """The task that "Talk to a person" gave to the account's CSM."""
        if past.person is None:
            return
        csm = people.owner_of(session, asked.account) if asked.account else None
        opened, hours = answer.created_at + RATING, past.person.done_after_hours
        tasks.open_task(
            session,
            Task(
                workspace_id=self.workspace_id,
                key=f"handover:{answer.id}",
                kind="handover",
                account_id=answer.account_id,
                owner_email=csm.email if csm else None,
                title=f"{asked.person.name} would like to talk to a person",
                body=f"Asked: {past.text}\nAnswered: {answer.text}",
                state="open" if hours is None else "done",
                due_at=self.started_at + timedelta(days=past.person.due_in_days),
                link={"channel": answer.channel_id, "ts": answer.message_ts, "answer_id": answer.id},
                created_at=opened,
                done_at=None if hours is None else opened + timedelta(hours=hours),
            ),
        )

    def _remark(self, session: Session, spoken: Spoken, asked: Asked) -> None:
        feedback.record_remark(
            session,
            workspace_id=self.workspace_id,
            slack_user_id=spoken.user.id,
            account_id=asked.account_id,
            channel_id=spoken.channel.id,
            message_ts=spoken.ts,
            text=spoken.past.text,
            rating=spoken.past.rating,
            now=spoken.moment,
        )


def _channel(past: PastQuestion | Remark, user: User, directory: Directory) -> Channel:
    is_dm = past.place == DM
    found = directory.dm(user.id, directory.app.user_id) if is_dm else directory.channel(past.place)
    if found is None:
        raise MonthError(f"month.yaml: {past.by} wrote in {past.place}, which directory.yaml does not have.")
    return found


def _ts(moment: datetime, number: int) -> str:
    """A Slack timestamp; the number keeps messages apart that fall into one second."""
    return f"{int(moment.timestamp())}.{number:06d}"
