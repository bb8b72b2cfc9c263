"""A draft for the knowledge base, as its editor and its author see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import brief, mrkdwn, quoted, shortened, slack_day, web_address
from bot.slack.messenger import Speech

if TYPE_CHECKING:
    from slack_sdk.models.blocks import Block

    from bot.verifying.answers import Draft

APPROVE, CHANGE, DECLINE = "kb_draft_approve", "kb_draft_change", "kb_draft_decline"
FOR_EDITORS = "Drafts for the knowledge base are read by managers and admins."
YOUR_OWN = "You wrote this one yourself, so somebody else reads it before I answer with it."
CLOSED = "This draft is decided already, thank you."
SHOWN = 2000  # characters of the answer


@dataclass(frozen=True)
class DraftView:
    """Everything that an editor needs to decide."""

    task_id: str
    author: str
    draft: Draft
    readers: str  # a label
    link: str = ""  # to the message that it was taken from
    decision: str = ""  # "Approved by Grace Okafor", once there is one


def draft_speech(view: DraftView) -> Speech:
    """To the editor; the buttons go when it is decided."""
    draft, headline = view.draft, f"{brief(view.author)} suggests an answer for the knowledge base."
    until = f", until {slack_day(draft.expires_on)}" if draft.expires_on else ""
    url = web_address(view.link)
    where = [f"<{url}|The message it comes from>"] if url else []
    blocks: list[Block] = [
        parts.section(f"*{headline}*"),
        parts.section(f"*{brief(draft.question, 300)}*\n{quoted(mrkdwn(shortened(draft.answer, SHOWN)))}"),
        parts.context(" · ".join([f"Readers: {brief(view.readers)}{until}", *where])),
    ]
    if view.decision:
        blocks.append(parts.context(brief(view.decision)))
    else:
        blocks.append(
            parts.actions(
                parts.button("Approve", APPROVE, view.task_id, style="primary"),
                parts.button("Change and approve", CHANGE, view.task_id),
                parts.button("Decline", DECLINE, view.task_id),
            )
        )
    return parts.speech(f"{headline} {brief(draft.question, 300)}", blocks)


def proposed(editor: str, question: str) -> Speech:
    """To the author: somebody reads it."""
    return Speech(
        text=f"Thank you. {brief(editor)} reads “{brief(question, 150)}” before I answer with it; you hear from me."
    )


def no_editor(question: str, answer: str) -> str:
    """To the author where nobody may approve it: what to do, and their words, so that these are not lost."""
    return (
        "Nothing is saved yet: somebody else has to read it before I answer with it, and Slack knows no manager or "
        "admin here. Ask an admin to name one (`/cs admin role @person manager`, or `GUIDEPOST_ADMINS`), then "
        f"add it again. Your words:\n*{brief(question, 300)}*\n{quoted(mrkdwn(shortened(answer, SHOWN)))}"
    )


def approved(editor: str, question: str) -> Speech:
    """To the author: it is knowledge now."""
    return Speech(
        text=f"{brief(editor)} has approved your answer to “{brief(question, 150)}”. I answer with it from now on."
    )


def declined(editor: str, question: str) -> Speech:
    """To the author: it is not used."""
    return Speech(
        text=f"{brief(editor)} has not taken “{brief(question, 150)}” into the knowledge base. Ask them what is missing."
    )
