"""The card that asks a CSM whether a message is a complaint, or praise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import brief
from store.tables import proposals

if TYPE_CHECKING:
    from bot.slack.messenger import Speech
    from store.tables import Proposal

YES, NO = "voice_yes", "voice_no"
NOTHING = "All right, nothing is noted."
NOTED_BEFORE = "That message is noted as feedback already."
SETTLED = {
    proposals.CONFIRMED: "That is noted already.",
    proposals.DECLINED: "That was settled already: nothing is noted.",
}
_ASKS = {
    proposals.COMPLAINT: (":speech_balloon:", "That reads like a complaint. Is it one?", "It is a complaint"),
    proposals.PRAISE: (":tada:", "That reads like praise. Is it?", "It is praise"),
}


def proposal_speech(proposal: Proposal, who: str, account: str, link: str | None) -> Speech:
    """What a customer wrote, and the question; it counts for nothing before it is answered."""
    picture, asks, yes = _ASKS[proposal.kind]
    wrote = f"<{link}|wrote>" if link else "wrote"
    text = f"{picture} *{brief(who)}* of *{brief(account)}* {wrote}:\n> {brief(proposal.text, 500)}"
    asks = f"{asks} As feedback it counts in the digest; until you say so it counts for nothing."
    buttons = parts.actions(
        parts.button(yes, YES, proposal.id, style="primary"), parts.button("It is not", NO, proposal.id)
    )
    return parts.speech(f"{text}\n{asks}", [parts.section(text), parts.section(asks), buttons])


def noted_text(kind: str, account: str) -> str:
    """It is feedback from now on."""
    return f":white_check_mark: Noted as {kind} of {brief(account)}."
