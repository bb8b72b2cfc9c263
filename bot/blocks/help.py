"""What a reader can do, as a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import brief, split_paragraphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.slack.messenger import Speech


@dataclass(frozen=True)
class CommandLine:
    """One command of the help."""

    usage: str
    description: str
    example: str = ""


def help_speech(name: str, commands: Sequence[CommandLine]) -> Speech:
    """The help: asking first, then the reader's own commands."""
    greeting = f"Hello {brief(name.split(maxsplit=1)[0])}!" if name.strip() else "Hello!"
    opening = (
        f"{greeting} Write me a question in a DM, or mention me in a channel, and I answer with sources."
    )
    lines = "\n\n".join(_line(one) for one in commands)
    footnote = (
        "Only you see what a command answers; with `--share` the channel does, where that is fit for it. "
        "Say `stop check-ins` in our DM and I will only answer, never ask."
    )
    return parts.speech(
        f"{opening}\n{lines}",
        [
            parts.section(opening),
            *map(parts.section, split_paragraphs(lines or " ")),
            parts.context(footnote),
        ],
    )


def _line(one: CommandLine) -> str:
    example = f"\n↳ `{one.example}`" if one.example else ""
    return f"`{one.usage}`  {brief(one.description, 120)}{example}"
