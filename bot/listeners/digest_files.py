"""The digest as files, in the direct messages of whoever asks: a page to read and print, a table with every row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks.digest_parts import FILES, made_from_of
from bot.deliver import InDoubt, View
from bot.digesting import GONE, NOT_YOURS, Recipe, headline, make, may_open, scope_of
from bot.slack.files import File, upload_files
from bot.slack.incoming import parse_action
from bot.slack.messenger import Speech, Unreachable
from bot.slack.once import remember
from store.errors import StoreError
from store.insights.evidence import all_evidence
from store.insights.render import render
from store.insights.wording import period_words
from store.tables import outbox

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from store.tables import InboundEvent, OutboxMessage

WANTED, VIEW_NAME = "digest_files_wanted", "digest_files"
COMING = "I send you the page and the table in our direct messages."
NOT_SENT = "The digest's files could not be sent: the app may need the scope `files:write`."


def register(app: App, services: Services) -> None:
    """Listen to the button."""

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, WANTED, pressed.event_key, pressed.to_payload())
        ack()

    app.action(FILES)(wanted)


def carry_out(services: Services, event: InboundEvent) -> None:
    """Promise the files, and put them into the outbox, if the accounts are theirs."""
    user_id = event.payload["user_id"]
    recipe = Recipe.unpacked(made_from_of(event.payload["block_id"]))
    with services.effect_of(event.id) as session:
        refused = _refusal(session, services, recipe, user_id)
        if refused is None and recipe is not None:
            speaking.send(
                session, services, VIEW_NAME, key=f"files:{event.id}", kind="dm", slack_user_id=user_id,
                recipe=recipe.packed(),
            )  # fmt: skip
        speaking.reply(session, services, event, Speech(text=refused or COMING))


def _refusal(session: Session, services: Services, recipe: Recipe | None, user_id: str) -> str | None:
    """Why they do not get it; None if they do."""
    if recipe is None:
        return GONE
    try:
        scope = scope_of(session, services, recipe)
    except StoreError:
        return GONE
    person = asking.person_of(session, services, user_id)
    return None if may_open(session, services, person, scope) else NOT_YOURS


def _send(services: Services, message: OutboxMessage) -> None:
    """Upload them. Slack cannot be asked whether they are there already, so they are not sent again in doubt."""
    if message.begun_at is not None:
        raise InDoubt(f"{message.key} may be there.")
    recipe = Recipe.unpacked(message.payload["recipe"])
    with services.database.transaction() as session:
        refused = _refusal(session, services, recipe, str(message.slack_user_id))
        outbox.mark_begun(session, message, now=services.clock.now())
    if refused is not None or recipe is None:
        raise Unreachable(refused or GONE)
    files, title = _files(services, recipe)
    upload_files(
        services.messenger.client, services.messenger.open_dm(str(message.slack_user_id)), files, title
    )


def _files(services: Services, recipe: Recipe) -> tuple[list[File], str]:
    with services.database.reading() as session:
        made = make(session, services, recipe, scope_of(session, services, recipe))
        evidence = all_evidence(session, services.workspace_id, made)
    said = headline(services.headlines, made)
    title = f"Digest: {made.scope.label}, {period_words(made.period)}"
    name = f"digest-{made.period.end:%Y-%m-%d}"
    forms = ("html", "csv")
    return [File(render(made, form, evidence, said), f"{name}.{form}", title) for form in forms], title


def _in_words(services: Services, session: Session, message: OutboxMessage, reason: str) -> None:
    known = reason in {GONE, NOT_YOURS}
    speaking.say(
        session, services, Speech(text=reason if known else NOT_SENT), key=f"{message.key}:words", kind="dm",
        slack_user_id=message.slack_user_id,
    )  # fmt: skip


def _nothing(_services: Services, _message: OutboxMessage) -> Speech:
    """Files are not a message in blocks."""
    return Speech(text="")


HANDLERS = {WANTED: carry_out}
VIEWS = {VIEW_NAME: View(render=_nothing, perform=_send, undeliverable=_in_words)}
