"""What became of every message of a run, and why: `/cs play status` with its pace, and the button that tells all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import run_story as blocks
from bot.listeners.about import account_seen
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.once import remember
from playbooks.pace import Pace, pace
from playbooks.state import Run
from store.tables import Account, playbooks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from playbooks.runner import RunOverview
    from store.tables import InboundEvent, PlaybookRun

STORY = "run_story"
NOT_YOURS = "That run belongs to an account that you do not see."


def register(app: App, services: Services) -> None:
    """Listen to the button."""

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, STORY, pressed.event_key, pressed.to_payload())
        ack()

    app.action(blocks.STORY)(wanted)


def paces(session: Session, services: Services, runs: Sequence[RunOverview]) -> dict[str, Pace]:
    """How each of these runs is doing."""
    rows = (playbooks.find_run(session, one.run_id) for one in runs)
    return {row.id: pace_of(session, services, row) for row in rows if row is not None}


def pace_of(session: Session, services: Services, row: PlaybookRun) -> Pace:
    """How a run is doing now."""
    account = session.get_one(Account, row.account_id)
    playbook = services.runner.playbook_of(session, row)
    return pace(playbook, Run.model_validate(row.snapshot), services.clock.now(), account.timezone)


def carry_out_story(services: Services, event: InboundEvent) -> None:
    """Tell what became of each step, in its order, for whoever sees the account."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    run = services.runner.run_overview(str(json.loads(pressed.value or "{}").get("run")))
    with services.effect_of(event.id) as session:
        person = asking.person_of(session, services, pressed.user_id)
        if account_seen(session, services, person, run.account_id) is None:
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        told = playbooks.history_of(session, run.run_id)
        speaking.reply(session, services, event, blocks.story_speech(run, told))


HANDLERS = {STORY: carry_out_story}
