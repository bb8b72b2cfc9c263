"""A person instead of the bot: the account's CSM, else whoever stands in, is told what was tried."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import handover as blocks
from bot.blocks.account import facts
from bot.blocks.answer import TALK
from bot.deliver import NOT_IN_SLACK, View
from bot.listeners.accounts import card_of
from bot.listeners.tasks import may_work_on
from bot.office_hours import due_after
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Posted, Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, tell
from bot.slack.once import remember
from playbooks.workdays import Calendar
from store import people
from store.tables import Account, Answer, Conversation, Message, Task, answers, conversations, tasks

if TYPE_CHECKING:
    from datetime import datetime

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.asking import Asked
    from bot.services import Services
    from bot.slack.incoming import Said
    from store.people import Person
    from store.tables import InboundEvent, OutboxMessage

WANTED, CLICKED, WRITTEN = "person_wanted", "handover_clicked", "handover_written"
CARD, REPLY = "handover", "handover_reply"
LONGEST_WISH = 16  # words; more is a question that mentions a person
_WISH = re.compile(
    r"\b(talk|speak|chat|connect|transfer|put|pass|hand)\b.{0,25}\b"
    r"(human|person|people|someone|somebody|agent|representative|colleague|csm|support)\b"
    r"|\b(real|actual|live) (human|person|agent)\b|^\W*(a )?(human|person|agent)( please)?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Helper:
    """Somebody of our own who can be told."""

    slack_user_id: str
    name: str
    email: str | None
    timezone: str


@dataclass(frozen=True)
class Wish:
    """A wish for a person: about which answer, where, in which words."""

    key: str
    asked: Asked
    question: str
    channel_id: str
    thread_ts: str | None  # None: there is no thread, the person is answered by DM
    answer: Answer | None = None
    conversation_id: str | None = None
    words: str = ""

    @property
    def asker(self) -> str:
        """Slack id of who wishes it."""
        return self.asked.person.slack_user_id or ""

    @property
    def account(self) -> Account | None:
        """The account in question."""
        return self.asked.account


def register(app: App, services: Services) -> None:
    """Listen to the customer's button, the team's buttons and the modal with a person's answer."""

    def stored(kind: str, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, kind, pressed.event_key, pressed.to_payload())

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        stored(WANTED, body, action)
        ack()

    def clicked(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        stored(CLICKED, body, action)
        ack()

    def to_answer(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        _open_answer_modal(services, parse_action(body, action))

    def written(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        remember(services, WRITTEN, submitted.event_key, submitted.to_payload())
        ack()

    app.action(TALK)(wanted)
    app.action(blocks.TAKE)(clicked)
    app.action(blocks.RESOLVE)(clicked)
    app.action(blocks.ANSWER)(to_answer)
    app.view(blocks.ANSWER_MODAL)(written)


def wants_person(text: str) -> bool:
    """Whether somebody asks for a person in words."""
    return len(text.split()) <= LONGEST_WISH and _WISH.search(text) is not None


def read(services: Services, event: InboundEvent, said: Said, asked: Asked) -> bool:
    """Take over what asks for a person; see `questions.Reading`."""
    if not wants_person(said.text):
        return False
    with services.database.reading() as session:
        conversation = conversations.find_conversation(
            session, workspace_id=services.workspace_id, channel_id=said.channel_id, thread_ts=said.root_ts
        )
        last = answers.last_in_conversation(session, conversation.id, said.user_id) if conversation else None
        asked_before = session.get_one(Message, last.question_id).text if last else said.text
    wish = Wish(
        key=f"handover:{last.id}" if last else f"handover:{said.message_key}",
        asked=asked,
        question=asked_before,
        channel_id=said.channel_id,
        thread_ts=said.root_ts,
        answer=last,
        conversation_id=conversation.id if conversation else None,
        words=said.text if last else "",
    )
    _pass_on(services, event, wish)
    return True


def carry_out_wish(services: Services, event: InboundEvent) -> None:
    """The customer pressed "Talk to a person"."""
    pressed = Pressed.from_payload(event.payload)
    asked = asking.who_asks(services, pressed.user_id, pressed.channel_id or "")
    with services.database.reading() as session:
        answer = answers.find_answer(session, services.workspace_id, pressed.value)
        wish = _wish_about(session, asked, answer) if answer else None
    if wish is None:
        with services.effect_of(event.id) as session:
            speaking.reply(session, services, event, Speech(text=blocks.GONE))
        return
    _pass_on(services, event, wish)


def _wish_about(session: Session, asked: Asked, answer: Answer) -> Wish:
    conversation = session.get_one(Conversation, answer.conversation_id)
    return Wish(
        key=f"handover:{answer.id}",
        asked=asked,
        question=session.get_one(Message, answer.question_id).text,
        channel_id=conversation.channel_id,
        thread_ts=None if conversation.surface == "command" else conversation.thread_ts,
        answer=answer,
        conversation_id=conversation.id,
    )


def _pass_on(services: Services, event: InboundEvent, wish: Wish) -> None:
    """Write the task, tell the helper, tell the customer: once, however often it is wished."""
    helpers = helpers_for(services, wish.account)
    helper = helpers[0] if helpers else None
    now = services.clock.now()
    calendar = Calendar(helper.timezone if helper else wish.asked.person.timezone)
    with services.effect_of(event.id) as session:
        task = _task(services, wish, helper, due_after(calendar, now))
        if not tasks.open_task(session, task):
            known = tasks.task_of_key(session, services.workspace_id, wish.key)
            _tell_asker(session, services, event, wish, blocks.already_passed_on(_taker(known)))
            return
        if helper is None or task.due_at is None:
            _tell_asker(session, services, event, wish, Speech(text=blocks.NOBODY))
            return
        _send_card(session, services, task.id, [one.slack_user_id for one in helpers])
        told = blocks.passed_on(helper.name, task.due_at, working=not calendar.is_quiet(now))
        _tell_asker(session, services, event, wish, told)


def _task(services: Services, wish: Wish, helper: Helper | None, due_at: datetime) -> Task:
    person, account = wish.asked.person, wish.account
    whose = f" ({account.name})" if account else ""
    return Task(
        workspace_id=services.workspace_id,
        key=wish.key,
        kind="handover",
        account_id=wish.asked.account_id,
        owner_email=helper.email if helper else None,
        title=f"Answer {person.name or 'a customer'}{whose}",
        body=wish.question[:2000],
        priority="high",
        due_at=due_at,
        link={
            "channel": wish.channel_id,
            "ts": wish.thread_ts,
            "answer_id": wish.answer.id if wish.answer else None,
            "conversation_id": wish.conversation_id,
            "asker": wish.asker,
            "words": wish.words[:300],
            "helper": helper.name if helper else "",
        },
        created_at=services.clock.now(),
    )


def _tell_asker(
    session: Session, services: Services, event: InboundEvent, wish: Wish, speech: Speech
) -> None:
    """In the thread, where everybody sees that somebody takes care; a repeated wish quietly."""
    if wish.thread_ts is None:
        speaking.reply(session, services, event, speech)
        return
    speaking.say(
        session,
        services,
        speech,
        key=f"told:{event.id}",
        channel_id=wish.channel_id,
        thread_ts=wish.thread_ts,
    )


def helpers_for(services: Services, account: Account | None) -> list[Helper]:
    """Who can be told about an account, nearest first: CSM, managers, admins; those whom Slack knows."""
    with services.database.reading() as session:
        ladder = people.ladder(session, services.workspace_id, account, services.clock.now().date())
    found = [
        Helper(slack_id, one.name, one.email, one.timezone)
        for one in ladder
        if (slack_id := one.slack_user_id or services.directory.find(one.email))
    ]
    return found or _first_admins(services)


def _first_admins(services: Services) -> list[Helper]:
    """The admins of the settings, who need not be in the staff table."""
    ids = [name if "@" not in name else services.directory.find(name) for name in services.settings.admins]
    helpers = []
    for slack_id in sorted(filter(None, ids)):
        services.directory.meet(slack_id)
        with services.database.reading() as session:
            person = asking.person_of(session, services, slack_id)
        helpers.append(Helper(slack_id, person.name, person.email, person.timezone))
    return helpers


def _send_card(session: Session, services: Services, task_id: str, helpers: list[str]) -> None:
    """Tell the first of these; the others are next where Slack will not deliver."""
    speaking.send(
        session,
        services,
        CARD,
        key=f"handover:{task_id}:{helpers[0]}",
        kind="dm",
        slack_user_id=helpers[0],
        task_id=task_id,
        next=helpers[1:],
    )


def _next_helper(services: Services, session: Session, message: OutboxMessage, _reason: str) -> None:
    remaining = message.payload.get("next")
    if message.kind == "dm" and remaining:
        _send_card(session, services, message.payload["task_id"], remaining)


def carry_out_click(services: Services, event: InboundEvent) -> None:
    """Somebody of the team takes a request, or resolves it."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        person, task, refusal = _allowed(session, services, pressed.user_id, pressed.value)
        if task is None:
            speaking.reply(session, services, event, Speech(text=refusal))
            return
        if pressed.action_id == blocks.RESOLVE:
            tasks.close_task(session, task.id, services.clock.now())
            task.link = task.link | {"done_by": person.name}
        else:
            _take(session, services, task, person)
        session.add(task)
        speaking.send(session, services, CARD, **speaking.address_of(event, replace=True), task_id=task.id)


def _take(session: Session, services: Services, task: Task, person: Person) -> None:
    task.owner_email = person.email or task.owner_email
    task.link = task.link | {"taken_by": person.name}
    if task.link.get("ts"):
        speaking.say(
            session,
            services,
            blocks.looking(person.name),
            key=f"handover:{task.id}:taken",
            channel_id=task.link["channel"],
            thread_ts=task.link["ts"],
        )


def _allowed(
    session: Session, services: Services, user_id: str, task_id: str
) -> tuple[Person, Task | None, str]:
    """The person, the open task if it is theirs to work on, and what to say if it is not."""
    person = asking.person_of(session, services, user_id)
    task = tasks.find_task(session, services.workspace_id, task_id)
    if not person.may_act_as("csm"):
        return person, None, blocks.FOR_STAFF
    if task is None:
        return person, None, blocks.GONE
    if not may_work_on(session, services, person, task):
        return person, None, blocks.FOR_STAFF
    return (person, task, "") if task.state == "open" else (person, None, blocks.CLOSED)


def _open_answer_modal(services: Services, pressed: Pressed) -> None:
    with services.database.reading() as session:
        _, task, refusal = _allowed(session, services, pressed.user_id, pressed.value)
    if task is None:
        tell(services, pressed, refusal)
        return
    context = context_of(pressed, task_id=task.id, message_ts=pressed.message_ts or "")
    open_modal(services, pressed, blocks.answer_modal(task.body, context))


def carry_out_written(services: Services, event: InboundEvent) -> None:
    """A person's answer goes to the customer in that person's name, and the task is done."""
    submitted = Submitted.from_payload(event.payload)
    words = submitted.values.get(blocks.WORDS, "").strip()
    services.directory.meet(submitted.user_id)
    with services.effect_of(event.id) as session:
        task_id = str(submitted.context.get("task_id"))
        person, task, refusal = _allowed(session, services, submitted.user_id, task_id)
        if task is None or not words:
            speaking.reply(session, services, event, Speech(text=refusal or blocks.GONE))
            return
        tasks.close_task(session, task.id, services.clock.now())
        task.link = task.link | {"done_by": person.name}
        session.add(task)
        _send_reply(session, services, task, person, words)
        if submitted.context.get("message_ts"):
            speaking.send(
                session,
                services,
                CARD,
                key=f"handover:{task.id}:answered",
                kind="update",
                channel_id=submitted.context["channel_id"],
                task_id=task.id,
                ts=submitted.context["message_ts"],
            )


def _send_reply(session: Session, services: Services, task: Task, person: Person, words: str) -> None:
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


def _render_card(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        task = session.get_one(Task, message.payload["task_id"])
        view = _view_of(session, services, task)
    return blocks.handover_speech(view)


def _view_of(session: Session, services: Services, task: Task) -> blocks.HandoverView:
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
    )


def _about(person: Person, account: Account | None) -> str:
    persona = person.contact.persona.replace("_", " ") if person.contact else ""
    return " at ".join(part for part in (persona, account.name if account else "") if part)


def _permalink(services: Services, task: Task) -> str | None:
    ts = task.link.get("ts")
    return services.messenger.permalink(Posted(task.link["channel"], ts)) if ts else None


def _taker(task: Task | None) -> str:
    return (task.link.get("taken_by") or task.link.get("helper") or "") if task else ""


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


CARD_VIEW = View(render=_render_card, undeliverable=_next_helper)
REPLY_VIEW = View(render=_render_reply, after=_reply_sent)
