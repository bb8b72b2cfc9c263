"""What the local workspace takes from the app's manifest: commands, shortcuts, events, prompts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Completion:
    """One continuation of a slash command offered while typing: `text` follows the command."""

    text: str
    description: str = ""


@dataclass(frozen=True)
class SlashCommand:
    """A slash command as people see it: `/cs`, what it does, how it is used, how it may continue.

    With `should_escape` the app gets mentions, channels and links marked, else as they were typed.
    """

    command: str
    description: str = ""
    usage_hint: str = ""
    completions: tuple[Completion, ...] = ()
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """An entry of the message menu (`type` message) or of the search bar (`type` global)."""

    callback_id: str
    name: str
    description: str = ""
    type: str = "message"


@dataclass(frozen=True)
class Prompt:
    """A suggested prompt: its title on the button, and the message that it sends."""

    title: str
    message: str


@dataclass(frozen=True)
class AppConfig:
    """The app's configuration. `events` None means subscribed to everything, `scopes` None granted everything."""

    commands: tuple[SlashCommand, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    events: frozenset[str] | None = None
    scopes: frozenset[str] | None = None
    prompts: tuple[Prompt, ...] = ()
    has_home: bool = True
    is_agent: bool = True  # the agent view of today, not the assistant container before it

    def subscribes(self, event: Mapping[str, Any]) -> bool:
        """Whether the app asked for this event (the inner object, with `type`)."""
        return self.events is None or subscription_of(event) in self.events

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any], commands: Sequence[SlashCommand] = ()) -> AppConfig:
        """Read a manifest (the object that `manifest.yaml` holds); `commands` add completions to its own by name."""
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        subscriptions = settings.get("event_subscriptions", {}).get("bot_events")
        scopes = manifest.get("oauth_config", {}).get("scopes", {}).get("bot")
        view = features.get("agent_view") or features.get("assistant_view") or {}
        return cls(
            commands=_commands(features.get("slash_commands", ()), commands),
            shortcuts=tuple(
                Shortcut(
                    one["callback_id"], one["name"], one.get("description", ""), one.get("type", "message")
                )
                for one in features.get("shortcuts", ())
            ),
            events=None if subscriptions is None else frozenset(subscriptions),
            scopes=None if scopes is None else frozenset(scopes),
            prompts=tuple(Prompt(one["title"], one["message"]) for one in view.get("suggested_prompts", ())),
            is_agent="assistant_view" not in features,
            has_home=features.get("app_home", {}).get("home_tab_enabled", False),
        )


def subscription_of(event: Mapping[str, Any]) -> str:
    """The name under which an app subscribes to an event, e.g. `message.channels`."""
    if event["type"] != "message":
        return str(event["type"])
    kind = event.get("channel_type", "channel")
    return f"message.{kind}" if kind == "im" else f"message.{kind}s"


def _commands(
    declared: Sequence[Mapping[str, Any]], extra: Sequence[SlashCommand]
) -> tuple[SlashCommand, ...]:
    completions = {one.command: one.completions for one in extra}
    named = tuple(
        SlashCommand(
            one["command"],
            one.get("description", ""),
            one.get("usage_hint", ""),
            completions.get(one["command"], ()),
            bool(one.get("should_escape")),
        )
        for one in declared
    )
    known = {one.command for one in named}
    return (*named, *(one for one in extra if one.command not in known))
