"""`/cs journey`: the map of the customer's journey, what to mend first, the path to purchase, versions, the market."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from bot import asking, speaking
from bot.blocks.digest_parts import notice_modal
from bot.blocks.journey import BLOCK, FIRST_ROWS, ROWS, journey_speech, line_at, line_modal
from bot.charts.journey import in_words, picture
from bot.deliver import InDoubt
from bot.deliver import View as Delivered
from bot.digesting import SCOPE_LIMIT, is_open_to, linking, may_open
from bot.journeys import objection_label
from bot.listeners.commands import Subcommand, answer, finish
from bot.slack.incoming import parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import open_made
from bot.slack.pictures import Picture, upload
from store.errors import GuidepostError
from store.insights.journey.evidence import opened
from store.insights.journey.requests import Wanted, cut_for, view_of, wanted
from store.insights.journey.values import JourneyMap
from store.tables import outbox

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.insights.journey.requests import View
    from store.tables import OutboxMessage

DRAWING = "journey_picture"
NOT_HERE = (
    "The journey is for our own team. Ask for it in our direct messages or in a channel of your team alone: "
    "`/cs journey map`."
)
NO_PICTURE = (
    "The picture of the journey map could not be sent: the app may need the scope `files:write`. "
    "`guidepost journey --format png` draws it."
)
NOT_YOURS = "These rows belong to accounts that are not yours."
GONE = "I can no longer open these rows. Please ask for the journey again."


@dataclass(frozen=True)
class Recipe:
    """What a view was made from, and can be made from again: what was asked for, when, by whom."""

    asked: Wanted
    at: datetime
    by: str

    def packed(self) -> str:
        """For a block id, at most 240 characters; the view itself travels with the press."""
        asked = self.asked
        parts = [
            asked.period,
            asked.segment,
            asked.persona,
            asked.scope[:SCOPE_LIMIT],
            self.at.timestamp(),
            self.by,
        ]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def unpacked(cls, text: str, view: str) -> Self | None:
        """Back from there; None if it is none of ours."""
        try:
            period, segment, persona, scope, at, by = json.loads(text)
            return cls(
                Wanted(view, period, segment, persona, scope), datetime.fromtimestamp(at, UTC), str(by)
            )
        except (ValueError, TypeError, OverflowError):
            return None


def register(app: App, services: Services) -> None:
    """Listen to the lines. They only read, so nothing is stored."""

    def pressed_line(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        pressed = parse_action(body, action)
        open_made(services, pressed, lambda: rows_view(services, pressed))

    app.action(re.compile(rf"^{ROWS}_"))(pressed_line)


def show(services: Services, call: Call) -> None:
    """The view that is asked for; the map comes as a picture, too."""
    if call.asked.place.kind in {"account", "other"}:
        finish(services, call, Speech(text=NOT_HERE))
        return
    recipe = Recipe(wanted(call.words), services.clock.now(), call.command.user_id)
    try:
        with services.database.reading() as session:
            view = make(session, services, recipe)
    except GuidepostError as error:
        finish(services, call, Speech(text=str(error)))
        return
    pictured = isinstance(view.value, JourneyMap) and bool(view.value.cells)
    speech = journey_speech(view, recipe.packed(), pictured=pictured)
    with services.effect_of(call.event.id) as session:
        answer(session, services, call, speech, may_share=is_open_to(call.asked.place, view.cut.scope))
        if pictured:
            speaking.send(
                session, services, DRAWING, key=f"journey:{call.event.id}", kind="dm", slack_user_id=recipe.by,
                made_from=recipe.packed(),
            )  # fmt: skip


def make(session: Session, services: Services, recipe: Recipe) -> View:
    """Work a view out for whoever asked for it: never more than the accounts they see now.

    Raises:
        StoreError, NotFound: see `cut_for`.
    """
    person = asking.person_of(session, services, recipe.by)
    cut = cut_for(session, services.workspace_id, person, recipe.asked, recipe.at)
    return view_of(session, services.workspace_id, recipe.asked.view, cut, objection_label)


def rows_view(services: Services, pressed: Pressed) -> dict[str, Any]:
    """The modal with the rows behind a line, if the accounts are those of whoever pressed."""
    view_name = pressed.value.partition(":")[0]
    recipe = Recipe.unpacked(re.sub(rf"^{BLOCK}\d+:", "", pressed.block_id), view_name)
    if recipe is None:
        return notice_modal(GONE)
    services.directory.meet(pressed.user_id)
    try:
        with services.database.reading() as session:
            view = make(session, services, recipe)
            person = asking.person_of(session, services, pressed.user_id)
            if not may_open(session, services, person, view.cut.scope):
                return notice_modal(NOT_YOURS)
            line = line_at(view, pressed.value)
            rows = opened(session, services.workspace_id, line.figures, FIRST_ROWS)
    except (GuidepostError, LookupError, ValueError):
        return notice_modal(GONE)
    return line_modal(line, rows, linking(services))


def _draw(services: Services, message: OutboxMessage) -> None:
    """Upload the picture. Slack cannot be asked whether it is there already, so it is not sent again in doubt."""
    if message.begun_at is not None:
        raise InDoubt(f"{message.key} may be there.")
    with services.database.transaction() as session:
        made = _map_of(session, services, message)
        outbox.mark_begun(session, message, now=services.clock.now())
    title = f"Journey map: {made.cut.label}"
    drawn = Picture(picture(made), "journey-map.png", title, in_words(made))
    upload(services.messenger.client, services.messenger.open_dm(str(message.slack_user_id)), drawn, title)


def _map_of(session: Session, services: Services, message: OutboxMessage) -> JourneyMap:
    recipe = Recipe.unpacked(str(message.payload["made_from"]), "map")
    value = make(session, services, recipe).value if recipe else None
    if not isinstance(value, JourneyMap):
        raise GuidepostError(GONE)
    return value


def _not_sent(services: Services, session: Session, message: OutboxMessage, _reason: str) -> None:
    """Where no picture can be sent, say so: its words stand in the answer already."""
    speaking.say(
        session, services, Speech(text=NO_PICTURE), key=f"{message.key}:words", kind="dm", slack_user_id=message.slack_user_id
    )  # fmt: skip


def _nothing(_services: Services, _message: OutboxMessage) -> Speech:
    """A picture is not a message in blocks."""
    return Speech(text="")


VIEWS = {DRAWING: Delivered(render=_nothing, perform=_draw, undeliverable=_not_sent)}

JOURNEY = Subcommand(
    name="journey",
    usage="journey [map | audit | path | versions | market] [90d] [segment SMB|MM|ENT] [persona ROLE] [team|csm|account]",
    description="Where customers and we meet, how it goes, and what to mend first",
    role="csm",
    handler=show,
    example="journey audit 90d segment MM",
)
