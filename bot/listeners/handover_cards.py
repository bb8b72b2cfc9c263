"""The card about a customer who wants a person: to the nearest helper at once, up the chain while nobody answers.

The chain is that of `helpers_for`: the CSM (or who stands in), their manager, the admins, by the roles that they have
when their turn comes. Each has the time of `office_hours.ANSWER_WITHIN`, in office hours of the one who was told before. What is due later lies in the outbox
and is not said if the request has been answered by then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import asking, speaking
from bot.blocks import handover as blocks
from bot.blocks.account import facts
from bot.deliver import NOT_IN_SLACK, Moot, View
from bot.listeners.accounts import card_of
from bot.listeners.helpers import card_to_first, helpers_for, left_to_tell
from bot.office_hours import due_after
from bot.slack.messenger import Posted
from store.tables import Account, Conversation, Task, answers, conversations, outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlmodel import Session

    from bot.listeners.helpers import Helper
    from bot.services import Services
    from bot.slack.messenger import Speech
    from store.people import Person
    from store.tables import OutboxMessage

CARD, HIGHER, REPLY = "handover", "handover_higher", "handover_reply"


def chain_of(helpers: Sequence[Helper]) -> list[list[str]]:
    """Whom a request goes to in turn, as its task keeps it: Slack id, name, zone."""
    return [[one.slack_user_id, one.name, one.timezone] for one in helpers]


def send_card(session: Session, services: Services, task: Task) -> None:
    """Tell the first of the chain at once; the others in turn, where Slack will not deliver or nobody answers."""
    _send_at_once(session, services, task.id, [slack_user_id for slack_user_id, _, _ in task.link["chain"]])
    if task.due_at is not None:
        climb_at(session, services, task, task.due_at, level=1)


def climb_at(session: Session, services: Services, task: Task, due: datetime, *, level: int) -> None:
    """Have the next one of the chain told at that moment, if nobody has answered by then."""
    chain = task.link.get("chain") or []
    if level >= len(chain):
        return
    speaking.send(
        session,
        services,
        HIGHER,
        key=f"{_higher(task)}{level}:{due.isoformat()}",
        kind="dm",
        slack_user_id=chain[level][0],
        due_at=due,
        task_id=task.id,
        level=level,
    )


def begin_anew(session: Session, services: Services, task: Task, person: Person) -> None:
    """Somebody has taken it: whoever is next is told only when that one has had their time, too."""
    level = next_level(session, services, task)
    stop_climbing(session, services, task)
    chain = task.link.get("chain") or []
    if level < len(chain) and chain[level][0] == person.slack_user_id:
        level += 1
    due_at = due_after(services.calendar_of(person.timezone), services.clock.now())
    climb_at(session, services, task, due_at, level=level)


def next_level(session: Session, services: Services, task: Task) -> int:
    """How many of the chain have been told."""
    waiting = outbox.pending_with_prefix(
        session, workspace_id=services.workspace_id, key_prefix=_higher(task)
    )
    return int(waiting[0].payload["level"]) if waiting else len(task.link.get("chain") or [])


def stop_climbing(session: Session, services: Services, task: Task) -> None:
    """Somebody has answered."""
    outbox.cancel(session, workspace_id=services.workspace_id, key_prefix=_higher(task))


def refresh_cards(
    session: Session, services: Services, task: Task, *, tag: str, but: str | None = None
) -> None:
    """Bring the cards about a request up to date, wherever they stand; `but`: the ts of one that is already."""
    told = outbox.sent_with_prefix(
        session, workspace_id=services.workspace_id, key_prefix=f"handover:{task.id}:"
    )
    for row in told:
        if row.payload.get("view") not in {CARD, HIGHER} or row.kind != "dm" or row.sent_ts in {None, but}:
            continue
        speaking.send(
            session,
            services,
            CARD,
            key=f"card:{row.key}:{tag}",
            kind="update",
            channel_id=row.sent_channel_id,
            task_id=task.id,
            ts=row.sent_ts,
        )


def _higher(task: Task) -> str:
    return f"handover:{task.id}:up:"


def _send_at_once(session: Session, services: Services, task_id: str, helpers: list[str]) -> None:
    card_to_first(session, services, CARD, key="handover", task_id=task_id, helpers=helpers)


def _next_helper(services: Services, session: Session, message: OutboxMessage, _reason: str) -> None:
    if remaining := left_to_tell(message):
        _send_at_once(session, services, message.payload["task_id"], remaining)


def send_reply(session: Session, services: Services, task: Task, person: Person, words: str) -> None:
    """Say a person's own words to the customer, in the thread where there is one."""
    link = task.link
    in_thread = bool(link.get("ts"))
    is_dm = str(link.get("channel") or "").startswith("D")
    speaking.send(
        session,
        services,
        REPLY,
        key=f"handover:{task.id}:reply",
        kind="post" if in_thread else "dm",
        channel_id=link["channel"] if in_thread else None,
        slack_user_id=link["asker"],
        thread_ts=link.get("ts"),
        name=person.name,
        words=words,
        asker=link["asker"] if in_thread and not is_dm else None,
        conversation_id=link.get("conversation_id"),
    )


def _render_higher(services: Services, message: OutboxMessage) -> Speech:
    """The card, for one further up; not if it has been answered, or is not theirs to see any more."""
    with services.database.reading() as session:
        task = session.get_one(Task, message.payload["task_id"])
        if task.state != "open" or task.link.get("heard"):
            raise Moot("Somebody has answered.")
        return blocks.handover_speech(_view_of(session, services, task, waited=_told_before(message, task)))


def _whoever_it_is_now(services: Services, message: OutboxMessage) -> OutboxMessage:
    """To whoever holds that rung today: roles, absences and people may have changed since the request came.

    Raises:
        Moot: everybody who answers for the account has been told.
    """
    level = int(message.payload["level"])
    with services.database.reading() as session:
        task = session.get_one(Task, message.payload["task_id"])
        account = session.get(Account, task.account_id) if task.account_id else None
    told = task.link["chain"][:level]
    known = {slack_user_id for slack_user_id, _, _ in told}
    rest = [one for one in chain_of(helpers_for(services, account)) if one[0] not in known]
    if not rest:
        raise Moot("Everybody who answers for the account has been told.")
    if (chain := [*told, *rest]) != task.link["chain"]:
        with services.database.transaction() as session:
            task = session.get_one(Task, task.id)
            task.link = {**task.link, "chain": chain}
            session.add(task)
    return message.model_copy(update={"slack_user_id": rest[0][0]})


def _told_before(message: OutboxMessage, task: Task) -> str:
    return str(task.link["chain"][int(message.payload["level"]) - 1][1])


def _higher_sent(services: Services, session: Session, message: OutboxMessage, _posted: Posted) -> None:
    """One further up knows: the customer hears of it, and the clock runs on."""
    task = session.get_one(Task, message.payload["task_id"])
    level = int(message.payload["level"])
    _, name, timezone = task.link["chain"][level]
    due_at = due_after(services.calendar_of(timezone), services.clock.now())
    climb_at(session, services, task, due_at, level=level + 1)
    if task.link.get("ts"):
        speaking.say(
            session,
            services,
            blocks.still_waiting(name),
            key=f"handover:{task.id}:waiting:{level}",
            channel_id=task.link["channel"],
            thread_ts=task.link["ts"],
        )


def _higher_undeliverable(services: Services, session: Session, message: OutboxMessage, _reason: str) -> None:
    task = session.get_one(Task, message.payload["task_id"])
    climb_at(session, services, task, services.clock.now(), level=int(message.payload["level"]) + 1)


def _render_card(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        task = session.get_one(Task, message.payload["task_id"])
        view = _view_of(session, services, task)
    return blocks.handover_speech(view)


def _view_of(session: Session, services: Services, task: Task, *, waited: str = "") -> blocks.HandoverView:
    link = task.link
    answer = answers.find_answer(session, services.workspace_id, link.get("answer_id") or "")
    account = session.get(Account, task.account_id) if task.account_id else None
    person = asking.person_of(session, services, link["asker"])
    cited = answers.citations_of(session, answer.id) if answer else []
    return blocks.HandoverView(
        task_id=task.id,
        asker=person.name or "Somebody",
        about_asker=_about(person, account),
        question=task.body,
        words=link.get("words") or "",
        status=answer.status if answer else "",
        answer=answer.text if answer else "",
        sources=tuple(dict.fromkeys(citation.title for citation in cited)),
        account=tuple(facts(card_of(session, services, account))) if account else (),
        link=_permalink(services, task),
        due_at=task.due_at,
        taken_by=link.get("taken_by") or "",
        done_by=link.get("done_by") or "",
        heard_from=link.get("heard") or "",
        waited=waited,
    )


def _about(person: Person, account: Account | None) -> str:
    persona = person.contact.persona.replace("_", " ") if person.contact else ""
    return " at ".join(part for part in (persona, account.name if account else "") if part)


def _permalink(services: Services, task: Task) -> str | None:
    ts = task.link.get("ts")
    return services.messenger.permalink(Posted(task.link["channel"], ts)) if ts else None


def _render_reply(_services: Services, message: OutboxMessage) -> Speech:
    payload = message.payload
    return blocks.reply_speech(payload["name"], payload["words"], payload.get("asker"))


def _reply_sent(services: Services, session: Session, message: OutboxMessage, posted: Posted) -> None:
    """The reply is part of the conversation: what is asked next may refer to it."""
    conversation_id = message.payload.get("conversation_id")
    if conversation_id and posted.ts != NOT_IN_SLACK:
        conversations.record_message(
            session,
            session.get_one(Conversation, conversation_id),
            ts=posted.ts,
            author="bot",
            slack_user_id=services.bot_user_id,
            text=message.payload["words"],
            now=services.clock.now(),
        )


VIEWS = {
    CARD: View(render=_render_card, undeliverable=_next_helper),
    HIGHER: View(
        render=_render_higher,
        addressed=_whoever_it_is_now,
        after=_higher_sent,
        undeliverable=_higher_undeliverable,
    ),
    REPLY: View(render=_render_reply, after=_reply_sent),
}
