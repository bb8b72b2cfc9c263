"""What a reader can do, as a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import brief

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.slack.messenger import Speech


@dataclass(frozen=True)
class CommandLine:
    """One command of the help."""

    usage: str
    description: str


def help_speech(name: str, commands: Sequence[CommandLine]) -> Speech:
    """The help: asking first, then the reader's own commands."""
    greeting = f"Hello {brief(name.split(maxsplit=1)[0])}!" if name.strip() else "Hello!"
    opening = (
        f"{greeting} Write me a question in a DM, or mention me in a channel, and I answer with sources."
    )
    lines = "\n".join(f"`{one.usage}`  {brief(one.description, 120)}" for one in commands)
    footnote = "Say `stop check-ins` in our DM and I will only answer, never ask."
    return parts.speech(
        f"{opening}\n{lines}", [parts.section(opening), parts.section(lines or " "), parts.context(footnote)]
    )
