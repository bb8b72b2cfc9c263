"""Menus in modals that are filled while somebody types: accounts that they see, and playbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks.pickers import ACCOUNT, OPTIONS_AT_MOST, PLAYBOOK, account_option, playbook_option
from store import people

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slack_bolt import Ack, App
    from slack_sdk.models.blocks import Option

    from bot.services import Services


def register(app: App, services: Services) -> None:
    """Answer with what fits the letters typed so far; the listener only reads."""

    def accounts(ack: Ack, body: dict[str, Any]) -> None:
        ack(options=_shown(accounts_like(services, body["user"]["id"], body.get("value") or "")))

    def playbooks(ack: Ack, body: dict[str, Any]) -> None:
        ack(options=_shown(playbooks_like(services, body["user"]["id"], body.get("value") or "")))

    app.options(ACCOUNT)(accounts)
    app.options(PLAYBOOK)(playbooks)


def accounts_like(services: Services, user_id: str, typed: str) -> list[Option]:
    """The accounts that a member of staff sees whose name has these letters; names that begin so come first."""
    with services.database.reading() as session:
        person = asking.person_of(session, services, user_id)
        if not person.may_act_as("csm"):
            return []
        seen = people.visible_accounts(session, services.workspace_id, person)
        names = {account.id: account.name for account in seen}
    return [account_option(names[one], one) for one in fitting(names, typed)]


def playbooks_like(services: Services, user_id: str, typed: str) -> list[Option]:
    """The playbooks whose title has these letters."""
    with services.database.reading() as session:
        if not asking.person_of(session, services, user_id).may_act_as("csm"):
            return []
        known = services.runner.definitions_for(session, services.workspace_id)
        titles = {name: definition.playbook.title for name, definition in known.items()}
    return [playbook_option(titles[one], one) for one in fitting(titles, typed)]


def fitting(names: dict[str, str], typed: str) -> list[str]:
    """The keys whose names hold what was typed; those that begin with it first, then by name."""
    wanted = typed.strip().lower()
    found = [key for key, name in names.items() if wanted in name.lower()]
    return sorted(found, key=lambda key: (not names[key].lower().startswith(wanted), names[key].lower()))


def _shown(options: Iterable[Option]) -> list[dict[str, Any]]:
    return [option.to_dict() for option in list(options)[:OPTIONS_AT_MOST]]
