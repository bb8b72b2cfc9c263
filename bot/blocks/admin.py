"""How far an installation is set up, and who has which role, as messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.home import setup_row
from bot.blocks.text import brief
from bot.slack.messenger import Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.blocks.home import SetupLine
    from store.tables import StaffMember

LISTED = 40
WHAT = {
    "csm": "looks after accounts",
    "manager": "sees the accounts of the teams they manage",
    "admin": "sees everything and gives roles",
    "end_user": "is not of the team",
}


def setup_speech(lines: Sequence[SetupLine], how: str) -> Speech:
    """Everything that is needed, each with its remedy where it is missing."""
    missing = sum(not line.ok for line in lines)
    title = (
        "Everything is set up." if not missing else f"{missing} of {len(lines)} things want your attention."
    )
    body = "\n".join(setup_row(line) for line in lines)
    return parts.speech(
        f"{title}\n{body}",
        [parts.section(f"*{title}*\n{body}"), parts.context(f"Roles: `/cs admin roles`. {how}")],
    )


def roles_speech(members: Sequence[StaffMember], how: str) -> Speech:
    """Who of the team has which role."""
    if not members:
        return Speech(text=f"Nobody has a role yet but the admins of the settings. {how}")
    lines = [f"{brief(one.name or one.email)} · {one.role or 'csm'}" for one in members[:LISTED]]
    more = [f"… and {len(members) - LISTED} more"] if len(members) > LISTED else []
    body = "\n".join([*lines, *more])
    return parts.speech(f"Roles\n{body}", [parts.section(f"*Roles*\n{body}"), parts.context(how)])


def role_given(name: str, given: str, before: str, after: str) -> Speech:
    """What somebody may do from now on."""
    if given not in {"none", after}:  # the settings name them as an admin
        return Speech(text=f"{brief(name)} stays {after}: the settings say so (GUIDEPOST_ADMINS).")
    if before == after:
        return Speech(text=f"{brief(name)} {WHAT[after]} already; nothing was changed.")
    return Speech(text=f"Done: {brief(name)} {WHAT[after]} from now on.")
