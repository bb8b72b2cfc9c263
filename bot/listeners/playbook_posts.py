"""Messages of playbooks go out to where people can be reached, and what came of them goes back to the run."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks import playbook as blocks
from bot.deliver import View
from bot.listeners.playbook_marks import close_cards, close_spent, mark
from bot.recording import record_posted
from bot.slack.messenger import Posted, Speech, Unreachable
from knowledge.types import Question
from playbooks import events
from store import access, people
from store.tables import accounts, playbooks
from store.tables import events as inbound

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from bot.blocks.tasks import TaskItem
    from bot.services import Services
    from playbooks.events import Event
    from store.tables import InboundEvent, OutboxMessage

CAME_BACK = "playbook_came_back"

# What comes back from Slack and from the knowledge base


def came_back(session: Session, services: Services, message: OutboxMessage, event: Event) -> None:
    """Keep a result as an event; the workers give it to the run."""
    inbound.remember(
        session,
        workspace_id=services.workspace_id,
        kind=CAME_BACK,
        event_key=f"{type(event).__name__}:{message.key}",
        payload={"run_id": message.payload["run_id"], "type": type(event).__name__, "fields": asdict(event)},
        now=services.clock.now(),
    )


def carry_out_came_back(services: Services, event: InboundEvent) -> None:
    """Give a result to the run it belongs to."""
    kind: type[Any] = {
        "Delivered": events.Delivered,
        "Undeliverable": events.Undeliverable,
        "LookedUp": events.LookedUp,
    }[event.payload["type"]]
    with services.effect_of(event.id) as session:
        services.runner.handle_in(session, event.payload["run_id"], kind(**event.payload["fields"]))


def _look_up(services: Services, message: OutboxMessage) -> None:
    """Ask the knowledge base on a contact's behalf; they read what they could read in a DM."""
    payload = message.payload
    with services.database.reading() as session:
        person = (
            asking.person_of(session, services, message.slack_user_id)
            if message.slack_user_id
            else people.person_named(session, services.workspace_id, str(payload.get("contact_email") or ""))
        )
        asker = asking.in_place(session, services.workspace_id, person, access.DM).asker
    answered = services.answers.answer(Question(str(payload["question"]), asker))
    found = answered.status in {"answered", "partial"}
    citations = tuple({"n": c.n, "title": c.title, "uri": c.uri} for c in answered.citations)
    result = events.LookedUp(
        payload["step_key"], answered.answer if found else None, citations if found else ()
    )
    with services.database.transaction() as session:
        came_back(session, services, message, result)
    services.wake_workers()


# Going out


def address(services: Services, message: OutboxMessage) -> OutboxMessage:
    """Find the channel: the thread it belongs in, else a DM, else the account's channel, naming the person.

    What is in Slack already stays where it is. What is for staff never goes to the account's channel.
    """
    if message.kind == "update":
        return message
    thread = _thread_of(services, message)
    if thread is not None:
        return message.model_copy(update={"channel_id": thread[0], "thread_ts": thread[1]})
    user = message.slack_user_id or _by_email(services, message)
    if message.payload.get("place") == "account" and message.payload.get("fallback_channel_id"):
        named = {**message.payload, "in_channel": True, "mention": user}
        channel = message.payload["fallback_channel_id"]
        return message.model_copy(update={"channel_id": channel, "payload": named})
    if user is not None:
        with contextlib.suppress(Unreachable):
            channel = services.messenger.open_dm(user)
            return message.model_copy(update={"channel_id": channel, "slack_user_id": user})
    payload = message.payload
    place = payload.get("fallback_channel_id") if payload.get("contact_id") else None
    if not place:
        who = payload.get("contact_name") if "sender" in payload else payload.get("staff_email")
        raise Unreachable(f"Slack has no way to write to {who or 'the person'}.")
    named = {**payload, "in_channel": True, "mention": user}
    return message.model_copy(update={"channel_id": place, "payload": named})


def _thread_of(services: Services, message: OutboxMessage) -> tuple[str, str] | None:
    key = message.payload.get("reply_to")
    if not key:
        return None
    with services.database.reading() as session:
        step = playbooks.find_step(session, message.payload["run_id"], key)
    return (step.channel_id, step.message_ts) if step and step.channel_id and step.message_ts else None


def _by_email(services: Services, message: OutboxMessage) -> str | None:
    email = message.payload.get("contact_email") or message.payload.get("staff_email")
    return services.directory.find(email) if email else None


def step_message(message: OutboxMessage, tasks: tuple[tuple[TaskItem, str], ...] = ()) -> blocks.StepMessage:
    """A row as something to say, with the tasks that it tells of and what became of each."""
    payload = message.payload
    return blocks.StepMessage(
        payload,
        in_channel=bool(payload.get("in_channel")),
        mention=payload.get("mention"),
        answered=payload.get("answered"),
        tasks=tasks,
    )


def _render_with(
    build: Callable[[blocks.StepMessage], Speech],
) -> Callable[[Services, OutboxMessage], Speech]:
    def render(_services: Services, message: OutboxMessage) -> Speech:
        return build(step_message(message))

    return render


def delivered(services: Services, session: Session, message: OutboxMessage, posted: Posted) -> None:
    """The step's message is in Slack: a conversation may follow in its thread."""
    if message.kind == "update":
        return
    if message.payload.get("contact_id"):
        step = (message.payload["run_id"], message.payload["step_key"])
        close_cards(session, services, step, f"Sent to {message.payload['contact_name']}", key="sent")
        account = accounts.find_account(session, message.payload["account_id"])
        record_posted(
            session,
            services,
            posted,
            text=str(message.payload["text"]),
            thread_ts=message.thread_ts,
            account_id=account.id if account else None,
        )
    came_back(
        session,
        services,
        message,
        events.Delivered(message.payload["step_key"], posted.channel_id, posted.ts),
    )
    services.wake_workers()


def _undeliverable(services: Services, session: Session, message: OutboxMessage, reason: str) -> None:
    if message.kind != "update":
        came_back(session, services, message, events.Undeliverable(message.payload["step_key"], reason))
        services.wake_workers()


def _acknowledged(services: Services, session: Session, message: OutboxMessage, _posted: Posted) -> None:
    """An answer was taken: the question shows it, and its buttons go."""
    payload = message.payload
    step = playbooks.find_step(session, payload["run_id"], payload["step_key"])
    label = payload.get("answer_label")
    if label and step is not None and step.channel_id and step.message_ts:
        where = Posted(step.channel_id, step.message_ts)
        mark(session, services, where, f"Your answer: {label}", key=message.id)
        close_spent(session, services, message, label)


def _message_view(build: Callable[[blocks.StepMessage], Speech]) -> View:
    return View(render=_render_with(build), addressed=address, after=delivered, undeliverable=_undeliverable)


def _plain_view(build: Callable[[blocks.StepMessage], Speech]) -> View:
    return View(render=_render_with(build), addressed=address)


VIEWS = {
    "playbook_message": _message_view(blocks.customer_message),
    "playbook_nudge": _plain_view(blocks.nudge),
    "playbook_again": _plain_view(blocks.again),
    "playbook_confirm": _plain_view(blocks.confirmation),
    "playbook_ack": View(render=_render_with(blocks.plain), addressed=address, after=_acknowledged),
    "playbook_lookup": View(render=_render_with(blocks.plain), perform=_look_up),
}
HANDLERS = {CAME_BACK: carry_out_came_back}
