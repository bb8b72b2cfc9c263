"""An answer, or a refusal, as a message."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import (
    MARKDOWN_LIMIT,
    brief,
    harmless_markdown,
    mrkdwn,
    quoted,
    shortened,
    split_paragraphs,
    web_address,
)
from bot.slack.messenger import Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.models.blocks import Block

    from bot.blocks.source import Standing

FEEDBACK = "answer_feedback"
FEEDBACK_SIMPLE_UP, FEEDBACK_SIMPLE_DOWN = "answer_feedback_up", "answer_feedback_down"
TALK = "talk_to_person"
SOURCE = "open_source"
SHARE = "share_answer"
READING = "answer_reading"
SOURCES_SHOWN = 4
READINGS_SHOWN = 4
_STANDINGS: dict[Standing, str] = {
    "current": "",
    "edited": "edited since, what is cited still stands",
    "changed": ":warning: changed since this answer",
    "removed": ":warning: no longer in the help centre",
}


@dataclass(frozen=True)
class SourceLine:
    """One cited source as the reader sees it."""

    n: int
    citation_id: str
    title: str
    section: str  # the heading path below the title, may be empty
    age: str  # "reviewed 3 days ago", may be empty
    url: str | None  # a web address, or None: opens as a modal
    standing: Standing = "current"  # what became of the passage since


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
    readings: tuple[str, ...] = ()  # what the question may mean, each a question
    asked: str = ""  # the question, where nobody wrote it: a reading that was chosen
    shareable: bool = False  # its asker alone sees it
    shared_by: str = ""


def answer_speech(view: AnswerView) -> Speech:
    """The message: text, sources, footer, feedback buttons and the way to a person."""
    asked = f"{quoted(harmless_markdown(shortened(view.asked, 300)))}\n\n" if view.asked else ""
    body = shortened(asked + harmless_markdown(view.text), MARKDOWN_LIMIT)
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
    blocks: list[parts.JsonBlock] = parts.as_json(_readings(view))
    for source in view.sources[:SOURCES_SHOWN]:
        blocks.extend(parts.as_json([_source_line(source)]))
    footer = _footer(view)
    if footer:
        blocks.extend(parts.as_json([parts.context(*footer)]))
    buttons = [parts.button(_talk_label(view), TALK, view.answer_id)]
    if view.shareable:
        buttons.append(parts.button("Share with channel", SHARE, view.answer_id))
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


def _readings(view: AnswerView) -> list[Block]:
    """What the question may mean, a button each; the words in full above, since buttons cut them."""
    shown = view.readings[:READINGS_SHOWN]
    if not shown:
        return []
    lines = "\n".join(f"*{n}*  {brief(reading, 300)}" for n, reading in enumerate(shown, start=1))
    buttons = [
        parts.button(f"{n}  {reading}", f"{READING}_{n}", f"{view.answer_id}:{n}")
        for n, reading in enumerate(shown, start=1)
    ]
    return [parts.section(lines), parts.actions(*buttons)]


def _source_line(source: SourceLine) -> Block:
    url = web_address(source.url) if source.url else None
    title = brief(source.title, 120)
    title = f"<{url}|{title}>" if url else f"*{title}*"
    known = (brief(source.section, 200), brief(source.age), _STANDINGS[source.standing])
    details = " · ".join(part for part in known if part)
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
        lines.append(f"Answered for {brief(view.answered_for)}")
    if view.shared_by:
        lines.append(f"Shared by {brief(view.shared_by)}")
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
