"""`/cs play preview NAME SEGMENT`: what a playbook would bring a whole segment, before it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import play_segment as blocks
from bot.listeners.commands import finish
from playbooks import loader
from playbooks.simulation import simulate
from playbooks.types import SEGMENTS
from store import people

if TYPE_CHECKING:
    from bot.listeners.commands import Call
    from bot.services import Services

LOOKED_AT = 8  # accounts; each takes a second or more


def is_meant(rest: str) -> bool:
    """Whether a preview's words are a playbook and a segment, not an account."""
    _, _, segment = rest.partition(" ")
    return segment.strip().upper() in SEGMENTS


def preview(services: Services, call: Call, rest: str) -> None:
    """Play it for the first accounts of the segment that the caller sees, on a copy; nothing is sent."""
    name, _, word = rest.partition(" ")
    segment = word.strip().upper()
    with services.database.reading() as session:
        there_are = services.runner.definitions_for(session, services.workspace_id)
        playbook = loader.find(there_are, name.lower()).playbook
        seen = people.visible_accounts(session, services.workspace_id, call.asked.person)
    accounts = [account for account in seen if account.segment == segment]
    if not accounts:
        finish(services, call, blocks.nobody_speech(playbook.title, segment))
        return
    looked_at = accounts[:LOOKED_AT]
    course = simulate(
        services.runner,
        services.database,
        services.workspace_id,
        [account.id for account in looked_at],
        now=services.clock.now(),
        plays=[playbook.playbook],
        started_by=call.command.user_id,
    )
    more = len(accounts) - len(looked_at)
    finish(
        services,
        call,
        blocks.segment_speech(playbook.title, playbook.playbook, segment, looked_at, course, more=more),
    )
