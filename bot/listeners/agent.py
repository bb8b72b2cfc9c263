"""The agent view: questions to begin with, anew where the person looks elsewhere. The older container is served too.

Nothing here has a lasting effect, so nothing is stored; a Slack that lacks a method is no fault.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks.prompts import POPULAR, TITLE, prompts_for
from bot.listeners.home import is_home_tab
from bot.slack.messenger import TryLater, Unreachable
from store import access, people
from store.tables import answers

if TYPE_CHECKING:
    from slack_bolt import App
    from sqlmodel import Session

    from bot.services import Services
    from store.people import Person
    from store.tables import Account

log = logging.getLogger(__name__)

LOOKED_BACK = timedelta(days=90)
AUDIENCES = {
    "staff": ("public", "customer", "internal"),
    "contact": ("public", "customer"),
    "unknown": ("public",),
}


def register(app: App, services: Services) -> None:
    """Listen to the messages tab and to what the person looks at, in both kinds of agent views."""

    def messages_opened(event: dict[str, Any]) -> None:
        suggest(services, event["user"], event["channel"], beside=channel_seen(event))

    def looks_elsewhere(event: dict[str, Any]) -> None:
        beside = channel_seen(event)
        if event.get("user") and event.get("channel") and beside:
            suggest(services, event["user"], event["channel"], beside=beside)

    def thread_started(event: dict[str, Any]) -> None:
        thread = event["assistant_thread"]
        beside = (thread.get("context") or {}).get("channel_id")
        if thread.get("user_id") and thread.get("channel_id"):
            suggest(
                services,
                thread["user_id"],
                thread["channel_id"],
                beside=beside,
                thread_ts=thread["thread_ts"],
            )

    app.event("app_home_opened", matchers=[lambda event: not is_home_tab(event)])(messages_opened)
    app.event("app_context_changed")(looks_elsewhere)
    for event in ("assistant_thread_started", "assistant_thread_context_changed"):
        app.event(event)(thread_started)


def channel_seen(event: dict[str, Any]) -> str | None:
    """The channel that the person looks at, or whose message; the first that Slack names is the nearest."""
    for entity in (event.get("context") or {}).get("entities") or ():
        value = entity.get("value")
        if entity.get("type") == "slack#/types/channel_id" and isinstance(value, str):
            return value
        if entity.get("type") == "slack#/types/message_context" and isinstance(value, dict):
            return str(value.get("channel_id") or "") or None
    return None


def suggest(
    services: Services,
    user_id: str,
    channel_id: str,
    *,
    beside: str | None = None,
    thread_ts: str | None = None,
) -> None:
    """Offer questions that fit where the account in question stands, and what others there ask about.

    Args:
        services: the running bot.
        user_id: who sees them.
        channel_id: their DM with us.
        beside: the channel that they look at meanwhile.
        thread_ts: only in the older container.
    """
    services.directory.meet(user_id)
    with services.database.reading() as session:
        person = asking.person_of(session, services, user_id)
        account = _account_in_view(session, services, person, beside)
        stage = account.stage if account else None
        about = _asked_about(session, services, person, stage) if stage else []
    prompts = prompts_for(stage, is_staff=person.is_staff, asked_about=about)
    try:
        services.messenger.suggest_prompts(channel_id, TITLE, prompts, thread_ts=thread_ts)
    except (TryLater, Unreachable) as error:
        log.info("no suggested prompts here: %s", error)


def _account_in_view(
    session: Session, services: Services, person: Person, beside: str | None
) -> Account | None:
    """The account of the channel that is looked at, if the person may see it; else their own."""
    seen = access.account_of_channel(session, services.workspace_id, beside) if beside else None
    visible = people.visible_account_ids(session, services.workspace_id, person) if seen else frozenset()
    return seen if seen and seen.id in visible else person.account


def _asked_about(session: Session, services: Services, person: Person, stage: str) -> list[str]:
    return answers.asked_about(
        session,
        services.workspace_id,
        stage=stage,
        persona=person.contact.persona if person.contact else None,
        audiences=AUDIENCES[person.kind],
        since=services.clock.now() - LOOKED_BACK,
        limit=POPULAR,
    )
