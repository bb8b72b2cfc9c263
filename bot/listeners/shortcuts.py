"""Message shortcuts of the team: "Save as feedback" and "Start playbook"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import shortcuts as blocks
from bot.blocks.pickers import ACCOUNT, PLAYBOOK, account_option
from bot.listeners import play
from bot.listeners.about import account_seen
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, take_form, tell
from store import access
from store.tables import feedback

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, App
    from slack_sdk.models.blocks import Option
    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.tables import Account, InboundEvent

SAVE, PLAY = "save_feedback", "start_playbook"
SAVED, WANTED = "feedback_saved", "playbook_wanted"


def register(app: App, services: Services) -> None:
    """Listen to both shortcuts and to their forms."""
    app.shortcut(SAVE)(_opens(services, with_words=True))
    app.shortcut(PLAY)(_opens(services, with_words=False))
    app.view(blocks.SAVE_MODAL)(_takes(services, SAVED))
    app.view(blocks.PLAY_MODAL)(_takes(services, WANTED))


def _opens(services: Services, *, with_words: bool) -> Callable[[Ack, dict[str, Any]], None]:
    def wanted(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        pressed = asking.shortcut_used(services, body)
        author = str((body.get("message") or {}).get("user") or "")
        with services.database.reading() as session:
            may = asking.person_of(session, services, pressed.user_id).may_act_as("csm")
            account = _likely(session, services, pressed, author) if may else None
        if not may:
            tell(services, pressed, blocks.FOR_STAFF)
            return
        context = context_of(pressed, ts=pressed.message_ts or "", author=author)
        view = (
            blocks.save_modal(pressed.value, account, context)
            if with_words
            else blocks.play_modal(account, context)
        )
        open_modal(services, pressed, view)

    return wanted


def _takes(services: Services, kind: str) -> Callable[[Ack, dict[str, Any]], None]:
    def taken(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        take_form(ack, services, kind, submitted, problems(services, submitted, kind))

    return taken


def _likely(session: Session, services: Services, pressed: Pressed, author: str) -> Option | None:
    """The account of the channel, else of who wrote the message, if the presser sees it."""
    person = asking.person_of(session, services, pressed.user_id)
    place = access.account_of_channel(session, services.workspace_id, pressed.channel_id or "")
    speaker = asking.person_of(session, services, author) if author else None
    found = place or (speaker.account if speaker else None)
    account = account_seen(session, services, person, found.id) if found else None
    return account_option(account.name, account.id) if account else None


def problems(services: Services, submitted: Submitted, kind: str) -> dict[str, str]:
    """What is wrong with a form, by block; empty if nothing is."""
    values = submitted.values
    with services.database.reading() as session:
        account = _account(session, services, submitted)
        known = services.runner.definitions_for(session, services.workspace_id) if kind == WANTED else {}
    wrong = {} if account else {ACCOUNT: blocks.NO_ACCOUNT}
    if kind == SAVED and not values.get(blocks.WORDS, "").strip():
        wrong[blocks.WORDS] = blocks.NO_WORDS
    if kind == WANTED and values.get(PLAYBOOK) not in known:
        wrong[PLAYBOOK] = blocks.NO_PLAYBOOK
    return wrong


def _account(session: Session, services: Services, submitted: Submitted) -> Account | None:
    person = asking.person_of(session, services, submitted.user_id)
    return account_seen(session, services, person, submitted.values.get(ACCOUNT, ""))


def carry_out_saved(services: Services, event: InboundEvent) -> None:
    """Note what the author of the message said, once for each message."""
    submitted = Submitted.from_payload(event.payload)
    services.directory.meet(submitted.user_id)
    context, values = submitted.context, submitted.values
    author = str(context.get("author") or "")
    with services.effect_of(event.id) as session:
        account = _account(session, services, submitted)
        if account is None:
            speaking.reply(session, services, event, Speech(text=blocks.NO_ACCOUNT))
            return
        new = feedback.record_remark(
            session,
            workspace_id=services.workspace_id,
            slack_user_id=author if author and author != services.bot_user_id else submitted.user_id,
            account_id=account.id,
            channel_id=str(context.get("channel_id") or ""),
            message_ts=str(context.get("ts") or ""),
            text=values[blocks.WORDS].strip(),
            now=services.clock.now(),
            rating=blocks.MOODS.get(values.get(blocks.MOOD, ""), ("", None))[1],
        )
        text = (
            blocks.saved_text(account.name, values[blocks.WORDS])
            if new
            else blocks.saved_before(account.name)
        )
        speaking.reply(session, services, event, Speech(text=text))


def carry_out_wanted(services: Services, event: InboundEvent) -> None:
    """Show what would be sent, with the button that starts it."""
    submitted = Submitted.from_payload(event.payload)
    services.directory.meet(submitted.user_id)
    with services.database.reading() as session:
        account = _account(session, services, submitted)
    speech = None
    if account is not None:
        wish = play.Wish("preview", submitted.values[PLAYBOOK], account, submitted.user_id)
        speech = play.previewed(services, wish)
    with services.effect_of(event.id) as session:
        speaking.reply(session, services, event, speech or Speech(text=blocks.NO_ACCOUNT))


HANDLERS = {SAVED: carry_out_saved, WANTED: carry_out_wanted}
