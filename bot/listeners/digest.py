"""`/cs digest`: what customers asked and said, for those whose accounts they are; numbers open their rows."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks.digest import BLOCK, ROWS, digest_speech, notice_modal, rows_modal
from bot.listeners.commands import Subcommand, finish
from bot.slack.incoming import parse_action
from bot.slack.messenger import Posted, Speech
from bot.slack.modals import open_modal
from knowledge.themes import themes
from store import people
from store.errors import GuidepostError
from store.insights.digest import digest
from store.insights.evidence import evidence_rows
from store.insights.scope import period_of, scope_for

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from store.access import Place
    from store.insights.values import Digest, Scope
    from store.people import Person

SCOPE_LIMIT = 80  # characters of a scope that travel in a block id
NOT_YOURS = "These rows belong to accounts that are not yours."
GONE = "I can no longer open this figure. Please ask for the digest again."
_PERIOD = re.compile(r"\d+\s*d(ays?)?|week|month|quarter", re.IGNORECASE)


def register(app: App, services: Services) -> None:
    """Listen to the figures. They only read, so nothing is stored."""

    def opened(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        pressed = parse_action(body, action)
        view = rows_view(services, pressed.user_id, pressed.value, pressed.block_id)
        open_modal(services, pressed, view)

    app.action(re.compile(rf"^{ROWS}_"))(opened)


def show(services: Services, call: Call) -> None:
    """The digest of the period and the scope that are named."""
    period_text, scope_text = parse(call.words)
    now = services.clock.now()
    try:
        with services.database.reading() as session:
            scope = scope_for(session, services.workspace_id, call.asked.person, scope_text)
            period = period_of(period_text, now)
            made = digest(session, services.workspace_id, period, scope, now, find_themes=themes)
    except GuidepostError as error:
        finish(services, call, Speech(text=str(error)))
        return
    made_from = _made_from(made, scope_text, call.command.user_id)
    speech = digest_speech(made, made_from, lambda channel, ts: _link(services, channel, ts))
    finish(services, call, speech, may_share=_is_open_to(call.asked.place, scope))


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
    made_from = _read(block_id)
    if made_from is None:
        return notice_modal(GONE)
    days, at, scope_text, by = made_from
    services.directory.meet(user_id)
    try:
        with services.database.reading() as session:
            scope = scope_for(
                session, services.workspace_id, asking.person_of(session, services, by), scope_text
            )
            if not _may_open(session, services, asking.person_of(session, services, user_id), scope):
                return notice_modal(NOT_YOURS)
            wanted = themes if key.startswith("themes.") else None
            period = period_of(f"{days}d", at)
            made = digest(session, services.workspace_id, period, scope, at, find_themes=wanted)
            figure = made.figure(key)
            rows = evidence_rows(session, services.workspace_id, figure)
    except (GuidepostError, KeyError):
        return notice_modal(GONE)
    return rows_modal(figure, rows, lambda channel, ts: _link(services, channel, ts))


def _made_from(made: Digest, scope_text: str, user_id: str) -> str:
    """What a digest can be made from again: days, moment, scope, whose."""
    return json.dumps([made.period.days, made.made_at.isoformat(), scope_text[:SCOPE_LIMIT], user_id])


def _read(block_id: str) -> tuple[int, datetime, str, str] | None:
    try:
        days, at, scope_text, by = json.loads(re.sub(rf"^{BLOCK}\d+:", "", block_id))
        return int(days), datetime.fromisoformat(at), str(scope_text), str(by)
    except (ValueError, TypeError):
        return None


def _may_open(session: Session, services: Services, person: Person, scope: Scope) -> bool:
    if not person.may_act_as("csm"):
        return False
    if scope.account_ids is None:
        return person.may_act_as("admin")
    return scope.account_ids <= people.visible_account_ids(session, services.workspace_id, person)


def _is_open_to(place: Place, scope: Scope) -> bool:
    """Whether everybody in the channel sees all accounts of the scope."""
    return place.kind == "internal" and (
        scope.account_ids is not None and scope.account_ids <= place.shared_account_ids
    )


def _link(services: Services, channel_id: str | None, ts: str | None) -> str | None:
    if not channel_id or not ts or ":" in ts:  # questions by command have no message
        return None
    return services.messenger.permalink(Posted(channel_id, ts))


DIGEST = Subcommand(
    name="digest",
    usage="digest [7d|30d] [segment|csm|account]",
    description="What customers asked and said, and what is open",
    role="csm",
    handler=show,
    example="digest 7d --share",
)
