"""`/cs play publish|retire|migrate`: what begins by itself, and taking runs to another version."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.blocks import parts, play
from bot.blocks.text import brief, escaped, shortened
from bot.listeners.commands import answer, finish
from bot.slack.messenger import Speech
from playbooks import loader
from playbooks.effects import Notify
from playbooks.errors import PlaybookError
from store.tables import playbooks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.models.blocks import Block
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from playbooks.effects import Effect
    from store.tables import Account

VERBS = frozenset({"publish", "retire"})
MIGRATE = "migrate"
ONLY_MANAGERS = "Only a manager says what begins by itself here."
SHOWN = 2_500  # characters of what would follow for one run


def publishing(services: Services, call: Call, verb: str, name: str) -> None:
    """`publish NAME`, `retire NAME`: for everybody of the workspace, so a manager's."""
    if not call.asked.person.may_act_as("manager"):
        finish(services, call, Speech(text=ONLY_MANAGERS))
        return
    definition = loader.find(services.runner.definitions, name.lower())
    with services.effect_of(call.event.id) as session:
        carry_out = _publish if verb == "publish" else _retire
        answer(session, services, call, Speech(text=carry_out(session, services, definition, call)))


def _publish(session: Session, services: Services, definition: loader.Definition, call: Call) -> str:
    services.runner.publish_in(session, definition, call.command.user_id, services.workspace_id)
    playbook = definition.playbook
    how = "begins by itself when its trigger comes about" if playbook.trigger else "begins when it is started"
    older = [
        row
        for row in playbooks.open_runs_of(session, services.workspace_id, definition.name)
        if playbooks.find_definition(session, row.definition_id).content_hash != definition.content_hash
    ]
    stay = (
        f" {len(older)} that run now keep their version; `/cs play migrate @account` says what a change would do."
        if older
        else ""
    )
    return f"“{escaped(playbook.title)}” {escaped(playbook.version)} is published and {how}.{stay}"


def _retire(session: Session, services: Services, definition: loader.Definition, _call: Call) -> str:
    title = escaped(definition.playbook.title)
    if playbooks.retire(session, services.workspace_id, definition.name, services.clock.now()):
        return f"“{title}” begins by itself no more. What runs goes on."
    return f"“{title}” was not published; nothing was changed."


def migration(session: Session, services: Services, account: Account, user_id: str) -> Speech:
    """What would follow if the account's runs went on with the versions of today, each with its button."""
    blocks: list[Block] = []
    for row in playbooks.open_runs(session, services.workspace_id, [account.id]):
        try:
            handled = services.runner.migrate_in(session, row.id, user_id, only_say=True)
        except PlaybookError:
            continue  # it has the newest version
        value = json.dumps({"verb": MIGRATE, "run": row.id})
        blocks.append(parts.section(shortened(escaped(said(handled.effects)), SHOWN)))
        blocks.append(
            parts.actions(parts.button("Go on with it", f"{play.STEER}_{MIGRATE}", value, style="primary"))
        )
    if not blocks:
        return Speech(text=f"What runs for {brief(account.name)} has the newest version already.")
    opening = f"What would follow for {brief(account.name)}. Nothing was changed."
    return parts.speech(opening, [parts.section(opening), *blocks])


def migrate(session: Session, services: Services, run_id: str, by: str) -> str:
    """Take a run to the version of today; what followed, in a sentence or more."""
    return said(services.runner.migrate_in(session, run_id, by).effects)


def said(effects: Sequence[Effect]) -> str:
    """The words about what a migration does."""
    return "\n".join(effect.text for effect in effects if isinstance(effect, Notify))
