"""The message shortcut "Make a promise", and what becomes of promises."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import promise as blocks
from bot.listeners.about import account_seen
from bot.slack.incoming import parse_shortcut
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, tell
from bot.slack.once import remember
from store import access
from store.tables import Promise, promises

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.tables import Account, InboundEvent

SHORTCUT, MADE = "make_promise", "promise_made"
USUAL = timedelta(days=7)
WHOSE = (
    "I do not know which account that is about. Use it in the account's channel or on a message of one of its "
    "people, or write `/cs log @account promise 2026-06-01 We send the export`."
)


def register(app: App, services: Services) -> None:
    """Listen to the shortcut and to its form."""

    def wanted(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        pressed = parse_shortcut(body)
        account = _account(services, pressed, spoken_by=(body.get("message") or {}).get("user") or "")
        if account is None:
            tell(services, pressed, WHOSE)
            return
        context = context_of(pressed, account_id=account.id, ts=pressed.message_ts or "")
        due = services.clock.now().date() + USUAL
        open_modal(services, pressed, blocks.promise_modal(account.name, pressed.value, due, context))

    def made(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        wrong = blocks.problems(submitted.values, services.clock.now().date())
        if wrong:
            ack(response_action="errors", errors=wrong)
            return
        remember(services, MADE, submitted.event_key, submitted.to_payload())
        ack()

    app.shortcut(SHORTCUT)(wanted)
    app.view(blocks.MODAL)(made)


def _account(services: Services, pressed: Pressed, *, spoken_by: str) -> Account | None:
    """The channel's account, else that of who wrote the message; only one that the presser sees."""
    with services.database.reading() as session:
        person = asking.person_of(session, services, pressed.user_id)
        speaker = asking.person_of(session, services, spoken_by) if spoken_by else None
        place = access.account_of_channel(session, services.workspace_id, pressed.channel_id or "")
        found = place or (speaker.account if speaker else None)
        return account_seen(session, services, person, found.id) if found else None


def carry_out_made(services: Services, event: InboundEvent) -> None:
    """Write the promise down, once, with where it was made."""
    submitted = Submitted.from_payload(event.payload)
    services.directory.meet(submitted.user_id)
    with services.effect_of(event.id) as session:
        told = _make(session, services, submitted)
        speaking.reply(session, services, event, Speech(text=told))


def _make(session: Session, services: Services, submitted: Submitted) -> str:
    person = asking.person_of(session, services, submitted.user_id)
    account = account_seen(session, services, person, str(submitted.context.get("account_id")))
    if account is None:
        return WHOSE
    made = Promise(
        workspace_id=services.workspace_id,
        key=submitted.event_key,
        account_id=account.id,
        text=submitted.values[blocks.TEXT].strip(),
        due_on=date.fromisoformat(submitted.values[blocks.DUE]),
        owner_email=person.email,
        said_by=submitted.user_id,
        channel_id=submitted.context.get("channel_id"),
        message_ts=submitted.context.get("ts") or None,
        created_at=services.clock.now(),
    )
    promises.make_promise(session, made)
    return blocks.made_text(account.name, made.due_on)


HANDLERS = {MADE: carry_out_made}
