"""Approvals in App Home: the same decisions as on the cards, and the page as it is afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.blocks import playbook as cards
from bot.blocks.approvals import APPROVE, SEND, SKIP, ApprovalItem
from bot.listeners.playbooks import carry_out_decision
from bot.slack.incoming import parse_action
from bot.slack.once import remember
from store.tables import accounts, playbooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from bot.work import Handler
    from store.tables import InboundEvent

DECIDED = "home_decided"
AS_ON_CARDS = {APPROVE: cards.APPROVE, SEND: cards.SEND_NOW, SKIP: cards.SKIP}


def register(app: App, services: Services) -> None:
    """Listen to the buttons."""

    def pressed(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        press = parse_action(body, action)
        remember(services, DECIDED, press.event_key, press.to_payload())
        ack()

    for action_id in AS_ON_CARDS:
        app.action(action_id)(pressed)


def waiting(session: Session, services: Services, names: Mapping[str, str]) -> tuple[ApprovalItem, ...]:
    """What waits at these accounts (names by id), the one that goes out first at the top."""
    found = playbooks.steps_that_wait(session, services.workspace_id, names)
    people = {
        one.id: one.name for account_id in {run.account_id for _, run in found}
        for one in accounts.contacts_of(session, account_id)
    }  # fmt: skip
    return tuple(
        ApprovalItem(
            run_id=run.id,
            step=step.key,
            account=names[run.account_id],
            title=step.title,
            reader=people.get(step.contact_id or "", "somebody"),
            text=step.text or "",
            send_at=step.due_at,
            needs_word=step.state == "awaiting_approval",
        )
        for step, run in found
    )


def carrying_out(show_again: Callable[[Services, str], None]) -> Handler:
    """The handler of the buttons; `show_again` publishes a person's page."""

    def carry_out(services: Services, event: InboundEvent) -> None:
        carry_out_decision(services, event, AS_ON_CARDS[event.payload["action_id"]])
        show_again(services, event.payload["user_id"])

    return carry_out
