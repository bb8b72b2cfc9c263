"""A customer wants a person: what that person is told, and what the customer is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject

from bot.blocks import parts
from bot.blocks.text import brief, escaped, harmless, mrkdwn, shortened, slack_moment
from bot.slack.messenger import Speech

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from slack_sdk.models.blocks import Block

TAKE, ANSWER, RESOLVE = "handover_take", "handover_answer", "handover_resolve"
ANSWER_MODAL, WORDS = "handover_answer_modal", "words"
WORDS_LIMIT = 3000
QUOTED = 700  # characters of an answer that are repeated
FOR_STAFF = "These buttons are for the team that looks after this account. Write me your question and I help."
CLOSED = "This one is resolved already, thank you."
GONE = "I can no longer find that request."
NOBODY = (
    "I have noted that you would like to talk to a person, but nobody is set up here whom I could tell. "
    "Please write to your usual contact as well."
)
_OUTCOMES = {
    "answered": "What I answered",
    "partial": "What I answered, in part",
    "clarify": "I asked back",
    "refused": "I found no answer and said so",
    "error": "Something went wrong on my side",
}


@dataclass(frozen=True)
class HandoverView:
    """Everything that the person who takes over needs."""

    task_id: str
    asker: str
    about_asker: str  # "champion at Nordwind", may be empty
    question: str
    words: str = ""  # how they asked for a person, where they wrote it
    status: str = ""  # of the answer, empty where there was none
    answer: str = ""  # Markdown
    sources: tuple[str, ...] = ()
    account: tuple[str, ...] = ()  # mrkdwn lines
    link: str | None = None  # to the thread
    due_at: datetime | None = None
    taken_by: str = ""
    done_by: str = ""
    heard_from: str = ""  # who of ours has written in the thread
    waited: str = ""  # who was told before and has not answered


def handover_speech(view: HandoverView) -> Speech:
    """The message to the person who takes over; its buttons go when it is resolved."""
    whose = f" ({brief(view.about_asker)})" if view.about_asker else ""
    headline = f"*{brief(view.asker)}*{whose} would like to talk to a person."
    blocks: list[Block] = [parts.section(headline), parts.section(_quoted(view.question))]
    if view.waited:
        blocks.append(
            parts.context(f":hourglass: {brief(view.waited)} was told before; they still wait for an answer.")
        )
    if view.words:
        blocks.append(parts.context(f"In their words: {brief(view.words, 300)}"))
    if view.status:
        blocks.append(parts.section(f"*{_OUTCOMES.get(view.status, 'What I said')}*\n{_excerpt(view)}"))
    if view.sources:
        seen = ", ".join(brief(title) for title in view.sources)
        blocks.append(parts.context(f"Sources they saw: {seen}"))
    if view.account:
        blocks.append(parts.section("\n".join(view.account)))
    blocks.append(parts.context(_footer(view)))
    if not view.done_by:
        blocks.append(_buttons(view))
    return parts.speech(f"{headline}\n{_quoted(view.question)}", blocks)


def passed_on(name: str, due_at: datetime, *, working: bool) -> Speech:
    """What the customer is told. `working`: whether it is office hours for that person."""
    person = brief(name)
    if working:
        return Speech(
            text=f"I have passed this on to {person}, who will come back to you here by {slack_moment(due_at)}."
        )
    return Speech(
        text=f"I have passed this on to {person}. It is outside {brief(name.split(maxsplit=1)[0])}'s working hours now, "
        f"so please expect an answer here by {slack_moment(due_at)}."
    )


def already_passed_on(name: str) -> Speech:
    """The customer pressed again."""
    whom = brief(name) or "the team"
    return Speech(text=f"I have passed this on already; {whom} will come back to you.")


def looking(name: str) -> Speech:
    """Somebody has taken it."""
    return Speech(text=f"{brief(name)} is looking into this now.")


def still_waiting(name: str) -> Speech:
    """Nobody has answered in time, and one further up has been told."""
    return Speech(
        text=f"I am sorry that nobody has come back to you here yet. I have now told {brief(name)}, too."
    )


def reply_speech(name: str, words: str, asker_id: str | None) -> Speech:
    """A person's own words, said by us in their name."""
    to = f"<@{asker_id}> " if asker_id else ""
    text = harmless(words)
    blocks = [parts.section(f"{to}{text}"), parts.context(f"Written by *{brief(name)}*, sent by Guidepost")]
    return parts.speech(f"{to}{brief(name)}: {text}", blocks)


def answer_modal(question: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """Where a person writes what the customer gets."""
    return parts.form(
        ANSWER_MODAL,
        "Answer the customer",
        "Send",
        context,
        [
            parts.section(_quoted(question)),
            InputBlock(
                block_id=WORDS,
                label=PlainTextObject(text="Your answer"),
                hint=PlainTextObject(text="I post it in their thread under your name."),
                element=PlainTextInputElement(action_id=WORDS, multiline=True, max_length=WORDS_LIMIT),
            ),
        ],
    )


def _quoted(question: str) -> str:
    return "\n".join(f"> {line}" for line in escaped(shortened(question, QUOTED)).splitlines() or ["…"])


def _excerpt(view: HandoverView) -> str:
    return shortened(mrkdwn(shortened(view.answer, QUOTED)), QUOTED + 200)


def _footer(view: HandoverView) -> str:
    said = [f"<{view.link}|Open the thread>" if view.link else ""]
    if view.done_by:
        said.append(f":white_check_mark: Resolved by {brief(view.done_by)}")
    elif view.heard_from:
        said.append(f"{brief(view.heard_from)} has written in the thread; *Resolve* when it is settled")
    elif view.taken_by:
        said.append(f"{brief(view.taken_by)} is on it")
    if view.due_at and not (view.done_by or view.heard_from):
        said.append(f"I told them they hear from you by {slack_moment(view.due_at)}")
    return " · ".join(part for part in said if part) or "No thread to link to"


def _buttons(view: HandoverView) -> Block:
    take = [] if view.taken_by else [parts.button("I'll take it", TAKE, view.task_id, style="primary")]
    return parts.actions(
        *take,
        parts.button("Answer as Guidepost", ANSWER, view.task_id),
        parts.button("Resolve", RESOLVE, view.task_id),
    )
