"""Who people are and who is in a channel, asked of Slack and remembered for a while."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.slack.messenger import SLACK_FAILED, TryLater, code_of, refusal_of
from store.tables import workspaces

if TYPE_CHECKING:
    from datetime import datetime

    from slack_sdk import WebClient

    from store.clock import Clock
    from store.database import Database

log = logging.getLogger(__name__)

PROFILE_AGE = timedelta(hours=12)
MEMBERS_AGE = timedelta(seconds=60)  # who reads along decides what may be said: never long out of date


@dataclass(frozen=True)
class ChannelFacts:
    """What decides who reads along in a channel."""

    id: str
    name: str
    is_dm: bool
    is_shared: bool  # with another organisation
    members: tuple[str, ...]  # people and bots; empty if Slack would not say


class SlackDirectory:
    """Profiles and memberships. Safe to use from several threads."""

    def __init__(self, client: WebClient, database: Database, clock: Clock, workspace_id: str) -> None:
        self._client = client
        self._database = database
        self._clock = clock
        self._workspace_id = workspace_id
        self._channels: dict[str, tuple[datetime, ChannelFacts]] = {}
        self._lock = threading.Lock()

    def meet(self, user_id: str, *, team_id: str | None = None) -> None:
        """See to it that a person's profile is in the store and not older than half a day.

        Strangers of other organisations may be hidden from us; they are remembered by id alone.

        Raises:
            TryLater: Slack cannot say now who that is, and we do not know either.
        """
        now = self._clock.now()
        with self._database.reading() as session:
            known = workspaces.find_user(session, self._workspace_id, user_id)
        if known is not None and now - known.updated_at < PROFILE_AGE:
            return
        try:
            user = self._client.users_info(user=user_id, include_locale=True)["user"]
        except SLACK_FAILED as error:
            log.info("no profile of %s: %s", user_id, code_of(error))
            if known is None:
                _unless_it_passes(error)
            elif isinstance(refusal_of(error), TryLater):
                return  # what we know will do until then
            user = {}
        profile = user.get("profile") or {}
        with self._database.transaction() as session:
            workspaces.remember_user(
                session,
                workspace_id=self._workspace_id,
                slack_user_id=user_id,
                name=profile.get("real_name") or user.get("real_name") or user.get("name") or "",
                email=profile.get("email"),
                timezone=user.get("tz") or "UTC",
                locale=user.get("locale") or "en-US",
                team_id=user.get("team_id") or team_id,
                is_bot=bool(user.get("is_bot")),
                now=now,
            )

    def find(self, email: str) -> str | None:
        """The Slack id of the person with that e-mail address; they are met. None if Slack knows nobody.

        Raises:
            TryLater: Slack cannot say now.
        """
        try:
            user_id = str(self._client.users_lookupByEmail(email=email)["user"]["id"])
        except SLACK_FAILED as error:
            log.info("nobody found by e-mail: %s", code_of(error))
            _unless_it_passes(error)
            return None
        self.meet(user_id)
        return user_id

    def channel(self, channel_id: str) -> ChannelFacts:
        """A channel's name and members; empty where Slack will not tell.

        Raises:
            TryLater: Slack cannot say now. Who reads along decides what may be said, so nobody guesses.
        """
        now = self._clock.now()
        with self._lock:
            cached = self._channels.get(channel_id)
        if cached is not None and now - cached[0] < MEMBERS_AGE:
            return cached[1]
        facts = self._ask(channel_id)
        with self._lock:
            self._channels[channel_id] = (now, facts)
        return facts

    def _ask(self, channel_id: str) -> ChannelFacts:
        try:
            info = self._client.conversations_info(channel=channel_id)["channel"]
        except SLACK_FAILED as error:
            log.info("no facts about %s: %s", channel_id, code_of(error))
            _unless_it_passes(error)
            info = {}
        return ChannelFacts(
            id=channel_id,
            name=info.get("name") or "",
            is_dm=bool(info.get("is_im")) or channel_id.startswith("D"),
            is_shared=bool(info.get("is_ext_shared") or info.get("is_shared")),
            members=self._members(channel_id),
        )

    def _members(self, channel_id: str) -> tuple[str, ...]:
        members: list[str] = []
        cursor = None
        try:
            while True:
                page = self._client.conversations_members(channel=channel_id, cursor=cursor, limit=200)
                members.extend(page["members"])
                cursor = (page.get("response_metadata") or {}).get("next_cursor")
                if not cursor:
                    return tuple(members)
        except SLACK_FAILED as error:
            log.info("members of %s unknown: %s", channel_id, code_of(error))
            _unless_it_passes(error)
            return ()


def _unless_it_passes(error: Exception) -> None:
    """A refusal for now is no answer: whoever asks comes back later."""
    refusal = refusal_of(error)
    if isinstance(refusal, TryLater):
        raise refusal from error
