"""The week's sample of answers, and the form in which one is reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    InputBlock,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)

from bot.blocks import parts
from bot.blocks.text import brief, escaped, shortened, slack_day
from store.tables.reviews import CRITERIA, HUMAN, MARKS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from store.insights.qa import Agreement, CriterionResult, QaResults

REVIEW, MODAL, NOTE, FIX = "qa_review", "qa_modal", "note", "fix"
NOTE_LIMIT = 1000
FEWEST = 5  # marks under which there is no rate
GONE = "I can no longer find that answer. Ask for the sample again: `/cs qa sample`."
NOT_YOURS = "That answer is not yours to review."
CHOOSE = "Choose one."
_ASKS = {
    "correct": "Is it correct?",
    "complete": "Is it complete?",
    "clear": "Is it clear?",
    "tone": "Is the tone right?",
    "source": "Does its source say it?",
}
_MARKS = {"yes": "Yes", "partly": "Partly", "no": "No", "n/a": "Does not apply"}
FIXES = {"no": "Nobody has to change it", "yes": "Its owner is to fix it"}


@dataclass(frozen=True)
class SampleLine:
    """One answer of the sample, as a reviewer sees it in the list."""

    sampled_id: str
    kind: str
    account: str
    text: str
    reviews: int
    mine: bool  # whether the reader has reviewed it
    link: str | None = None


def sample_speech(lines: Sequence[SampleLine], found: QaResults) -> Speech:
    """The sample with a button each, and what was said of it so far."""
    title = f"*Quality of answers, week of {slack_day(found.week)}*"
    if not lines:
        text = f"{title}\nNobody answered anything that you see in that week, so there is nothing to review."
        return parts.speech(text, [parts.section(text)])
    head = [title, f"{len(lines)} to review · {found.reviewed} reviewed, {found.twice} by two or more"]
    head += result_lines(found)
    blocks: list[Block] = [parts.section("\n".join(head))]
    for n, line in enumerate(lines, start=1):
        label = "Review again" if line.mine else "Review"
        blocks.append(parts.section(_line(n, line), accessory=parts.button(label, REVIEW, line.sampled_id)))
    blocks.append(
        parts.context("The same rubric for the bot and for people. Your own answers are left to others.")
    )
    return parts.speech("\n".join([*head, *(_line(n, one) for n, one in enumerate(lines, start=1))]), blocks)


def _line(n: int, line: SampleLine) -> str:
    who = "👤 Person" if line.kind == HUMAN else "🤖 Bot"
    words = brief(line.text, 140)
    shown = f"<{line.link}|{words}>" if line.link else words
    many = f"{line.reviews} review{'s' if line.reviews != 1 else ''}" if line.reviews else "not reviewed"
    return f"{n}. {who} · {brief(line.account) or 'no account'} · {shown} · _{many}_"


def result_lines(found: QaResults) -> list[str]:
    """What was said so far; under five marks no rate, under thirty with its interval."""
    lines = [_result(one) for one in found.criteria if one.yes.n]
    return [*lines, _agreement(found.agreement)] if lines else []


def _result(one: CriterionResult) -> str:
    yes, n = int(one.yes.numerator or 0), one.yes.n
    counted = f"{yes} of {n} yes"
    if n < FEWEST or one.yes.interval is None or one.yes.value is None:
        return f"{one.criterion.capitalize()}: {counted}"
    low, high = one.yes.interval
    likely = f", likely {low:.0%}-{high:.0%}" if n < 30 else ""
    return f"{one.criterion.capitalize()}: {one.yes.value:.0%} ({counted}{likely})"


def _agreement(found: Agreement) -> str:
    if not found.n:
        return "Agreement: nobody has reviewed the same answer as somebody else yet"
    if found.kappa is None:
        return f"Agreement: too few marks by two reviewers to tell (n={found.n})"
    return f"Agreement: Cohen's κ {found.kappa:.2f} (n={found.n})"


def review_modal(
    question: str,
    answer: str,
    context: Mapping[str, Any],
    *,
    marks: Mapping[str, str],
    with_source: bool,
) -> dict[str, Any]:
    """The rubric for one answer; `marks` are what the reviewer said before."""
    asked = [parts.section(f"*Asked:* {brief(question, 600)}")] if question else []
    blocks: list[Block] = [*asked, parts.section(f"*Answered:*\n{escaped(shortened(answer, 2000))}")]
    for criterion in CRITERIA:
        options = [parts.option(_MARKS[mark], mark) for mark in MARKS]
        chosen = next((one for one in options if one.value == marks.get(criterion)), None)
        blocks.append(
            InputBlock(
                block_id=criterion,
                label=PlainTextObject(text=_ASKS[criterion]),
                element=StaticSelectElement(action_id=criterion, options=options, initial_option=chosen),
            )
        )
    blocks.append(
        InputBlock(
            block_id=NOTE,
            optional=True,
            label=PlainTextObject(text="A note for who answered"),
            hint=PlainTextObject(
                text="A person gets it as a direct message from you; say what to do next time."
            ),
            element=PlainTextInputElement(action_id=NOTE, multiline=True, max_length=NOTE_LIMIT),
        )
    )
    if with_source:
        options = [parts.option(text, value) for value, text in FIXES.items()]
        blocks.append(
            InputBlock(
                block_id=FIX,
                label=PlainTextObject(text="And the article that it cites?"),
                element=StaticSelectElement(action_id=FIX, options=options, initial_option=options[0]),
            )
        )
    return parts.form(MODAL, "Review an answer", "Note it", context, blocks)


def problems(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the form, by block; empty if nothing is."""
    return {criterion: CHOOSE for criterion in CRITERIA if values.get(criterion) not in MARKS}


def coaching_text(reviewer: str, answer: str, note: str) -> str:
    """To who answered."""
    return f":memo: {brief(reviewer)} reviewed an answer of yours:\n> {brief(answer, 300)}\n{brief(note, NOTE_LIMIT)}"
