"""Who looks after an article hears of answers from it that did not help: soon, in one message, in office hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot import asking, speaking
from bot.blocks.feedback import PoorRating, owner_speech
from bot.citing import cited_document
from bot.deliver import Moot, View
from bot.office_hours import opening_after
from bot.slack.messenger import Posted, Unreachable
from store import people
from store.tables import Account, answers, feedback

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.messenger import Speech
    from playbooks.workdays import Calendar
    from store.people import Person
    from store.tables import Answer, Feedback, Message, OutboxMessage

NAME = "poorly_rated"
GATHERED = timedelta(minutes=10)  # what is said meanwhile is told in one message


def hear_of(session: Session, services: Services, answer: Answer) -> None:
    """Tell the owners of what an answer cites that it did not help; ten clicks are one message.

    An owner that is nobody of our team, or whom Slack does not know, is told nothing.
    """
    cited = (cited_document(session, citation) for citation in answers.citations_of(session, answer.id))
    for owner in sorted({document.owner for document in cited if document and document.owner}):
        staff = _staff(session, services, owner)
        if staff is None:
            continue
        now = services.clock.now()
        due = told_at(now, services.calendar_of(staff.timezone))
        speaking.send(
            session,
            services,
            NAME,
            key=f"{NAME}:{owner.lower()}:{due.isoformat()}",
            kind="dm",
            slack_user_id=staff.slack_user_id,
            due_at=due,
            owner=owner,
            since=now.isoformat(),
        )


def told_at(now: datetime, calendar: Calendar) -> datetime:
    """When somebody is told: at the end of the ten minutes, or when their office opens next."""
    seconds = GATHERED.total_seconds()
    gathered = datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, UTC)
    return opening_after(calendar, gathered)


def _staff(session: Session, services: Services, owner: str) -> Person | None:
    """The one member of our team that a document's head names."""
    named = people.staff_named(session, services.workspace_id, owner)
    return named[0] if len(named) == 1 else None


def _addressed(services: Services, message: OutboxMessage) -> OutboxMessage:
    """The row with the owner's Slack id, which Slack is asked for where it is not known yet."""
    if message.slack_user_id:
        return message
    with services.database.reading() as session:
        staff = _staff(session, services, message.payload["owner"])
    slack_id = services.directory.find(staff.email) if staff and staff.email else None
    if slack_id is None:
        raise Unreachable(f"Slack does not know {message.payload['owner']}.")
    return message.model_copy(update={"slack_user_id": slack_id})


def _render(services: Services, message: OutboxMessage) -> Speech:
    owner = message.payload["owner"]
    with services.database.reading() as session:
        rated = feedback.poor_ratings(
            session,
            services.workspace_id,
            owner=owner,
            since=datetime.fromisoformat(message.payload["since"]),
            until=message.due_at,
        )
        lines = [_line(session, services, owner, row) for row in rated]
    if not lines:
        raise Moot("Everybody who did not find it helpful has thought better of it.")
    return owner_speech(lines)


def _line(
    session: Session, services: Services, owner: str, rated: tuple[Feedback, Answer, Message]
) -> PoorRating:
    given, answer, question = rated
    documents = (cited_document(session, citation) for citation in answers.citations_of(session, answer.id))
    own = (one.title for one in documents if one and (one.owner or "").lower() == owner.lower())
    account = session.get(Account, given.account_id) if given.account_id else None
    who = asking.person_of(session, services, given.slack_user_id).name
    where = Posted(answer.channel_id, answer.message_ts) if answer.channel_id and answer.message_ts else None
    return PoorRating(
        question=question.text,
        titles=tuple(dict.fromkeys(own)),
        who=", ".join(part for part in (who, account.name if account else "") if part),
        reason=given.reason or "",
        comment=given.comment or "",
        link=services.messenger.permalink(where) if where else None,
    )


VIEWS = {NAME: View(render=_render, addressed=_addressed)}
