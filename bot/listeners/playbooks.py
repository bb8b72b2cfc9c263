"""Playbooks in Slack: their messages go out, and whatever people do with one goes back as an event."""

from __future__ import annotations

import contextlib
import re
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import playbook as blocks
from bot.blocks import playbook_modals as modals
from bot.blocks.answer_forms import ANSWER_MODAL, BUTTONS, answer_of
from bot.blocks.text import escaped
from bot.deliver import View
from bot.recording import record_posted
from bot.slack.incoming import Pressed, StaleButton, parse_action
from bot.slack.messenger import Posted, Speech, Unreachable
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission
from bot.slack.once import remember
from knowledge.types import Question
from playbooks import events
from playbooks.types import Message
from playbooks.wording import moment_there
from store import access, people
from store.tables import RunStep, accounts, outbox, playbooks
from store.tables import events as inbound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.blocks.tasks import TaskItem
    from bot.services import Services
    from bot.slack.incoming import Said
    from playbooks.events import Event
    from playbooks.runner import Handled
    from playbooks.state import StepRecord
    from store.people import Person, Role
    from store.tables import InboundEvent, OutboxMessage, PlaybookRun

PRESSED, WRITTEN, CAME_BACK = "playbook_pressed", "playbook_written", "playbook_came_back"
SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,}")
CONFIRMS = frozenset({blocks.CONFIRM_YES, blocks.CONFIRM_NO})
RECORDED = "That is settled already: I have recorded “{}”."
CLOSED = "This question is closed; nothing more is needed. Thank you."
SPENT = ("confirm", "again", "nudge")  # what was asked about a question, and is closed with it
NOT_YOURS = "That is for the CSM of this account. Ask them, or an admin."

DECISIONS = {
    blocks.SEND_NOW: "Approved",
    blocks.APPROVE: "Approved",
    blocks.EDIT: "Changed and approved",
    blocks.SKIP: "Skipped",
    blocks.SNOOZE: "Moved",
}  # what only staff may do, and what the message says afterwards
GOES_OUT = frozenset({"approved", "sent", "answered"})
DECIDED = {blocks.SKIP: {"skipped"}, blocks.SNOOZE: {"planned", "preview", "awaiting_approval"}}
# In which states a step is after a decision that counted; of other decisions, see GOES_OUT.


@dataclass(frozen=True)
class Ref:
    """Which step of which run a button or modal is about, and what was pressed."""

    run_id: str
    step: str
    value: str | None = None
    text: str | None = None
    wants_text: str | None = None

    @classmethod
    def of(cls, pressed: Pressed) -> Ref:
        """From a pressed element: in its value, or for a menu in its block's id."""
        if pressed.action_id == blocks.CHOOSE:
            _, run_id, step = (*pressed.block_id.split("|", 2), "", "")[:3]
            if not step:
                raise StaleButton
            return cls(run_id, step, value=pressed.value)
        return cls.from_json(pressed.fields("run", "step"))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Ref:
        """From a button's value or a modal's context."""
        return cls(data["run"], data["step"], data.get("value"), data.get("text"), data.get("wants_text"))


def register(app: App, services: Services) -> None:
    """Listen to the buttons and modals of playbook messages."""

    def pressed(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        press = parse_action(body, action)
        view = None if _is_beyond(services, press) else _modal_for(services, press, Ref.of(press))
        if view is None:
            remember(services, PRESSED, press.event_key, press.to_payload())
        ack()
        if view is not None:
            open_modal(services, press, view)

    def written(ack: Ack, body: dict[str, Any]) -> None:
        problems = modals.problems(
            body["view"]["callback_id"], parse_submission(body).values, services.clock.now()
        )
        if problems:
            ack(response_action="errors", errors=problems)
            return
        submitted = parse_submission(body)
        payload = submitted.to_payload() | {"callback_id": body["view"]["callback_id"]}
        remember(services, WRITTEN, submitted.event_key, payload)
        ack()

    app.action(blocks.EVERY_ACTION)(pressed)
    app.view(modals.EVERY_MODAL)(written)


def _modal_for(services: Services, press: Pressed, ref: Ref) -> dict[str, Any] | None:
    """The modal that a button opens; None for buttons that act by themselves."""
    context = context_of(press, run=ref.run_id, step=ref.step, message_ts=press.message_ts or "")
    if press.action_id == blocks.WRITE:
        payload = _payload_shown(services, press)
        with_form = payload.get("ask_type") in BUTTONS
        return (
            modals.answer_modal(context, payload) if with_form else modals.write_modal(context, "Your answer")
        )
    if ref.wants_text and press.action_id.startswith(blocks.ANSWER):
        return modals.write_modal(context | {"value": ref.value or ""}, ref.wants_text)
    if press.action_id == blocks.EDIT:
        return modals.edit_modal(context, _shown(services, press, "text"))
    if press.action_id == blocks.NOT_ME:
        return modals.not_me_modal(context)
    return modals.snooze_modal(context) if press.action_id == blocks.SNOOZE else None


def _is_beyond(services: Services, press: Pressed) -> bool:
    """Whether a customer presses what is for staff: no form opens, and the workers say no."""
    with services.database.reading() as session:
        return (
            press.action_id in DECISIONS
            and asking.person_of(session, services, press.user_id).kind == "contact"
        )


def _shown(services: Services, press: Pressed, name: str) -> str:
    """A field of the message whose button was pressed: its text, or the words that it is about."""
    return str(_payload_shown(services, press).get(name) or "")


def _payload_shown(services: Services, press: Pressed) -> Mapping[str, Any]:
    """What the message holds whose button was pressed; nothing if it is not known."""
    with services.database.reading() as session:
        sent = outbox.find_sent(
            session,
            workspace_id=services.workspace_id,
            channel_id=press.channel_id or "",
            ts=press.message_ts or "",
        )
    return sent.payload if sent else {}


# What people do becomes an event


def carry_out_press(services: Services, event: InboundEvent) -> None:
    """A button that acts by itself."""
    press = Pressed.from_payload(event.payload)
    ref = Ref.of(press)
    if press.action_id == blocks.CONFIRM_YES:
        ref = replace(ref, text=_shown(services, press, "reply_text") or None)
    _hand_over(services, event, ref, lambda person: _pressed(press, ref, person), action_id=press.action_id)


def carry_out_decision(services: Services, event: InboundEvent, action_id: str) -> None:
    """A decision that was made beside the card: in App Home."""
    press = replace(Pressed.from_payload(event.payload), action_id=action_id)
    ref = Ref.of(press)
    _hand_over(services, event, ref, lambda person: _pressed(press, ref, person), action_id=action_id)


def carry_out_written(services: Services, event: InboundEvent) -> None:
    """A modal that was sent off."""
    submitted = Submitted.from_payload(event.payload)
    ref = Ref.from_json(submitted.context)
    kind = event.payload["callback_id"]
    action_id = {modals.EDIT_MODAL: blocks.EDIT, modals.SNOOZE_MODAL: blocks.SNOOZE}.get(kind, blocks.ANSWER)
    made = _made_of_form(services, kind, ref, submitted)
    _hand_over(
        services,
        event,
        ref,
        lambda person: made(person) if made else _written(kind, submitted, ref, person),
        action_id=action_id,
    )


def _hand_over(
    services: Services,
    event: InboundEvent,
    ref: Ref,
    make: Callable[[Person], Event],
    *,
    action_id: str,
) -> None:
    """Give the engine what somebody did, if they may do it."""
    user_id = event.payload["user_id"]
    services.directory.meet(user_id)
    with services.effect_of(event.id) as session:
        person = asking.person_of(session, services, user_id)
        if _is_for_staff(session, ref, action_id) and not _may_steer(session, services, person, ref):
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        if action_id in CONFIRMS and _is_settled(session, services, event, ref):
            return
        happened = make(person)
        handled = services.runner.handle_in(session, ref.run_id, happened)
        record = handled.run.steps.get(ref.step)
        if action_id in DECISIONS and record and record.state in DECIDED.get(action_id, GOES_OUT):
            text = happened.text if isinstance(happened, events.Approved) else None
            what = f"{DECISIONS[action_id]} by {person.name}{_goes_when(handled, record)}"
            changes = {"text": text} if text else {}
            close_cards(session, services, (ref.run_id, ref.step), what, key=event.id, **changes)
        if action_id == blocks.CONFIRM_NO:
            _close_message(session, services, event, "Not that")


def _is_settled(session: Session, services: Services, event: InboundEvent, ref: Ref) -> bool:
    """Whether "right?" is asked about a question that waits no more; then the person is told what counts.

    Another answer than the recorded one is left to the engine, which passes it on.
    """
    step = playbooks.find_step(session, ref.run_id, ref.step)
    if step is None or step.state == "sent" or ref.value not in (None, step.answer):
        return False
    label = _label_of(session, services, step)
    told = RECORDED.format(escaped(label)) if label else CLOSED
    speaking.reply(session, services, event, Speech(text=told))
    _close_message(session, services, event, f"Recorded: {label}" if label else "Closed")
    return True


def _label_of(session: Session, services: Services, step: RunStep) -> str:
    """A recorded answer as its button said it; empty if there is none."""
    sent = outbox.find_sent(
        session,
        workspace_id=services.workspace_id,
        channel_id=step.channel_id or "",
        ts=step.message_ts or "",
    )
    options = (sent.payload.get("options") or ()) if sent else ()
    labels = {option["value"]: str(option["label"]) for option in options}
    return labels.get(step.answer, step.answer or "")


def _goes_when(handled: Handled, record: StepRecord) -> str:
    """When the message goes out, in its reader's zone, and what it waits for; nothing for one that is left out."""
    reader = handled.context.person(record.contact_id)
    if record.state == "skipped" or reader is None:
        return ""
    if record.sent_at or record.due_at is None:
        return "; it goes out now"
    goes = "it goes out" if record.state == "approved" else "it is planned for"
    why = f" ({record.note})" if (record.note or "").startswith("waits: ") else ""
    return f"; {goes} {moment_there(record.due_at, reader.zone)}, {reader.first}'s time{why}"


def _is_for_staff(session: Session, ref: Ref, action_id: str) -> bool:
    """Whether only staff may do it: decide about a message, or answer a question that is for them."""
    step = playbooks.find_step(session, ref.run_id, ref.step)
    return action_id in DECISIONS or (step is not None and step.contact_id is None)


def _may_steer(session: Session, services: Services, person: Person, ref: Ref) -> bool:
    run = playbooks.find_run(session, ref.run_id)
    if run is None:
        return False
    visible = people.visible_account_ids(session, services.workspace_id, person)
    return person.may_act_as(_asked_role(session, services, run, ref)) and run.account_id in visible


def _asked_role(session: Session, services: Services, run: PlaybookRun, ref: Ref) -> Role:
    """Whose word it takes: what is asked of a manager is not for the CSM to grant."""
    body = services.runner.playbook_of(session, run).step(ref.step.split("#")[0].split(".")[0])
    return "manager" if isinstance(body, Message) and "manager" in body.to.SMB else "csm"


def _pressed(press: Pressed, ref: Ref, person: Person) -> Event:
    by = press.user_id
    simple: dict[str, Event] = {
        blocks.LATER: events.Later(ref.step, by),
        blocks.TALK: events.WantsPerson(ref.step, by),
        blocks.CONFIRM_NO: events.Rejected(ref.step, by),
        blocks.SEND_NOW: events.SentNow(ref.step, by),
        blocks.APPROVE: events.Approved(ref.step, by),
        blocks.SKIP: events.Skipped(ref.step, by),
    }
    if press.action_id in simple:
        return simple[press.action_id]
    confirmed = press.action_id == blocks.CONFIRM_YES
    return events.Replied(
        ref.step, by, value=ref.value, text=ref.text, confirmed=confirmed, staff=person.is_staff
    )


def _written(kind: str, submitted: Submitted, ref: Ref, person: Person) -> Event:
    by, values = submitted.user_id, submitted.values
    if kind == modals.EDIT_MODAL:
        return events.Approved(ref.step, by, text=values[modals.TEXT].strip())
    if kind == modals.SNOOZE_MODAL:
        return events.Snoozed(ref.step, by, date.fromisoformat(values[modals.DAY]))
    return events.Replied(
        ref.step, by, value=ref.value or None, text=values[modals.TEXT], staff=person.is_staff
    )


def _made_of_form(
    services: Services, kind: str, ref: Ref, submitted: Submitted
) -> Callable[[Person], Event] | None:
    """What a form says in which people are named; Slack is asked who they are before anything is written."""
    if kind == modals.NOT_ME_MODAL:
        event = _not_me(services, ref, submitted)
        return lambda _person: event
    if kind != ANSWER_MODAL:
        return None
    value, fields = answer_of(submitted.values)
    if submitted.context.get("ask_type") == "person" and value:
        contact_id, name = _who(services, ref, value)
        value = contact_id or name
    words = tuple((name, _named(services, ref, text)) for name, text in fields.items())
    return lambda person: events.Replied(
        ref.step, submitted.user_id, value=value, staff=person.is_staff, fields=words
    )


def _named(services: Services, ref: Ref, text: str) -> str:
    """A field as words: a person who was picked by name."""
    return _who(services, ref, text)[1] if SLACK_ID.fullmatch(text) else text


def _not_me(services: Services, ref: Ref, submitted: Submitted) -> Event:
    """Somebody else is the right person; known by name alone if they are no contact of this account."""
    by, user_id = submitted.user_id, submitted.values.get(modals.PERSON, "")
    if not user_id:
        return events.NotMe(ref.step, by)
    contact_id, name = _who(services, ref, user_id)
    if contact_id:
        return events.NotMe(ref.step, by, contact_id=contact_id)
    return events.NotMe(ref.step, by, named=name)


def _who(services: Services, ref: Ref, user_id: str) -> tuple[str | None, str]:
    """The contact of the run's account that a Slack user is, if they are one, and their name."""
    services.directory.meet(user_id)
    with services.database.reading() as session:
        named = asking.person_of(session, services, user_id)
        run = playbooks.find_run(session, ref.run_id)
    contact = named.contact
    here = contact is not None and run is not None and contact.account_id == run.account_id
    return (contact.id if contact and here else None), named.name


def _close_message(session: Session, services: Services, event: InboundEvent, what: str) -> None:
    """The message whose button was pressed says what became of it, and its buttons go."""
    payload = event.payload
    ts = payload.get("message_ts") or (payload.get("context") or {}).get("message_ts")
    if payload.get("channel_id") and ts:
        _mark(session, services, Posted(payload["channel_id"], ts), what, key=event.id)


def _mark(
    session: Session, services: Services, where: Posted, what: str, *, key: str, **changes: str
) -> None:
    """Say under a message what became of it, in the place of its buttons."""
    show_again(session, services, where, key=f"closed:{key}", answered=what, **changes)


def show_again(session: Session, services: Services, where: Posted, *, key: str, **changes: str) -> None:
    """Make a message of a playbook anew in its place, as things are now."""
    sent = outbox.find_sent(
        session, workspace_id=services.workspace_id, channel_id=where.channel_id, ts=where.ts
    )
    if sent is None:
        return
    payload = {name: value for name, value in sent.payload.items() if name != "view"}
    in_channel = not where.channel_id.startswith("D") and not payload.get("reply_to")
    payload |= {"in_channel": in_channel, "mention": sent.slack_user_id, "ts": where.ts}
    speaking.send(
        session,
        services,
        sent.payload["view"],
        key=key,
        kind="update",
        channel_id=where.channel_id,
        **payload | changes,
    )


# What people write in words


def read(services: Services, event: InboundEvent, said: Said, asked: asking.Asked) -> bool:
    """Words in the thread of a playbook's question, or to the bot while one is open, are its answer."""
    with services.database.reading() as session:
        step = step_answered(session, services, said, asked.person)
    if step is None:
        return False
    with services.effect_of(event.id) as session:
        replied = events.Replied(step.key, said.user_id, text=said.text)
        services.runner.handle_in(session, step.run_id, replied)
        if not said.thread_ts:
            _answer_there(session, services, step, said.user_id)
    return True


def _answer_there(session: Session, services: Services, step: RunStep, user_id: str) -> None:
    """Who answered outside the question's thread is answered where they wrote, not in that thread."""
    for kind in ("ack", "confirm", "again"):
        waiting = outbox.pending_with_prefix(
            session, workspace_id=services.workspace_id, key_prefix=f"{step.run_id}:{step.key}:{kind}:"
        )
        for message in waiting:
            if message.payload.get("to_slack_user_id") in (None, user_id):
                message.payload = message.payload | {"reply_to": None}
                session.add(message)


def step_answered(session: Session, services: Services, said: Said, person: Person) -> RunStep | None:
    """The open step that a contact's words belong to.

    In a thread every word counts; in a DM's top level only what does not look like a question.
    """
    if person.contact is None or said.mentions_bot:
        return None
    if said.thread_ts:
        step = playbooks.step_in_thread(session, services.workspace_id, said.channel_id, said.thread_ts)
        step = step or _step_asked_about(session, services, said.channel_id, said.thread_ts)
        return step if step is not None and step.state == "sent" and step.asks else None
    if said.surface != "dm" or said.text.rstrip().endswith("?"):
        return None
    return playbooks.open_question_of(session, services.workspace_id, [person.contact.id])


def _step_asked_about(session: Session, services: Services, channel_id: str, ts: str) -> RunStep | None:
    """The step that a message of ours beside its question is about: "right?", a reminder."""
    sent = outbox.find_sent(session, workspace_id=services.workspace_id, channel_id=channel_id, ts=ts)
    about = sent.payload if sent else {}
    return playbooks.find_step(session, about.get("run_id") or "", about.get("step_key") or "")


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


def close_cards(
    session: Session, services: Services, step: tuple[str, str], what: str, *, key: str, **changes: str
) -> None:
    """What staff were shown of a step (its run and key) beforehand is decided: its buttons would do nothing."""
    for kind in ("preview", "approval"):
        shown = outbox.sent_with_prefix(
            session, workspace_id=services.workspace_id, key_prefix=f"{step[0]}:{step[1]}:{kind}:"
        )
        for one in shown:
            where = Posted(str(one.sent_channel_id), str(one.sent_ts))
            _mark(session, services, where, what, key=f"{one.id}:{key}", **changes)


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
        _mark(session, services, where, f"Your answer: {label}", key=message.id)
        _close_spent(session, services, message, label)


def _close_spent(session: Session, services: Services, message: OutboxMessage, label: str) -> None:
    """The reminders and the "right?" of a question that is answered say what was recorded."""
    step = f"{message.payload['run_id']}:{message.payload['step_key']}"
    for kind in SPENT:
        for one in outbox.sent_with_prefix(
            session, workspace_id=services.workspace_id, key_prefix=f"{step}:{kind}:"
        ):
            if one.kind != "update":
                where = Posted(str(one.sent_channel_id), str(one.sent_ts))
                _mark(session, services, where, f"Recorded: {label}", key=f"{one.id}:{message.id}")


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
HANDLERS = {
    PRESSED: carry_out_press,
    WRITTEN: carry_out_written,
    CAME_BACK: carry_out_came_back,
}
