"""How much one person may ask within an hour, and what is said to who asks more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.text import slack_moment
from store.tables import answers, events

if TYPE_CHECKING:
    from datetime import datetime

    from bot.services import Services
    from bot.slack.messenger import Speech

WINDOW = timedelta(hours=1)
EDITED = "message_edited"  # the kind of event: a question in other words is thought about anew


def held_off(services: Services, user_id: str) -> Speech | None:
    """What to say to a person who has asked as much as one may; None as long as they may ask."""
    limit = services.settings.guidepost_questions_an_hour
    if not limit:
        return None
    since = services.clock.now() - WINDOW
    whose = (services.workspace_id, user_id)
    with services.database.reading() as session:
        asked = answers.answered_since(session, *whose, since, limit=limit)
        edited = events.done_since(session, *whose, EDITED, since, limit=limit)
    newest = sorted(asked + edited, reverse=True)
    return wait_until(limit, newest[limit - 1] + WINDOW) if len(newest) >= limit else None


def wait_until(limit: int, moment: datetime) -> Speech:
    """The sentence, with the moment from which on they may ask again."""
    text = (
        f"That was a lot of questions: I answer {limit} of one person within an hour, so that nobody else has "
        f"to wait. Please ask this one again from {slack_moment(moment)} on, or say that you would like a person."
    )
    return parts.speech(text, [parts.section(text)])
