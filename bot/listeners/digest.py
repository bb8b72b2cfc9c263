"""`/cs digest`: what customers asked and said, for those whose accounts they are; numbers open their rows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks.digest import digest_speech
from bot.blocks.digest_parts import DEED, ROWS, SECTION, made_from_of, notice_modal, rows_modal
from bot.blocks.digest_sections import section_modal
from bot.digesting import GONE, NOT_YOURS, Recipe, headline, is_open_to, linking, make, may_open, scope_of
from bot.listeners.commands import KIND as COMMAND_KIND
from bot.listeners.commands import Subcommand, finish
from bot.listeners.digest_schedules import WORDS as SCHEDULING
from bot.slack.incoming import Commanded, parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import open_made
from bot.slack.once import remember
from store.errors import GuidepostError
from store.insights.evidence import evidence_rows
from store.insights.scope import period_of, split_period

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.insights.values import Scope


def register(app: App, services: Services) -> None:
    """Listen to the figures and the sections. They only read, so nothing is stored."""

    def opened(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        pressed = parse_action(body, action)
        open_made(services, pressed, lambda: opened_view(services, pressed), on_top=_is_in_modal(body))

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        command = _as_written(parse_action(body, action), body)
        remember(services, COMMAND_KIND, command.event_key, command.to_payload())
        ack()

    app.action(re.compile(rf"^({ROWS}|{SECTION})_"))(opened)
    app.action(DEED)(wanted)


def _as_written(pressed: Pressed, body: dict[str, Any]) -> Commanded:
    """What a line's button does, as if whoever pressed it had written the command; their own role decides."""
    opened_at = json.loads((body.get("view") or {}).get("private_metadata") or "{}")
    return Commanded(
        event_key=pressed.event_key,
        text=pressed.value,
        user_id=pressed.user_id,
        channel_id=pressed.channel_id or opened_at.get("channel_id") or "",
        channel_name="",
        trigger_id=None,
        response_url=pressed.response_url or opened_at.get("response_url") or "",
    )


def carry_out(services: Services, call: Call) -> None:
    """The digest, or what is to be sent by itself."""
    first, _, rest = call.words.partition(" ")
    wanted = SCHEDULING.get(first.lower())
    if wanted is None:
        show(services, call)
    else:
        wanted(services, call, rest.strip())


def show(services: Services, call: Call) -> None:
    """The digest of the period and the scope that are named."""
    period_text, scope_text = split_period(call.words)
    now = services.clock.now()
    try:
        recipe = Recipe(period_of(period_text, now), now, scope_text, call.command.user_id)
        with services.database.reading() as session:
            scope = scope_of(session, services, recipe)
            made = make(session, services, recipe, scope)
    except GuidepostError as error:
        finish(services, call, Speech(text=str(error)))
        return
    speech = digest_speech(made, recipe.packed(), headline(services.headlines, made))
    finish(services, call, speech, may_share=is_open_to(call.asked.place, scope))


def opened_view(services: Services, pressed: Pressed) -> dict[str, Any]:
    """The modal of a section or of the rows behind a figure, if the accounts are those of whoever pressed."""
    recipe = Recipe.unpacked(made_from_of(pressed.block_id))
    if recipe is None:
        return notice_modal(GONE)
    services.directory.meet(pressed.user_id)
    try:
        with services.database.reading() as session:
            scope = scope_of(session, services, recipe)
            if not may_open(session, services, asking.person_of(session, services, pressed.user_id), scope):
                return notice_modal(NOT_YOURS)
            return _view(session, services, recipe, scope, pressed)
    except (GuidepostError, KeyError):
        return notice_modal(GONE)


def _is_in_modal(body: dict[str, Any]) -> bool:
    return bool((body.get("view") or {}).get("type") == "modal")


def _view(
    session: Session, services: Services, recipe: Recipe, scope: Scope, pressed: Pressed
) -> dict[str, Any]:
    key = pressed.value
    made = make(session, services, recipe, scope, with_themes=key.startswith("themes"))
    if pressed.action_id.startswith(SECTION):
        opened_at = {"channel_id": pressed.channel_id, "response_url": pressed.response_url}
        return section_modal(made, key, recipe.packed(), linking(services), opened_at)
    figure = made.figure(key)
    return rows_modal(figure, evidence_rows(session, services.workspace_id, figure), linking(services))


DIGEST = Subcommand(
    name="digest",
    usage="digest [7d|30d] [segment|csm|account] | schedule #channel weekly|monthly | schedules",
    description="What customers asked and said, and what is open; by itself where you schedule it",
    role="csm",
    handler=carry_out,
    example="digest 7d --share",
)
