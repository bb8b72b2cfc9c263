"""Opening a source: in the browser where it has an address, else as a modal with the passage as cited.

That a customer opened an article is noted, once a person, article and day: it is a touchpoint of the journey.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks.answer import SOURCE
from bot.blocks.source import NOT_THERE, NOT_YOURS, CitedSource, notice_modal, source_modal
from bot.citing import cited_document, freshness, standing_of
from bot.slack.incoming import Pressed, parse_action
from bot.slack.modals import open_modal
from bot.slack.once import remember
from knowledge.verified import approval_of
from playbooks.workdays import Calendar
from store.tables import Opening, answers
from store.tables.openings import note_opening

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.services import Services
    from store.tables import Citation, Document, InboundEvent

OPENED = "source_opened"


def register(app: App, services: Services) -> None:
    """Listen to the buttons beside the sources."""

    def opened(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, OPENED, pressed.event_key, pressed.to_payload())
        ack()
        if not action.get("url"):
            open_modal(services, pressed, modal_for(services, pressed))

    app.action(re.compile(rf"^{SOURCE}_\d+$"))(opened)


def carry_out_opened(services: Services, event: InboundEvent) -> None:
    """Note that a customer opened an article that they may read; what our own people open is no touchpoint."""
    pressed = Pressed.from_payload(event.payload)
    asked = asking.who_asks(services, pressed.user_id, pressed.channel_id or "")
    now = services.clock.now()
    with services.effect_of(event.id) as session:
        citation = answers.find_citation(session, services.workspace_id, pressed.value)
        if citation is None or asked.person.is_staff:
            return
        if not _audiences(citation, cited_document(session, citation)) <= asked.audiences:
            return
        zone = asked.account.timezone if asked.account else asked.person.timezone
        note_opening(
            session,
            Opening(
                workspace_id=services.workspace_id,
                account_id=asked.account_id,
                slack_user_id=pressed.user_id,
                citation_id=citation.id,
                uri=citation.uri,
                title=citation.title,
                opened_on=Calendar(zone).date_of(now),
                channel_id=pressed.channel_id,
                message_ts=pressed.message_ts,
                created_at=now,
            ),
        )


def modal_for(services: Services, pressed: Pressed) -> dict[str, Any]:
    """The passage, if whoever pressed may read it in this place."""
    asked = asking.who_asks(services, pressed.user_id, pressed.channel_id or "")
    with services.database.reading() as session:
        citation = answers.find_citation(session, services.workspace_id, pressed.value)
        if citation is None:
            return notice_modal(NOT_THERE)
        document = cited_document(session, citation)
        if not _audiences(citation, document) <= asked.audiences:
            return notice_modal(NOT_YOURS)
        return source_modal(
            CitedSource(
                title=citation.title,
                heading_path=tuple(citation.heading_path),
                uri="" if document and approval_of(document.meta) else citation.uri,
                quote=citation.quote,
                passage=citation.passage_text,
                standing=standing_of(session, citation),
                note=freshness(document, services.clock.now().date(), services.settings.stale_after),
            )
        )


def _audiences(citation: Citation, document: Document | None) -> set[str]:
    """Whom the passage was and is written for: both must include the reader."""
    written_for = {citation.audience, document.audience if document else None}
    return {audience for audience in written_for if audience} or {"internal"}


HANDLERS = {OPENED: carry_out_opened}
