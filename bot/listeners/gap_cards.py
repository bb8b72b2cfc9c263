"""One gap as a member of staff may see it: its card, its readers, the threads where it was solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import asking, gap_drafts
from bot.blocks import gaps as blocks
from bot.blocks.verified import readers
from bot.slack.messenger import Posted
from store import people
from store.insights.gaps import gap_seen
from store.insights.scope import WHOLE_WORKSPACE
from store.insights.values import Scope
from store.tables import gaps

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.messenger import Speech
    from store.insights.gaps import Gap


def seen(session: Session, services: Services, user_id: str, gap_id: str) -> Gap | None:
    """A gap with what a member of staff may see of it."""
    return gap_seen(session, services.workspace_id, gap_id, reach(session, services, user_id))


def reach(session: Session, services: Services, user_id: str) -> Scope:
    """What somebody may open and decide on: staff what they see, an admin everything, others nothing."""
    person = asking.person_of(session, services, user_id)
    if person.may_act_as("admin"):
        return WHOLE_WORKSPACE
    if not person.may_act_as("csm"):
        return Scope("nothing", frozenset())
    return Scope("what you see", people.visible_account_ids(session, services.workspace_id, person))


def card(session: Session, services: Services, gap: Gap) -> Speech:
    """A gap with what can be done about it."""
    row = gaps.find_gap(session, services.workspace_id, gap.id)
    words = row.draft if row else {}
    solved = gap_drafts.solved_in(session, services, gap)
    return blocks.gap_speech(
        blocks.GapView(
            gap=gap,
            owner=name(session, services, gap.owner_email) if gap.owner_email else "",
            solved=tuple((one.by, link(services, one.asked.channel_id, one.asked.ts)) for one in solved),
            draft=words.get("answer") if words else None,
            written=bool(words.get("written")),
        ),
        lambda channel, ts: link(services, channel, ts),
    )


def solved_link(session: Session, services: Services, gap: Gap) -> str | None:
    """Where it was solved last."""
    solved = gap_drafts.solved_in(session, services, gap)
    return link(services, solved[0].asked.channel_id, solved[0].asked.ts) if solved else None


def link(services: Services, channel_id: str | None, ts: str | None) -> str | None:
    """The address of a message; None for what is none, as a question by command."""
    if not channel_id or not ts or ":" in ts:
        return None
    return services.messenger.permalink(Posted(channel_id, ts))


def name(session: Session, services: Services, email: str) -> str:
    """Who has that address; the address itself where nobody on the staff has it."""
    member = people.staff_of(session, services.workspace_id, email)
    return member.name if member else email


def choices(gap: Gap) -> dict[str, str]:
    """Who may be chosen as readers: of one account alone, its people too."""
    asked = {one.account_id: one.account for one in gap.asked if one.account_id}
    (account_id, name) = next(iter(asked.items())) if len(asked) == 1 else (None, None)
    return readers(account_id, name or "")


def usual(choices: dict[str, str], gap: Gap) -> str:
    """The narrowest readers whom all askers belong to."""
    narrowest = next(iter(choices))
    return narrowest if narrowest.startswith("account:") or not gap.accounts else "customer"
