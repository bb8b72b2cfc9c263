"""`guidepost playbooks publish|retire|migrate`: which version runs begin with, and which run goes on with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playbooks import loader
from playbooks.effects import Notify
from playbooks.runner import PlaybookRunner

if TYPE_CHECKING:
    from bot.wiring import Core

COMMAND_LINE = "the command line"


def publish(core: Core, name: str, by: str) -> str:
    """Publish a playbook by its name, or the one in a file.

    Raises:
        UnknownPlaybook: there is none of that name.
        BadDefinition: the file has mistakes.
    """
    runner = _runner(core)
    is_file = name.endswith((".yaml", ".yml"))
    definition = loader.load(Path(name)) if is_file else loader.find(runner.definitions, name)
    runner.publish(definition, by or COMMAND_LINE, core.workspace_id)
    playbook = definition.playbook
    how = "begins by itself when its trigger comes about" if playbook.trigger else "begins when it is started"
    return (
        f"“{playbook.title}” {playbook.version} is published and {how}. Runs that go on keep their version."
    )


def retire(core: Core, name: str) -> str:
    """Let a playbook begin by itself no more."""
    if _runner(core).retire(name, core.workspace_id):
        return f"“{name}” begins by itself no more."
    return f"“{name}” was not published; nothing was changed."


def migrate(core: Core, run_id: str, by: str, *, only_say: bool) -> str:
    """Take a run to the published version, or say what would follow.

    Raises:
        UnknownRun: no such run.
        PlaybookError: it has ended, or there is no other version.
    """
    handled = _runner(core).migrate(run_id, by or COMMAND_LINE, only_say=only_say)
    said = "\n".join(effect.text for effect in handled.effects if isinstance(effect, Notify))
    return f"{said}\nNothing was changed; add --yes to do it." if only_say else said


def _runner(core: Core) -> PlaybookRunner:
    return PlaybookRunner(
        core.database, core.clock, setting=core.playbook_setting, workspace_id=core.workspace_id
    )
