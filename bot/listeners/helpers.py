"""Who of our own team can be told about an account, nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import asking, speaking
from store import people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from bot.services import Services
    from store.tables import Account, OutboxMessage


@dataclass(frozen=True)
class Helper:
    """Somebody of our own who can be told."""

    slack_user_id: str
    name: str
    email: str | None
    timezone: str


def helpers_for(services: Services, account: Account | None) -> list[Helper]:
    """Who can be told about an account, nearest first: CSM, managers, admins; those whom Slack knows."""
    with services.database.reading() as session:
        ladder = people.ladder(session, services.workspace_id, account, services.clock.now().date())
    found = [
        Helper(slack_id, one.name, one.email, one.timezone)
        for one in ladder
        if (slack_id := one.slack_user_id or services.directory.find(one.email))
    ]
    return found or _first_admins(services)


def _first_admins(services: Services) -> list[Helper]:
    """The admins of the settings, who need not be in the staff table."""
    ids = [name if "@" not in name else services.directory.find(name) for name in services.settings.admins]
    helpers = []
    for slack_id in sorted(filter(None, ids)):
        services.directory.meet(slack_id)
        with services.database.reading() as session:
            person = asking.person_of(session, services, slack_id)
        helpers.append(Helper(slack_id, person.name, person.email, person.timezone))
    return helpers


def card_to_first(
    session: Session,
    services: Services,
    view: str,
    *,
    key: str,
    task_id: str,
    helpers: Sequence[str],
    instead_of: str = "",
) -> None:
    """Send the card of a task to the first of these people; the others are next where Slack refuses.

    Args:
        session: of the transaction that decides it.
        services: the bot's parts.
        view: what renders the card.
        key: of the card; each person has one below it.
        task_id: what it is about.
        helpers: Slack ids, nearest first; at least one.
        instead_of: who could not be told, where somebody was asked before.
    """
    speaking.send(
        session,
        services,
        view,
        key=f"{key}:{task_id}:{helpers[0]}",
        kind="dm",
        slack_user_id=helpers[0],
        task_id=task_id,
        next=helpers[1:],
        instead_of=instead_of,
    )


def left_to_tell(message: OutboxMessage) -> list[str]:
    """Who is next where a card could not be delivered; nobody where it was no card of somebody's own."""
    return list(message.payload.get("next") or ()) if message.kind == "dm" else []
