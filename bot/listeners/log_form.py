"""`/cs log @x` has a form beside its words, for what is longer than a line."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import log_form as blocks
from bot.listeners.about import account_seen
from bot.listeners.accounts import NOT_YOURS
from bot.listeners.log import SIGNS, note_sign, shown
from bot.slack.incoming import parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, take_form, tell
from store.tables import Activity, activities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.tables import Account, InboundEvent

FILLED = "log_form_filled"
NAMED = ("department", "use")  # signs that say which


def problems(values: Mapping[str, str], today: date) -> dict[str, str]:
    """What is wrong with a form, by block; empty if nothing is."""
    if not values.get(blocks.WORDS, "").strip():
        return {blocks.WORDS: "What happened? One line is enough."}
    if values.get(blocks.KIND) not in activities.KINDS:
        return {blocks.KIND: "Choose what it was."}
    try:
        day = date.fromisoformat(values.get(blocks.DAY, ""))
    except ValueError:
        return {blocks.DAY: "Choose a day."}
    if day > today:
        return {blocks.DAY: "That day is still to come; write down what has happened."}
    if values.get(blocks.SIGN) in NAMED and not values.get(blocks.WHICH, "").strip():
        return {blocks.WHICH: "Name it, in a word or two."}
    return {}


def register(app: App, services: Services) -> None:
    """Listen to the button and to its form."""

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        pressed = parse_action(body, action)
        account = _account(services, pressed)
        if account is None:
            tell(services, pressed, NOT_YOURS)
            return
        context = context_of(pressed, account_id=account.id)
        today = services.clock.now().date()
        open_modal(services, pressed, blocks.log_modal(account.name, today, context))

    def filled(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        take_form(ack, services, FILLED, submitted, problems(submitted.values, services.clock.now().date()))

    app.action(blocks.OPEN)(wanted)
    app.view(blocks.MODAL)(filled)


def _account(services: Services, pressed: Pressed) -> Account | None:
    with services.database.reading() as session:
        person = asking.person_of(session, services, pressed.user_id)
        return account_seen(session, services, person, pressed.value)


def carry_out_filled(services: Services, event: InboundEvent) -> None:
    """Write it down, once, and show the log."""
    submitted = Submitted.from_payload(event.payload)
    services.directory.meet(submitted.user_id)
    with services.effect_of(event.id) as session:
        speaking.reply(session, services, event, _add(session, services, event, submitted))


def _add(session: Session, services: Services, event: InboundEvent, submitted: Submitted) -> Speech:
    person = asking.person_of(session, services, submitted.user_id)
    account = account_seen(session, services, person, str(submitted.context.get("account_id")))
    if account is None:
        return Speech(text=NOT_YOURS)
    kind, happened_on = submitted.values[blocks.KIND], date.fromisoformat(submitted.values[blocks.DAY])
    words, sign = submitted.values[blocks.WORDS].strip(), submitted.values.get(blocks.SIGN)
    activities.log_activity(
        session,
        Activity(
            workspace_id=services.workspace_id,
            key=f"form:{event.id}",
            account_id=account.id,
            kind=kind,
            text=words,
            by_name=person.name,
            by_email=person.email,
            happened_on=happened_on,
            created_at=services.clock.now(),
        ),
    )
    told = f":white_check_mark: {kind.capitalize()} noted."
    if sign in SIGNS:
        named = submitted.values.get(blocks.WHICH, "").strip() or words
        told += "\n" + note_sign(session, services, account, sign, text=named, on=happened_on)
    return shown(session, services, account, told)


HANDLERS = {FILLED: carry_out_filled}
