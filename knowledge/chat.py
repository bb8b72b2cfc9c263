"""The values that are exchanged with a chat model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Message:
    """One message to a chat model."""

    role: Literal["system", "user"]
    text: str


@dataclass(frozen=True)
class Usage:
    """Tokens that a call has cost, as the provider counts them.

    Attributes:
        read: of the messages.
        written: of the answer.
        estimated: the provider did not say; four characters are taken for a token.
    """

    read: int = 0
    written: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.read + other.read, self.written + other.written, self.estimated or other.estimated)


@dataclass(frozen=True)
class Piece:
    """A piece of a streamed answer; what the call has cost comes with one of the last."""

    text: str = ""
    usage: Usage | None = None


def estimated(messages: Sequence[Message], written: str) -> Usage:
    """The usage of a call whose provider does not say."""
    return Usage(-(-sum(len(one.text) for one in messages) // 4), -(-len(written) // 4), estimated=True)
