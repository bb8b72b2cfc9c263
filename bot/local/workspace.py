"""The state that the whole local workspace shares, and the few things everybody does with it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.local import cards, payloads
from bot.local.directory import Channel, Directory, User
from bot.local.errors import PageError
from bot.local.push import Hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta
    from pathlib import Path

    from bot.local.clock import LocalClock
    from bot.local.delivery import Delivery
    from bot.local.faults import Trouble
    from bot.local.manifest import AppConfig
    from bot.local.payloads import Payload
    from bot.local.records import Records
    from bot.local.responses import ResponseUrls
    from bot.local.views import Views


@dataclass
class Workspace:
    """Everything there is. Used on the server's loop only, so that nothing needs a lock."""

    folder: Path
    records: Records
    clock: LocalClock
    config: AppConfig
    directory: Directory
    delivery: Delivery
    trouble: Trouble
    views: Views
    responses: ResponseUrls
    base_url: str = ""
    mover: Callable[[timedelta], object] | None = None  # moves the clock from the page; None: at one go
    hub: Hub = field(default_factory=Hub)
    statuses: dict[tuple[str, str], Payload] = field(default_factory=dict)
    ephemerals: dict[str, Payload] = field(default_factory=dict)
    prompts: dict[str, Payload] = field(default_factory=dict)
    _last_ts: tuple[int, int] = (0, 0)

    @property
    def bot_user(self) -> str:
        """The app's user id."""
        return self.directory.app.user_id

    def next_ts(self) -> str:
        """A timestamp for a message: the workspace's time, later than any before it."""
        micro = int(self.clock.now().timestamp() * 1_000_000)
        now = divmod(micro, 1_000_000)
        if now <= self._last_ts:
            now = divmod(self._last_ts[0] * 1_000_000 + self._last_ts[1] + 1, 1_000_000)
        self._last_ts = now
        return f"{now[0]}.{now[1]:06d}"

    def begin_after(self, ts: str) -> None:
        """Give no timestamp at or before this one."""
        seconds, _, micro = ts.partition(".")
        self._last_ts = max(self._last_ts, (int(seconds), int(micro or 0)))

    def put_user(self, user: User) -> None:
        """Add or change a person; the app hears of a change."""
        before = self.directory.user(user.id)
        self._keep(self.directory.with_user(user))
        self.hub.push_all("user", user=cards.user_card(user))
        if before is not None and before != user:
            changed = payloads.user_object(self.directory, user, self.clock.now())
            cache_ts = int(self.clock.now().timestamp())
            self.emit(
                {"type": "user_change", "user": changed, "cache_ts": cache_ts, "event_ts": self.next_ts()}
            )

    def put_channel(self, channel: Channel) -> None:
        """Add or change a channel; people who are new in it are announced to the app."""
        before = self.directory.channel(channel.id)
        self._keep(self.directory.with_channel(channel))
        for member in channel.members:
            user = self.directory.user(member)
            if user is not None and not user.is_bot:
                card = cards.channel_card(self.directory, self.records, user, channel)
                self.hub.push([member], "channel", channel=card)
        if channel.is_im:
            return
        for member in channel.members:
            if before is not None and member not in before.members:
                self._announce(channel, member)

    def join(self, channel: Channel, member: str) -> Channel:
        """Make somebody a member."""
        if member in channel.members:
            return channel
        joined = replace(channel, members=(*channel.members, member))
        self.put_channel(joined)
        return joined

    def dm_with_bot(self, user_id: str) -> Channel:
        """The person's direct message with the app; opened on first use."""
        found = self.directory.dm(user_id, self.bot_user)
        if found is None:
            found = Channel(f"D{user_id.lstrip('UW')}", is_im=True, members=(user_id, self.bot_user))
            self.put_channel(found)
        return found

    def person(self, user_id: str) -> User:
        """The person at the page.

        Raises:
            PageError: nobody has that id.
        """
        user = self.directory.user(user_id)
        if user is None or user.is_bot:
            raise PageError(f"There is no person {user_id!r} in this workspace.", 404)
        return user

    def channel_of(self, user: User, channel_id: str) -> Channel:
        """A conversation that this person may see.

        Raises:
            PageError: there is none, or they are not a member.
        """
        channel = self.directory.channel(channel_id)
        if channel is None or user.id not in channel.members:
            raise PageError(f"{user.real_name} has no conversation {channel_id!r}.", 404)
        return channel

    def emit(self, event: Payload, channel: Channel | None = None) -> None:
        """Send an event to the app, if it is a member of the channel and subscribed."""
        if channel is not None and self.bot_user not in channel.members:
            return
        if self.config.subscribes(event):
            shared = channel is not None and channel.is_ext_shared
            now = self.clock.now()
            self.delivery.emit(payloads.event_callback(self.directory, event, now, shared=shared))

    def _announce(self, channel: Channel, member: str) -> None:
        user = self.directory.user(member)
        event: Payload = {
            "type": "member_joined_channel",
            "user": member,
            "channel": channel.id,
            "channel_type": channel.slack_type[0].upper(),
            "team": self.directory.team_of(user) if user else self.directory.team_id,
            "event_ts": self.next_ts(),
        }
        self.emit(event, channel)

    def _keep(self, directory: Directory) -> None:
        self.directory = directory
        self.records.put("directory", "whole", directory.to_json())
