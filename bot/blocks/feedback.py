"""Why an answer did not help: the modal that asks, and the lines that thank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
)

from bot.blocks import parts
from bot.blocks.text import brief

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech

REASON_MODAL, WHY = "feedback_reason", "answer_feedback_why"
OWNER_SEES = 10
REASON, COMMENT = "reason", "comment"
COMMENT_LIMIT = 3000
REASONS: Mapping[str, str] = {
    "wrong": "It is wrong",
    "outdated": "It is out of date",
    "incomplete": "Something is missing",
    "not_my_question": "It answers another question",
    "other": "Something else",
}
THANKS_UP = "Thank you, good to know that this helped."
THANKS_DOWN = "Thank you, noted. If you still need an answer, press the button that brings you to a person."
THANKS_REASON = "Thank you for telling us why; the people who look after these articles will see it."
GONE = "I can no longer find that answer, so I could not note your rating. Please ask me again."


@dataclass(frozen=True)
class PoorRating:
    """One answer that did not help somebody, as the owner of its source sees it."""

    question: str
    titles: tuple[str, ...]  # of the owner's documents that it cites
    who: str  # "Isla Brennan, Harbour Bakery Group"
    reason: str = ""  # a key of REASONS
    comment: str = ""
    link: str | None = None  # to the answer


def asking_why(answer_id: str) -> Speech:
    """A thumb down by reaction: thanks, and the button to say why."""
    return parts.speech(
        THANKS_DOWN,
        [parts.section(THANKS_DOWN), parts.actions(parts.button("Tell us why", WHY, f"down:{answer_id}"))],
    )


def owner_speech(rated: Sequence[PoorRating]) -> Speech:
    """To who looks after articles: which answers from them did not help, and why where that was said."""
    many = f"{len(rated)} answers" if len(rated) > 1 else "An answer"
    headline = f"{many} from articles that you look after did not help."
    blocks: list[Block] = [parts.section(f"*{headline}*")]
    blocks += [parts.section(_poor_rating(one)) for one in rated[:OWNER_SEES]]
    if len(rated) > OWNER_SEES:
        blocks.append(parts.context(f"… and {len(rated) - OWNER_SEES} more"))
    blocks.append(parts.context("Once an article says it better, the next answer does."))
    return parts.speech(headline, blocks)


def _poor_rating(one: PoorRating) -> str:
    question = brief(one.question, 200)
    asked = f"<{one.link}|{question}>" if one.link else question
    lines = [f":thumbsdown: “{asked}”", f"From {', '.join(brief(title, 100) for title in one.titles)}"]
    why = REASONS.get(one.reason, "")
    said = f"“{brief(one.comment, 400)}”" if one.comment else ""
    lines.append(" · ".join(part for part in (brief(one.who), why, said) if part))
    return "\n".join(lines)


def reason_modal(context: Mapping[str, Any]) -> dict[str, Any]:
    """The modal. `context` comes back with it: which answer, and where it stands."""
    options = [Option(text=PlainTextObject(text=text), value=value) for value, text in REASONS.items()]
    return parts.form(
        REASON_MODAL,
        "What went wrong?",
        "Send",
        context,
        [
            InputBlock(
                block_id=REASON,
                label=PlainTextObject(text="What is the matter with this answer?"),
                element=RadioButtonsElement(action_id=REASON, options=options),
            ),
            InputBlock(
                block_id=COMMENT,
                optional=True,
                label=PlainTextObject(text="What should it have said?"),
                element=PlainTextInputElement(
                    action_id=COMMENT,
                    multiline=True,
                    max_length=COMMENT_LIMIT,
                    placeholder=PlainTextObject(text="In your own words, if you like"),
                ),
            ),
        ],
        close="Not now",
    )
