"""A cited passage as a modal: as it was when it was cited, the quoted words marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from slack_sdk.models.blocks import PlainTextObject
from slack_sdk.models.views import View

from bot.blocks import parts
from bot.blocks.text import brief, mrkdwn, quoted, split_paragraphs

if TYPE_CHECKING:
    from slack_sdk.models.blocks import Block

Standing = Literal["current", "edited", "changed", "removed"]
_NOTES: dict[Standing, str] = {
    "current": "",
    "edited": "This article has been edited since the answer was given; what was cited still stands in it.",
    "changed": ":warning: This source has changed since the answer was given. Below is what was cited.",
    "removed": ":warning: This source is no longer in the help centre. Below is what was cited.",
}
NOT_YOURS = "This source is not open to everybody here. Ask your contact person if you need it."
NOT_THERE = "I can no longer find this source. Please ask me again, and I look it up afresh."


@dataclass(frozen=True)
class CitedSource:
    """A passage in the version that was cited."""

    title: str
    heading_path: tuple[str, ...]
    uri: str  # empty: it has no place that would tell anybody anything
    quote: str
    passage: str  # Markdown
    standing: Standing = "current"
    note: str = ""  # who approved it, or when it was reviewed


def source_modal(source: CitedSource) -> dict[str, Any]:
    """The modal."""
    where = " > ".join(brief(part) for part in source.heading_path if part != source.title)
    path = f"`{brief(source.uri, 200)}`" if source.uri else ""
    lines = [line for line in (where, path, brief(source.note)) if line]
    blocks: list[Block] = [parts.header(source.title), parts.context(*lines)]
    if note := _NOTES[source.standing]:
        blocks.append(parts.section(note))
    blocks.append(parts.divider())
    blocks.extend(_passage(source))
    return _modal(blocks)


def notice_modal(text: str) -> dict[str, Any]:
    """The modal when there is nothing to show."""
    return _modal([parts.section(text)])


def _modal(blocks: list[Block]) -> dict[str, Any]:
    view = View(
        type="modal",
        title=PlainTextObject(text="Source"),
        close=PlainTextObject(text="Close"),
        blocks=blocks[:100],
    )
    return view.to_dict()


def _passage(source: CitedSource) -> list[Block]:
    """The passage with the quote set apart by a bar at its left; the quote first where it is not verbatim."""
    quote = source.quote.strip()
    before, found, after = source.passage.partition(quote) if quote else (source.passage, "", "")
    if quote and not found:
        before, found, after = "", quote, source.passage
    return [*_sections(before), *_sections(found, marked=True), *_sections(after)]


def _sections(markdown: str, *, marked: bool = False) -> list[Block]:
    text = quoted(mrkdwn(markdown)) if marked else mrkdwn(markdown)
    return [parts.section(part) for part in split_paragraphs(text) if part.strip()]
