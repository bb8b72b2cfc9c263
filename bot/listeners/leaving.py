"""Words of somebody who is leaving: the account is looked at now and not tomorrow, and its CSM hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.watching import Watch
from playbooks.signals import sounds_like_leaving
from store.tables import events

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.asking import Asked
    from bot.services import Services
    from bot.slack.incoming import Said
    from store.tables import InboundEvent

HEARD = "leaving_words_heard"


def listen(session: Session, services: Services, said: Said, asked: Asked) -> None:
    """In the transaction that records a customer's message: have the account looked at, if it sounds like that."""
    if asked.account_id is None or asked.person.is_staff or not sounds_like_leaving(said.text):
        return
    events.remember(
        session,
        workspace_id=services.workspace_id,
        kind=HEARD,
        event_key=f"leaving:{said.channel_id}:{said.ts}",
        payload={"account_id": asked.account_id},
        now=services.clock.now(),
    )


def carry_out_heard(services: Services, event: InboundEvent) -> None:
    """Look at the account: a signal that opens has its next step, as on any morning."""
    with services.effect_of(event.id) as session:
        Watch(services).look(session, event.payload["account_id"], only_notes=False)
    services.wake_workers()


HANDLERS = {HEARD: carry_out_heard}
