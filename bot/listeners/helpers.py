"""Who of our own team can be told about an account, nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot import asking
from store import people

if TYPE_CHECKING:
    from bot.services import Services
    from store.tables import Account


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
