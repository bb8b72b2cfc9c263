"""The message shortcut "Make a promise", and what becomes of promises."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot import asking, promise_keeping, speaking
from bot.blocks import promise as blocks
from bot.listeners.about import account_seen
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, take_form, tell
from playbooks.promising import promised
from store import access
from store.tables import Promise, proposals

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
        pressed = asking.shortcut_used(services, body)
        account = _account(services, pressed, spoken_by=(body.get("message") or {}).get("user") or "")
        if account is None:
            tell(services, pressed, WHOSE)
            return
        context = context_of(pressed, account_id=account.id, ts=pressed.message_ts or "")
        open_modal(
            services, pressed, blocks.promise_modal(account.name, *_understood(services, pressed), context)
        )

    def made(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        take_form(
            ack, services, MADE, submitted, blocks.problems(submitted.values, services.clock.now().date())
        )

    app.shortcut(SHORTCUT)(wanted)
    app.view(blocks.MODAL)(made)


def _understood(services: Services, pressed: Pressed) -> tuple[str, date]:
    """The words that promise something and their day, in the presser's calendar; else all words, in a week."""
    with services.database.reading() as session:
        person = asking.person_of(session, services, pressed.user_id)
    calendar = services.calendar_of(person.timezone)
    now = services.clock.now()
    said_at = datetime.fromtimestamp(float(pressed.message_ts), UTC) if pressed.message_ts else now
    found = promised(pressed.value, calendar.date_of(said_at), calendar)
    if found is None or found.due_on < now.date():
        return pressed.value, now.date() + USUAL
    return found.text, found.due_on


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
    said_in = submitted.context.get("said_in") or submitted.context.get("channel_id")
    made = Promise(
        workspace_id=services.workspace_id,
        key=submitted.event_key,
        account_id=account.id,
        text=submitted.values[blocks.TEXT].strip(),
        due_on=date.fromisoformat(submitted.values[blocks.DUE]),
        owner_email=person.email,
        said_by=submitted.user_id,
        channel_id=said_in,
        message_ts=submitted.context.get("ts") or None,
        created_at=services.clock.now(),
    )
    if not _settle(session, services, submitted, str(said_in), made.message_ts):
        return blocks.SETTLED[proposals.CONFIRMED]
    promise_keeping.note(session, services, made)
    return blocks.made_text(account.name, made.due_on)


def _settle(
    session: Session, services: Services, submitted: Submitted, channel_id: str, ts: str | None
) -> bool:
    """What the message was proposed as is decided by this; False if its own card was decided before."""
    wanted = submitted.context.get("proposal_id")
    for one in proposals.at_message(session, services.workspace_id, channel_id, ts or ""):
        if one.kind != proposals.PROMISE:
            continue
        fresh = proposals.find_proposal(session, services.workspace_id, one.id)
        decided = fresh is not None and proposals.decide(
            session, fresh, proposals.CONFIRMED, by=submitted.user_id, now=services.clock.now()
        )
        if wanted == one.id and not decided:
            return False
    return True


HANDLERS = {MADE: carry_out_made}
