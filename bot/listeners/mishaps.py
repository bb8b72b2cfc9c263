"""What went wrong while Slack was waiting for us: the person gets a sentence, the log the rest."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

from slack_bolt import BoltResponse

from bot.slack.messenger import Speech, TryLater, Unreachable
from bot.work import excuse
from store.errors import GuidepostError

if TYPE_CHECKING:
    from slack_bolt import App

    from bot.services import Services

log = logging.getLogger(__name__)


def register(app: App, services: Services) -> None:
    """Take over what listeners raise."""

    def went_wrong(error: Exception, body: dict[str, Any]) -> BoltResponse | None:
        reference = secrets.token_hex(3)
        log.error("a listener failed, reference %s", reference, exc_info=error)
        if "event" in body or body.get("type") == "view_submission":
            return None  # unacknowledged: Slack sends it again, or keeps the form open
        sentence = str(error) if isinstance(error, GuidepostError) else excuse(reference)
        _tell(services, body, sentence)
        return BoltResponse(status=200)

    app.error(went_wrong)


def _tell(services: Services, body: dict[str, Any], sentence: str) -> None:
    """Say it to whoever pressed or commanded, in the place where they did."""
    user = body.get("user_id") or (body.get("user") or {}).get("id")
    channel = body.get("channel_id") or (body.get("channel") or {}).get("id")
    if not user:
        return
    thread_ts = (body.get("message") or {}).get("thread_ts")
    try:
        where = channel or services.messenger.open_dm(user)
        services.messenger.ephemeral(where, user, Speech(text=sentence), thread_ts=thread_ts)
    except (TryLater, Unreachable) as problem:
        log.warning("nor could the person be told: %s", problem)
