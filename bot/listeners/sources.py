"""Opening a source: in the browser where it has an address, else as a modal with the passage as cited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks.answer import SOURCE
from bot.blocks.source import NOT_THERE, NOT_YOURS, CitedSource, notice_modal, source_modal
from bot.citing import cited_document, freshness, standing_of
from bot.slack.incoming import parse_action
from bot.slack.modals import open_modal
from knowledge.verified import approval_of
from store.tables import answers

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.tables import Citation, Document


def register(app: App, services: Services) -> None:
    """Listen to the buttons beside the sources. They only read, so nothing is stored."""

    def opened(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        if not action.get("url"):
            pressed = parse_action(body, action)
            open_modal(services, pressed, modal_for(services, pressed))

    app.action(re.compile(rf"^{SOURCE}_\d+$"))(opened)


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
