"""An answer, or a refusal, as a message."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import (
    MARKDOWN_LIMIT,
    brief,
    harmless_markdown,
    mrkdwn,
    shortened,
    split_paragraphs,
    web_address,
)
from bot.slack.messenger import Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.models.blocks import Block

FEEDBACK = "answer_feedback"
FEEDBACK_SIMPLE_UP, FEEDBACK_SIMPLE_DOWN = "answer_feedback_up", "answer_feedback_down"
TALK = "talk_to_person"
SOURCE = "open_source"
SOURCES_SHOWN = 4


@dataclass(frozen=True)
class SourceLine:
    """One cited source as the reader sees it."""

    n: int
    citation_id: str
    title: str
    section: str  # the heading path below the title, may be empty
    age: str  # "reviewed 3 days ago", may be empty
    url: str | None  # a web address, or None: opens as a modal


@dataclass(frozen=True)
class AnswerView:
    """Everything that an answer's message shows."""

    answer_id: str
    status: str
    text: str  # Markdown
    sources: tuple[SourceLine, ...] = ()
    closest: tuple[str, ...] = ()  # titles that were nearest, for a refusal
    answered_for: str = ""  # "your plan: Growth"
    introduction: str = ""  # what is stored, who sees it, how to opt out: once per person
    person_name: str = ""  # who "Talk to a person" reaches
    pieces: tuple[str, ...] = field(default=())


def answer_speech(view: AnswerView) -> Speech:
    """The message: text, sources, footer, feedback buttons and the way to a person."""
    body = shortened(harmless_markdown(view.text), MARKDOWN_LIMIT)
    after = _after(view, with_feedback_block=True)
    return Speech(
        text=shortened(mrkdwn(view.text), 3000),
        blocks=[parts.markdown(body), *after],
        simple_blocks=[
            *parts.as_json(
                [parts.section(part) for part in split_paragraphs(shortened(mrkdwn(body), MARKDOWN_LIMIT))]
            ),
            *_after(view, with_feedback_block=False),
        ],
        pieces=_pieces(body),
        blocks_after=after,
    )


def _after(view: AnswerView, *, with_feedback_block: bool) -> list[parts.JsonBlock]:
    blocks: list[parts.JsonBlock] = []
    for source in view.sources[:SOURCES_SHOWN]:
        blocks.extend(parts.as_json([_source_line(source)]))
    footer = _footer(view)
    if footer:
        blocks.extend(parts.as_json([parts.context(*footer)]))
    buttons = [parts.button(_talk_label(view), TALK, view.answer_id)]
    if view.status in {"answered", "partial"}:
        if with_feedback_block:
            blocks.append(_feedback_block(view.answer_id))
        else:
            buttons[:0] = [
                parts.button("Helpful", FEEDBACK_SIMPLE_UP, f"up:{view.answer_id}"),
                parts.button("Not helpful", FEEDBACK_SIMPLE_DOWN, f"down:{view.answer_id}"),
            ]
    blocks.extend(parts.as_json([parts.actions(*buttons)]))
    return blocks


def _source_line(source: SourceLine) -> Block:
    url = web_address(source.url) if source.url else None
    title = brief(source.title, 120)
    title = f"<{url}|{title}>" if url else f"*{title}*"
    details = " · ".join(part for part in (brief(source.section, 200), brief(source.age)) if part)
    label = "Open" if url else "Read"
    return parts.section(
        f"`{source.n}` {title}" + (f"\n{details}" if details else ""),
        accessory=parts.button(label, f"{SOURCE}_{source.n}", source.citation_id, url=url),
    )


def _footer(view: AnswerView) -> list[str]:
    lines = []
    if view.closest:
        lines.append("Closest articles: " + ", ".join(brief(title, 120) for title in view.closest))
    if view.answered_for:
        lines.append(f"For {brief(view.answered_for)}")
    if view.introduction:
        lines.append(view.introduction)
    return lines


def _talk_label(view: AnswerView) -> str:
    return f"Talk to {view.person_name}" if view.person_name else "Talk to a person"


def _feedback_block(answer_id: str) -> parts.JsonBlock:
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": FEEDBACK,
                "positive_button": {
                    "text": {"type": "plain_text", "text": "Helpful"},
                    "value": f"up:{answer_id}",
                    "accessibility_label": "This answer was helpful",
                },
                "negative_button": {
                    "text": {"type": "plain_text", "text": "Not helpful"},
                    "value": f"down:{answer_id}",
                    "accessibility_label": "This answer was not helpful",
                },
            }
        ],
    }


def _pieces(body: str) -> Sequence[str]:
    """The text as it streams: sentence by sentence, a code fence or table whole."""
    if "```" in body or "\n|" in body:
        return re.split(r"(?<=\n\n)", body)
    return [piece for piece in re.split(r"(?<=[.!?:\]])(?=\s)", body) if piece]
