"""The month before the first start: who said what, when, as rows of the store and as messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import asking
from bot.listeners.answers import speech_of
from bot.local import text
from bot.local.errors import LocalWorkspaceError
from bot.local.history import Line
from bot.local.sample import DM, PastQuestion, Remark
from bot.office_hours import opening_after
from bot.recording import record_answer
from playbooks.workdays import DAY_ENDS, Calendar
from store import access, people
from store.tables import Conversation, Task, answers, conversations, feedback, tasks, workspaces

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlmodel import Session

    from bot.asking import Asked
    from bot.local.directory import Channel, Directory, User
    from bot.local.sample import Month
    from knowledge.types import Answered
    from store.tables import Answer, Message

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
    number: int  # in the file; keeps timestamps apart that fall into one second
    root_ts: str  # of its thread; its own where it begins one

    @property
    def ts(self) -> str:
        """Its Slack timestamp."""
        return slack_ts(self.moment, self.number)

    @property
    def answer_ts(self) -> str:
        """The timestamp of the answer to it."""
        return slack_ts(self.moment + THINKING, self.number)


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
        root_ts = slack_ts(moment, number)
        if isinstance(past, PastQuestion):
            root_ts = roots[past.id] = roots[past.follows] if past.follows else root_ts
        spoken.append(Spoken(past, user, _channel(past, user, directory), moment, number, root_ts))
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
            elif one.ts not in {message.ts for message in self._messages(session, one)}:
                answer = self._ask(session, one, asked, recorded[one.past.id])
                self._rate(session, one.past, answer)
                self._hand_over(session, one, asked, answer)

    def lines(self, session: Session, spoken: Iterable[Spoken], directory: Directory) -> list[Line]:
        """Questions, answers, replies and remarks as the local workspace shows them."""
        lines: list[Line] = []
        for one in spoken:
            if isinstance(one.past, Remark):
                said = text.as_sent(one.past.text, directory)
                lines.append(Line(one.channel.id, one.ts, one.user.id, said))
            elif one.ts == one.root_ts:
                lines += self._thread(session, one, directory)
        return lines

    def _thread(self, session: Session, spoken: Spoken, directory: Directory) -> list[Line]:
        """A conversation from its first question on."""
        channel, lines, answer = spoken.channel.id, list[Line](), None
        for message in self._messages(session, spoken):
            thread_ts = None if message.ts == spoken.root_ts else spoken.root_ts
            if message.author == "bot":
                assert answer is not None
                speech = speech_of(session, answer, answer.created_at)
                lines.append(
                    Line(channel, message.ts, self.bot_user_id, speech.text, thread_ts, speech.blocks)
                )
                continue
            said = text.as_sent(message.text, directory)
            if thread_ts is None and not spoken.channel.is_im:
                said = f"<@{self.bot_user_id}> {said}"
            lines.append(Line(channel, message.ts, message.slack_user_id, said, thread_ts))
            answer = answers.answer_to(session, message.id)
        return lines

    def _messages(self, session: Session, spoken: Spoken) -> list[Message]:
        """What is on record of its conversation, oldest first; nothing if there is none."""
        conversation = conversations.find_conversation(
            session,
            workspace_id=self.workspace_id,
            channel_id=spoken.channel.id,
            thread_ts=spoken.root_ts,
        )
        if conversation is None:
            return []
        before = slack_ts(self.started_at, 0)
        return conversations.earlier_messages(session, conversation.id, before_ts=before, limit=100)

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

    def _hand_over(self, session: Session, spoken: Spoken, asked: Asked, answer: Answer) -> None:
        """The task that "Talk to a person" gave to the account's CSM, and how it was done."""
        wish = spoken.past.person if isinstance(spoken.past, PastQuestion) else None
        csm = people.owner_of(session, asked.account) if asked.account else None
        if wish is None or asked.account is None or csm is None:
            return
        opened, hours = answer.created_at + RATING, wish.done_after_hours
        done_at = None if hours is None else opened + timedelta(hours=hours)
        link = {
            "channel": spoken.channel.id,
            "ts": spoken.root_ts,
            "answer_id": answer.id,
            "conversation_id": answer.conversation_id,
            "asker": spoken.user.id,
            "words": "",
            "helper": csm.name,
        }
        tasks.open_task(
            session,
            Task(
                workspace_id=self.workspace_id,
                key=f"handover:{answer.id}",
                kind="handover",
                account_id=asked.account.id,
                owner_email=csm.email,
                title=f"Answer {asked.person.name} ({asked.account.name})",
                body=spoken.past.text,
                priority="high",
                state="open" if done_at is None else "done",
                due_at=due_at(csm.timezone, self.started_at, wish.due_in_days),
                link=link if done_at is None else link | {"done_by": csm.name},
                created_at=opened,
                done_at=done_at,
            ),
        )
        if done_at is not None and wish.reply and csm.slack_user_id:
            conversations.record_message(
                session,
                session.get_one(Conversation, answer.conversation_id),
                ts=slack_ts(done_at, spoken.number),
                author="person",
                slack_user_id=csm.slack_user_id,
                text=wish.reply,
                now=done_at,
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


def due_at(zone: str, started_at: datetime, days: int) -> datetime:
    """The end of the working day that many days from the first start, or from the first working hour after it."""
    calendar = Calendar(zone)
    if days < 0:
        return calendar.at(calendar.on_or_before(calendar.date_of(started_at + timedelta(days))), DAY_ENDS)
    opening = opening_after(calendar, started_at)
    return calendar.at(calendar.on_or_after(calendar.date_of(opening + timedelta(days))), DAY_ENDS)


def slack_ts(moment: datetime, number: int) -> str:
    """A Slack timestamp: seconds, and six digits."""
    return f"{int(moment.timestamp())}.{number:06d}"
