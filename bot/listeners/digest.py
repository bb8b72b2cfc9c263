"""`/cs digest`: what customers asked and said, for those whose accounts they are; numbers open their rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks.digest import BLOCK, ROWS, digest_speech, notice_modal, rows_modal
from bot.digesting import Recipe, is_open_to, linking, make, may_open, scope_of
from bot.listeners.commands import Subcommand, finish
from bot.listeners.digest_schedules import WORDS as SCHEDULING
from bot.slack.incoming import parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import open_modal
from store.errors import GuidepostError
from store.insights.evidence import evidence_rows
from store.insights.scope import period_of

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.listeners.commands import Call
    from bot.services import Services

NOT_YOURS = "These rows belong to accounts that are not yours."
GONE = "I can no longer open this figure. Please ask for the digest again."
_PERIOD = re.compile(r"\d+\s*d(ays?)?|week(ly)?|month(ly)?|quarter", re.IGNORECASE)


def register(app: App, services: Services) -> None:
    """Listen to the figures. They only read, so nothing is stored."""

    def opened(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        pressed = parse_action(body, action)
        view = rows_view(services, pressed.user_id, pressed.value, pressed.block_id)
        open_modal(services, pressed, view)

    app.action(re.compile(rf"^{ROWS}_"))(opened)


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
    period_text, scope_text = parse(call.words)
    now = services.clock.now()
    try:
        recipe = Recipe(period_of(period_text, now), now, scope_text, call.command.user_id)
        with services.database.reading() as session:
            scope = scope_of(session, services, recipe)
            made = make(session, services, recipe, scope)
    except GuidepostError as error:
        finish(services, call, Speech(text=str(error)))
        return
    speech = digest_speech(made, recipe.packed(), linking(services))
    finish(services, call, speech, may_share=is_open_to(call.asked.place, scope))


def parse(words: str) -> tuple[str, str]:
    """The period and the scope in a command's words, in either order."""
    tokens = words.split()
    for position in (0, -1):
        if tokens and _PERIOD.fullmatch(tokens[position]):
            period = tokens.pop(position)
            return period, " ".join(tokens)
    return "", " ".join(tokens)


def rows_view(services: Services, user_id: str, key: str, block_id: str) -> dict[str, Any]:
    """The modal with the rows behind a figure, if the accounts are those of whoever pressed."""
    recipe = Recipe.unpacked(re.sub(rf"^{BLOCK}\d+:", "", block_id))
    if recipe is None:
        return notice_modal(GONE)
    services.directory.meet(user_id)
    try:
        with services.database.reading() as session:
            scope = scope_of(session, services, recipe)
            if not may_open(session, services, asking.person_of(session, services, user_id), scope):
                return notice_modal(NOT_YOURS)
            made = make(session, services, recipe, scope, with_themes=key.startswith("themes."))
            figure = made.figure(key)
            rows = evidence_rows(session, services.workspace_id, figure)
    except (GuidepostError, KeyError):
        return notice_modal(GONE)
    return rows_modal(figure, rows, linking(services))


DIGEST = Subcommand(
    name="digest",
    usage="digest [7d|30d] [segment|csm|account] | schedule #channel weekly|monthly | schedules",
    description="What customers asked and said, and what is open; by itself where you schedule it",
    role="csm",
    handler=carry_out,
    example="digest 7d --share",
)
