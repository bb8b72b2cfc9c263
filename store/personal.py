"""Who a person is in every table, and what was written by them or to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, func, or_, select

from store.errors import NotFound, StoreError
from store.people import staff_of
from store.tables import accounts
from store.tables.accounts import Account, Contact, StaffMember
from store.tables.answers import Answer
from store.tables.consents import consents_of
from store.tables.conversations import Conversation, Message
from store.tables.feedback import Feedback
from store.tables.gaps import GapQuestion
from store.tables.loops import LoopItem
from store.tables.openings import Opening
from store.tables.playbooks import PlaybookRun, RunStep
from store.tables.proposals import Proposal
from store.tables.tasks import Task
from store.tables.workspaces import SlackUser

if TYPE_CHECKING:
    from sqlmodel import SQLModel

SHORTEST = 12  # characters: shorter texts ("yes", "thanks") tell nobody


@dataclass(frozen=True)
class Subject:
    """One person: all the names and ids under which rows speak of them, and their words."""

    slack_ids: frozenset[str]
    emails: frozenset[str]
    names: frozenset[str]
    first_names: frozenset[str]  # those that nobody else at their accounts has
    contact_ids: frozenset[str]
    account_ids: frozenset[str]
    run_ids: frozenset[str]  # of their accounts
    dm_channels: frozenset[str]
    texts: frozenset[str]

    @property
    def ids(self) -> frozenset[str]:
        """What must be written down nowhere any more."""
        return self.slack_ids | self.emails | self.names | self.dm_channels


def subject(session: Session, workspace_id: str, name: str) -> Subject:
    """The person with this Slack id or e-mail address.

    Raises:
        NotFound: nothing is stored under that name.
        StoreError: they are one of our own staff.
    """
    wanted = name.strip().strip("<@>").split("|")[0]
    users = _users(session, workspace_id, wanted)
    emails = {one.email.lower() for one in users if one.email} | (
        {wanted.lower()} if "@" in wanted else set()
    )
    slack_ids = {one.slack_user_id for one in users} | (set() if "@" in wanted else {wanted})
    contacts = _contacts(session, workspace_id, emails, slack_ids)
    slack_ids |= {one.slack_user_id for one in contacts if one.slack_user_id}
    emails |= {one.email.lower() for one in contacts}
    _refuse_staff(session, workspace_id, emails, slack_ids)
    account_ids = {one.account_id for one in contacts}
    if not contacts and not users and not _wrote(session, workspace_id, slack_ids):
        raise NotFound(
            f"Nothing is stored about “{name}”. Give a Slack id, like U012AB3CD45, or an e-mail address."
        )
    known = [one.name for one in contacts] + [one.name for one in users]
    names = {name for name in known if len(name.strip()) > 1}
    contact_ids = {one.id for one in contacts}
    return Subject(
        frozenset(slack_ids),
        frozenset(emails),
        frozenset(names),
        frozenset(_first_names(session, names, account_ids, contact_ids)),
        frozenset(contact_ids),
        frozenset(account_ids),
        frozenset(_runs(session, account_ids)),
        frozenset(_dms(session, workspace_id, slack_ids)),
        frozenset(_texts(session, workspace_id, slack_ids, contact_ids)),
    )


def _users(session: Session, workspace_id: str, wanted: str) -> list[SlackUser]:
    same = or_(SlackUser.slack_user_id == wanted, func.lower(SlackUser.email) == wanted.lower())
    return list(session.exec(select(SlackUser).where(SlackUser.workspace_id == workspace_id, same)).all())


def _contacts(session: Session, workspace_id: str, emails: set[str], slack_ids: set[str]) -> list[Contact]:
    same = or_(
        func.lower(Contact.email).in_(sorted(emails)), col(Contact.slack_user_id).in_(sorted(slack_ids))
    )
    return list(session.exec(select(Contact).where(Contact.workspace_id == workspace_id, same)).all())


def _refuse_staff(session: Session, workspace_id: str, emails: set[str], slack_ids: set[str]) -> None:
    linked = select(StaffMember).where(
        StaffMember.workspace_id == workspace_id, col(StaffMember.slack_user_id).in_(sorted(slack_ids))
    )
    if session.exec(linked).first() or any(staff_of(session, workspace_id, email) for email in emails):
        raise StoreError(
            "That is one of our own staff, whose work records are kept. Remove them from the staff file first; what "
            "remains of them is their name on tasks and approvals."
        )


def _wrote(session: Session, workspace_id: str, slack_ids: set[str]) -> bool:
    theirs = select(Message.id).where(
        Message.workspace_id == workspace_id, col(Message.slack_user_id).in_(sorted(slack_ids))
    )
    return session.exec(theirs.limit(1)).first() is not None


def _first_names(session: Session, names: set[str], account_ids: set[str], contact_ids: set[str]) -> set[str]:
    others = {
        word
        for account_id in account_ids
        for one in accounts.everybody_at(session, account_id)
        if one.id not in contact_ids
        for word in one.name.split()
    }
    return {name.split()[0] for name in names if len(name.split()[0]) > 1} - others


def _runs(session: Session, account_ids: set[str]) -> list[str]:
    statement = select(PlaybookRun.id).where(col(PlaybookRun.account_id).in_(sorted(account_ids)))
    return list(session.exec(statement).all())


def _dms(session: Session, workspace_id: str, slack_ids: set[str]) -> set[str]:
    """The person's direct messages with the bot."""
    statement = select(Conversation.channel_id).where(
        Conversation.workspace_id == workspace_id,
        col(Conversation.opened_by).in_(sorted(slack_ids)),
        col(Conversation.surface).in_(["dm", "assistant"]),
    )
    return set(session.exec(statement).all())


def _texts(session: Session, workspace_id: str, slack_ids: set[str], contact_ids: set[str]) -> set[str]:
    """Whatever they wrote, long enough to be told from others' words."""
    said = session.exec(
        select(Message.text).where(
            Message.workspace_id == workspace_id, col(Message.slack_user_id).in_(sorted(slack_ids))
        )
    ).all()
    comments = session.exec(
        select(Feedback.comment).where(
            Feedback.workspace_id == workspace_id, col(Feedback.slack_user_id).in_(sorted(slack_ids))
        )
    ).all()
    answered = session.exec(
        select(RunStep.answer_text).where(col(RunStep.contact_id).in_(sorted(contact_ids)))
    ).all()
    return {text.strip() for text in (*said, *comments, *answered) if text and len(text.strip()) >= SHORTEST}


def export_person(session: Session, workspace_id: str, name: str) -> dict[str, Any]:
    """Everything that is stored about a person, as JSON.

    Raises:
        NotFound, StoreError: as `subject`.
    """
    who = subject(session, workspace_id, name)
    slack_ids, contact_ids = sorted(who.slack_ids), sorted(who.contact_ids)
    users = select(SlackUser).where(
        SlackUser.workspace_id == workspace_id, col(SlackUser.slack_user_id).in_(slack_ids)
    )
    messages = select(Message).where(
        Message.workspace_id == workspace_id, col(Message.slack_user_id).in_(slack_ids)
    )
    answers = select(Answer).where(Answer.workspace_id == workspace_id, col(Answer.asked_by).in_(slack_ids))
    said = select(Feedback).where(
        Feedback.workspace_id == workspace_id, col(Feedback.slack_user_id).in_(slack_ids)
    )
    heard = select(Proposal).where(
        Proposal.workspace_id == workspace_id, col(Proposal.slack_user_id).in_(slack_ids)
    )
    opened = select(Opening).where(
        Opening.workspace_id == workspace_id, col(Opening.slack_user_id).in_(slack_ids)
    )
    fell = select(GapQuestion).where(
        GapQuestion.workspace_id == workspace_id, col(GapQuestion.asked_by).in_(slack_ids)
    )
    wished = select(LoopItem).where(
        LoopItem.workspace_id == workspace_id, col(LoopItem.slack_user_id).in_(slack_ids)
    )
    steps = select(RunStep).where(col(RunStep.contact_id).in_(contact_ids), col(RunStep.sent_at).is_not(None))
    asked = select(Task).where(Task.workspace_id == workspace_id, Task.kind == "handover")
    return {
        "contacts": [
            _plain(row) for row in _rows(session, select(Contact).where(col(Contact.id).in_(contact_ids)))
        ],
        "accounts": [
            row.name
            for row in session.exec(select(Account).where(col(Account.id).in_(sorted(who.account_ids))))
        ],
        "profiles": [_plain(row) for row in _rows(session, users)],
        "messages": [_plain(row) for row in _rows(session, messages.order_by(col(Message.created_at)))],
        "answers": [_plain(row) for row in _rows(session, answers.order_by(col(Answer.created_at)))],
        "feedback": [_plain(row) for row in _rows(session, said.order_by(col(Feedback.created_at)))],
        "taken_for": [_plain(row) for row in _rows(session, heard.order_by(col(Proposal.created_at)))],
        "opened_articles": [_plain(row) for row in _rows(session, opened.order_by(col(Opening.created_at)))],
        "not_found": [_plain(row) for row in _rows(session, fell.order_by(col(GapQuestion.asked_at)))],
        "told_back": [_plain(row) for row in _rows(session, wished.order_by(col(LoopItem.asked_at)))],
        "check_ins": [_plain(row) for row in _rows(session, steps.order_by(col(RunStep.sent_at)))],
        "consents": [_plain(row) for row in consents_of(session, contact_ids)],
        "requests": [_plain(row) for row in _rows(session, asked) if row.link.get("asker") in who.slack_ids],
    }


def _rows(session: Session, statement: Any) -> list[Any]:
    return list(session.exec(statement).all())


def _plain(row: SQLModel) -> dict[str, Any]:
    """A row as JSON, without what is not the person's: ids of ours, and vectors."""
    left_out = {"workspace_id", "embedding", "embedding_model", "timings_ms"}
    return row.model_dump(mode="json", exclude=left_out)
