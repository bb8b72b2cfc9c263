"""The agent view: questions to begin with, and the Stop button. The older assistant container is served too.

Nothing here has a lasting effect, so nothing is stored; a Slack that lacks a method is no fault.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks.prompts import TITLE, prompts_for
from bot.listeners.home import is_home_tab
from bot.slack.messenger import TryLater, Unreachable

if TYPE_CHECKING:
    from slack_bolt import App

    from bot.services import Services

log = logging.getLogger(__name__)


def register(app: App, services: Services) -> None:
    """Listen to the messages tab, to both kinds of context changes, and to the Stop button."""

    def messages_opened(event: dict[str, Any]) -> None:
        suggest(services, event["user"], event["channel"])

    def thread_started(event: dict[str, Any]) -> None:
        thread = event["assistant_thread"]
        suggest(services, thread["user_id"], thread["channel_id"], thread_ts=thread["thread_ts"])

    app.event("app_home_opened", matchers=[lambda event: not is_home_tab(event)])(messages_opened)
    app.event("assistant_thread_started")(thread_started)
    for noted in ("app_context_changed", "assistant_thread_context_changed"):
        app.event(noted)(_noted)


def suggest(services: Services, user_id: str, channel_id: str, *, thread_ts: str | None = None) -> None:
    """Offer questions that fit where the person's account stands."""
    services.directory.meet(user_id)
    with services.database.reading() as session:
        person = asking.person_of(session, services, user_id)
    stage = person.account.stage if person.account else None
    prompts = prompts_for(stage, is_staff=person.is_staff)
    try:
        services.messenger.suggest_prompts(channel_id, TITLE, prompts, thread_ts=thread_ts)
    except (TryLater, Unreachable) as error:
        log.info("no suggested prompts here: %s", error)


def _noted() -> None:
    """What the person looks at is not used for answers."""
