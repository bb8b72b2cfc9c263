"""What people do with a playbook's message: pressed, chosen or written in a form, each is an event for its run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import playbook as blocks
from bot.blocks import playbook_modals as modals
from bot.blocks.answer_forms import BUTTONS
from bot.blocks.text import escaped
from bot.listeners.playbook_forms import Ref, event_of_form, event_of_press, naming_form
from bot.listeners.playbook_marks import close_cards, close_message
from bot.slack.incoming import Pressed, StaleButton, parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission
from bot.slack.once import remember
from playbooks import events
from playbooks.types import Message
from playbooks.wording import moment_there
from store import people
from store.tables import RunStep, outbox, playbooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from playbooks.events import Event
    from playbooks.runner import Handled
    from playbooks.state import StepRecord
    from store.people import Person, Role
    from store.tables import InboundEvent, PlaybookRun

PRESSED, WRITTEN = "playbook_pressed", "playbook_written"
CONFIRMS = frozenset({blocks.CONFIRM_YES, blocks.CONFIRM_NO})
RECORDED = "That is settled already: I have recorded “{}”."
CLOSED = "This question is closed; nothing more is needed. Thank you."
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
    _hand_over(
        services, event, ref, lambda person: event_of_press(press, ref, person), action_id=press.action_id
    )


def carry_out_decision(services: Services, event: InboundEvent, action_id: str) -> None:
    """A decision that was made beside the card: in App Home."""
    press = replace(Pressed.from_payload(event.payload), action_id=action_id)
    ref = Ref.of(press)
    _hand_over(services, event, ref, lambda person: event_of_press(press, ref, person), action_id=action_id)


def carry_out_written(services: Services, event: InboundEvent) -> None:
    """A modal that was sent off."""
    submitted = Submitted.from_payload(event.payload)
    ref = Ref.from_json(submitted.context)
    kind = event.payload["callback_id"]
    action_id = {modals.EDIT_MODAL: blocks.EDIT, modals.SNOOZE_MODAL: blocks.SNOOZE}.get(kind, blocks.ANSWER)
    made = naming_form(services, kind, ref, submitted)
    _hand_over(
        services,
        event,
        ref,
        lambda person: made(person) if made else event_of_form(kind, submitted, ref, person),
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
        run = playbooks.find_run(session, ref.run_id)
        if run is None or run.workspace_id != services.workspace_id:
            raise StaleButton
        # Whom we found by their address to write to them is no contact's Slack id yet: their answer is the contact's.
        people.link_by_email(session, services.workspace_id, user_id, services.clock.now())
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
            close_message(session, services, event, "Not that")


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
    close_message(session, services, event, f"Recorded: {label}" if label else "Closed")
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


HANDLERS = {PRESSED: carry_out_press, WRITTEN: carry_out_written}
