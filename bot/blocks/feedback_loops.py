"""What customers told us, found again, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    InputBlock,
    PlainTextInputElement,
    PlainTextObject,
    StaticMultiSelectElement,
)

from bot.blocks import parts
from bot.blocks.text import brief, slack_date
from store.redacting import redacted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from store.insights.told_us import Said
    from store.tables import FeedbackLoop, LoopItem

    Link = Callable[[str | None, str | None], str | None]

OPEN, PLAN, DECLINE, SHIP = "told_us_open", "told_us_plan", "told_us_decline", "told_us_ship"
DECIDE_MODAL, SHIP_MODAL = "told_us_decide_modal", "told_us_ship_modal"
REASON, WORDS, ALSO = "reason", "words", "also"
SHOWN, LINKED, ALSO_AT_MOST = 10, 5, 20
REASON_LIMIT, WORDS_LIMIT = 300, 600
NOTHING = "Nobody said that: I found no feedback with these words or near them. Try others, or `/cs feedback` for what is planned."
NOT_YOURS = "That is feedback of an account that you do not see."
SETTLED = "That was settled meanwhile. Open it again to see how it stands."
NO_REASON = "Say why, in a sentence."
NO_WORDS = "Say what there is now, as they are told."
_KINDS = {
    "answer_rating": "rating",
    "playbook_answer": "check-in",
    "remark": "remark",
    "churn": "why they left",
}
_STATES = {
    "asked": "asked, nobody has decided",
    "planned": "planned",
    "declined": "declined",
    "shipped": "shipped, people are being told",
    "told": "shipped, people were told",
}
_THUMBS = {1: "👍 ", -1: "👎 "}


@dataclass(frozen=True)
class LoopView:
    """One piece of feedback with what became of it.

    Attributes:
        said: the piece.
        loop: the decision, if there is one.
        items: all that the decision is about, with who was told.
        url: of the message.
    """

    said: Said
    loop: FeedbackLoop | None = None
    items: tuple[LoopItem, ...] = ()
    url: str | None = None


def found_speech(words: str, found: Sequence[Said], link: Link) -> Speech:
    """What was found: one line and one button each."""
    if not found:
        return parts.speech(NOTHING, [parts.section(NOTHING)])
    head = f"*{len(found)} {'piece' if len(found) == 1 else 'pieces'} of feedback about “{brief(words, 80)}”*"
    blocks: list[Block] = [parts.section(head)]
    for n, one in enumerate(found[:SHOWN]):
        url = link(one.channel_id, one.message_ts) if n < LINKED else None
        blocks.append(_row(one, url))
    if len(found) > SHOWN:
        blocks.append(parts.context(f"… and {len(found) - SHOWN} more"))
    lines = "\n".join(f"• {_said(one.text, 150)}" for one in found[:SHOWN])
    return parts.speech(f"{head}\n{lines}", blocks)


def planned_speech(found: Sequence[tuple[FeedbackLoop, str]], usage: str) -> Speech:
    """What is planned: each with the piece by which it is opened."""
    if not found:
        text = f"Nothing is planned yet. {usage}"
        return parts.speech(text, [parts.section(text)])
    blocks: list[Block] = [parts.section("*Planned, and not there yet*")]
    for loop, feedback_id in found[:SHOWN]:
        text = (
            f"“{_said(loop.title, 160)}”\nplanned {slack_date(loop.decided_at)} · {brief(loop.reason, 160)}"
        )
        blocks.append(parts.section(text, accessory=parts.button("Open", OPEN, feedback_id)))
    blocks.append(parts.context(usage))
    lines = "\n".join(f"• {_said(loop.title, 150)}" for loop, _ in found[:SHOWN])
    return parts.speech(f"Planned, and not there yet\n{lines}", blocks)


def _row(one: Said, url: str | None) -> Block:
    words = f"“{_said(one.text, 240)}”"
    about = [
        brief(one.account or "no account"),
        _KINDS.get(one.kind, one.kind),
        slack_date(one.at),
        _STATES[one.state],
    ]
    text = f"{_THUMBS.get(one.rating or 0, '')}{f'<{url}|{words}>' if url else words}\n{' · '.join(about)}"
    if one.kind == "churn":
        return parts.section(text)
    return parts.section(text, accessory=parts.button("Open", OPEN, one.id))


def loop_speech(view: LoopView) -> Speech:
    """One piece, what was decided, and who has been told."""
    one, loop = view.said, view.loop
    head = f"{_THUMBS.get(one.rating or 0, '')}“{_said(one.text, 600)}”"
    about = [
        brief(one.account or "no account"),
        _KINDS.get(one.kind, one.kind),
        slack_date(one.at),
        f"*{_STATES[one.state]}*",
    ]
    lines = [head, " · ".join(about)]
    if one.about:
        lines.append(f"To: “{_said(one.about, 200)}”")
    if view.url:
        lines.append(f"<{view.url}|Where it was said>")
    if loop is not None:
        lines.append(f"{brief(loop.reason, REASON_LIMIT)} ({_count(len(view.items), 'piece')} of feedback)")
        lines += _told(view.items) if loop.state in {"shipped", "told"} else []
    text = "\n".join(lines)
    blocks: list[Block] = [parts.section(text)]
    buttons = [_BUTTONS[name](one.id) for name in _NEXT[one.state]]
    if buttons:
        blocks.append(parts.actions(*buttons))
    return parts.speech(text, blocks)


_BUTTONS: Mapping[str, Callable[[str], Any]] = {
    "plan": lambda id_: parts.button("Plan…", PLAN, id_, style="primary"),
    "ship": lambda id_: parts.button("It is there now…", SHIP, id_, style="primary"),
    "decline": lambda id_: parts.button("Decline…", DECLINE, id_),
}
_NEXT = {
    "asked": ("plan", "decline"), "planned": ("ship", "decline"), "declined": ("plan",), "shipped": (), "told": (),
}  # fmt: skip


def _told(items: Sequence[LoopItem]) -> list[str]:
    told = {one.slack_user_id for one in items if one.told_at}
    waiting = {one.slack_user_id for one in items if not one.told_at and not one.untold}
    lines = [
        f"Told: {_count(len(told), 'person', 'people')}"
        + (f", {len(waiting)} will be in their office hours" if waiting else "")
    ]
    return lines + [f"Not told: <@{one.slack_user_id}>, {brief(one.untold)}" for one in items if one.untold]


def decide_modal(
    context: Mapping[str, Any], said: Said, alike: Sequence[Said], *, planned: bool
) -> dict[str, Any]:
    """Planned or declined: why, and what else it is about."""
    reason = InputBlock(
        block_id=REASON,
        label=PlainTextObject(text="Why, and by when" if planned else "Why not"),
        hint=PlainTextObject(text="A sentence that a customer may read."),
        element=PlainTextInputElement(action_id=REASON, max_length=REASON_LIMIT),
    )
    blocks: list[Block] = [parts.section(f"“{_said(said.text, 300)}”"), reason]
    if alike:
        options = [
            parts.option(f"{one.account or 'no account'}: {redacted(one.text)}", one.id)
            for one in alike[:ALSO_AT_MOST]
        ]
        menu = StaticMultiSelectElement(
            action_id=ALSO, options=options, placeholder=PlainTextObject(text="Others who said so")
        )
        blocks.append(
            InputBlock(block_id=ALSO, label=PlainTextObject(text="Also about"), element=menu, optional=True)
        )
    return parts.form(DECIDE_MODAL, "Plan it" if planned else "Decline it", "Decide", context, blocks)


def ship_modal(context: Mapping[str, Any], loop: FeedbackLoop, people: int) -> dict[str, Any]:
    """It is there: what they are told."""
    words = InputBlock(
        block_id=WORDS,
        label=PlainTextObject(text="What there is now, as they are told"),
        hint=PlainTextObject(
            text=f"{_count(people, 'person', 'people')} who asked hear it once, in their office hours."
        ),
        element=PlainTextInputElement(action_id=WORDS, multiline=True, max_length=WORDS_LIMIT),
    )
    return parts.form(
        SHIP_MODAL,
        "It is there now",
        "Tell them",
        context,
        [parts.section(f"“{_said(loop.title, 300)}”"), words],
    )


def _said(text: str, limit: int) -> str:
    return brief(redacted(text), limit)


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"
