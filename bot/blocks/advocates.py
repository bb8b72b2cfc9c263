"""What an account's people agreed to, and who elsewhere may be asked to talk to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import brief, slack_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech

SCOPES = {
    "with_name": "with their name",
    "without_name": "without their name",
    "once_a_quarter": "once a quarter",
}
PURPOSES = {
    "quote": "Quote",
    "reference": "Talk with a peer",
    "case_study": "Case study",
    "community": "User group",
}
HINT = (
    "Once it was used: `/cs advocates @{name} used 1 Our spring newsletter` tells them · an introduction: "
    "`/cs advocates @{name} refer ADDRESS by FIRST NAME` keeps a fingerprint of the address only"
)


@dataclass(frozen=True)
class Given:
    """One consent that holds."""

    number: int
    who: str
    purpose: str
    scope: str
    text: str
    expires_on: date
    uses: int


@dataclass(frozen=True)
class Peer:
    """Somebody of another account who agreed to talk to customers like this one."""

    who: str
    account: str
    segment: str
    about: str
    csm: str
    rested: bool  # nobody asked them in the last quarter


def advocates_speech(
    name: str, given: Sequence[Given], peers: Sequence[Peer], introduced: int, note: str = ""
) -> Speech:
    """What the account's own people agreed to, and whom they could be put in touch with.

    Args:
        name: the account's.
        given: consents of its people that hold now.
        peers: people elsewhere who agreed to be asked, the fitting ones first.
        introduced: how many people they introduced.
        note: what has just happened, may be empty.
    """
    own = [_given(one) for one in given] or [f"Nobody at {brief(name)} has agreed to anything."]
    others = [_peer(one) for one in peers] or ["Nobody elsewhere has agreed to talk to customers."]
    came = (
        [f"They introduced {introduced} {'person' if introduced == 1 else 'people'}."] if introduced else []
    )
    blocks: list[Block] = [parts.section(f"*Advocates at {brief(name)}*  {note}".strip())]
    blocks += [parts.section(line) for line in [*own[:20], *came]]
    blocks += [
        parts.section(f"*Whom {brief(name)} could talk to*"),
        *(parts.section(line) for line in others[:5]),
    ]
    blocks.append(parts.context(HINT.format(name=brief(name))))
    return parts.speech(
        "\n".join([f"Advocates at {brief(name)}", note, *own, *came, *others]).strip(), blocks
    )


def _given(one: Given) -> str:
    scope = SCOPES.get(one.scope, "")
    what = ", ".join(part for part in (PURPOSES.get(one.purpose, one.purpose), scope) if part)
    used = "not used yet" if not one.uses else "used once" if one.uses == 1 else f"used {one.uses} times"
    return (
        f"*{one.number}.* {what} · {brief(one.who)} · until {slack_day(one.expires_on)} · {used}\n"
        f"“{brief(one.text, 400)}”"
    )


def _peer(one: Peer) -> str:
    state = "" if one.rested else " · _had a talk this quarter: not before the next_"
    return f"{brief(one.who)}, {brief(one.account)} ({one.segment}) · ask {brief(one.csm)} first{state}\n{brief(one.about, 300)}"
