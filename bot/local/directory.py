"""Who and what is in the local workspace: its team, its app, its people and its channels."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class User:
    """A person. `team_id` is set for people of another organisation (Slack Connect); `role_hint` is shown in the page."""

    id: str
    name: str
    real_name: str
    email: str = ""
    tz: str = "Etc/UTC"
    title: str = ""
    role_hint: str = ""
    is_staff: bool = False
    is_bot: bool = False
    team_id: str = ""
    deleted: bool = False  # their account was closed


@dataclass(frozen=True)
class Channel:
    """A conversation: a channel, or with `is_im` a direct message between its two members."""

    id: str
    name: str = ""
    members: tuple[str, ...] = ()
    topic: str = ""
    is_private: bool = False
    is_ext_shared: bool = False
    is_im: bool = False

    @property
    def slack_type(self) -> str:
        """What events call it: channel, group or im."""
        if self.is_im:
            return "im"
        return "group" if self.is_private else "channel"


@dataclass(frozen=True)
class AppIdentity:
    """The app that is installed in the workspace: the bot under test."""

    name: str = "Guidepost"
    app_id: str = "A0GUIDEPOST"
    bot_id: str = "B0GUIDEPOST"
    user_id: str = "U0GUIDEPOST"


@dataclass(frozen=True)
class Directory:
    """The whole of it. `personas` are the users offered in the page's switcher (empty: all)."""

    team_id: str = "T0LOCALTEAM"
    team_name: str = "Local workspace"
    app: AppIdentity = field(default_factory=AppIdentity)
    users: tuple[User, ...] = ()
    channels: tuple[Channel, ...] = ()
    personas: tuple[str, ...] = ()

    def user(self, user_id: str) -> User | None:
        """The person or bot with that id."""
        if user_id == self.app.user_id:
            return User(user_id, self.app.name.lower(), self.app.name, is_bot=True)
        return next((user for user in self.users if user.id == user_id), None)

    def channel(self, reference: str) -> Channel | None:
        """The conversation with that id, or with that name (with or without `#`)."""
        name = reference.removeprefix("#")
        return next((c for c in self.channels if c.id == reference or (c.name and c.name == name)), None)

    def dm(self, one: str, other: str) -> Channel | None:
        """The direct message between two people, if it was ever opened."""
        return next((c for c in self.channels if c.is_im and set(c.members) == {one, other}), None)

    def team_of(self, user: User) -> str:
        """The organisation a person belongs to: this one, or the other side of Slack Connect."""
        return user.team_id or self.team_id

    def with_user(self, user: User) -> Directory:
        """The same directory with that person added, or replaced."""
        rest = tuple(one for one in self.users if one.id != user.id)
        return replace(self, users=(*rest, user))

    def with_channel(self, channel: Channel) -> Directory:
        """The same directory with that channel added, or replaced where it stands."""
        if self.channel(channel.id) is None:
            return replace(self, channels=(*self.channels, channel))
        return replace(
            self, channels=tuple(channel if one.id == channel.id else one for one in self.channels)
        )

    def over(self, stored: Directory) -> Directory:
        """This directory laid over what was stored: its facts win, stored people, channels and members stay."""
        merged = self
        for user in stored.users:
            if self.user(user.id) is None:
                merged = merged.with_user(user)
        for channel in stored.channels:
            mine = self.channel(channel.id)
            members = dict.fromkeys((*(mine.members if mine else ()), *channel.members))
            merged = merged.with_channel(replace(mine or channel, members=tuple(members)))
        return merged

    def to_json(self) -> dict[str, Any]:
        """As a JSON object that `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Directory:
        """From `to_json`'s object; unknown keys of a newer version are left out."""
        return cls(
            team_id=data["team_id"],
            team_name=data["team_name"],
            app=AppIdentity(**_known(AppIdentity, data["app"])),
            users=tuple(User(**_known(User, one)) for one in data["users"]),
            channels=tuple(
                Channel(**{**_known(Channel, one), "members": tuple(one["members"])})
                for one in data["channels"]
            ),
            personas=tuple(data["personas"]),
        )


def _known(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {key: value for key, value in data.items() if key in names}
