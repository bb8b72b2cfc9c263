"""The manifest asks Slack for what the listeners hear and the Web API calls need: no less, and no more."""

import re
from pathlib import Path

import pytest
import yaml

from bot.app import FEATURES, SUBCOMMANDS
from bot.listeners import leftovers
from bot.start import MANIFEST

BOT = Path(__file__).parents[3] / "bot"
# Only apps that were made before agent_view subscribe to these.
OLDER = {"assistant_thread_started", "assistant_thread_context_changed"}

# Slack's reference, docs.slack.dev/reference: what a bot token needs for a method or an event.
METHOD_SCOPES = {
    "agents.sessions.setStatus": {"chat:write"},
    "apps.connections.open": set(),  # an app-level token's, with its own scope connections:write
    "assistant.threads.setStatus": {"assistant:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "auth.test": set(),
    "chat.appendStream": {"chat:write"},
    "chat.delete": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.startStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history", "metadata.message:read"},
    "conversations.info": {"channels:read", "groups:read", "im:read"},
    "conversations.members": {"channels:read", "groups:read", "im:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history", "metadata.message:read"},
    "files_upload_v2": {"files:write"},
    "users.info": {"users:read", "users:read.email"},
    "users.lookupByEmail": {"users:read.email"},
    "views.open": set(),
    "views.push": set(),
    "views.update": set(),
    "views.publish": set(),
}
EVENT_SCOPES = {
    "agent_session_stopped": {"assistant:write"},
    "app_context_changed": {"assistant:write"},
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "member_joined_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}


class Registered:
    """Notes what the features register with Bolt."""

    def __init__(self):
        self.events, self.commands, self.actions, self.views, self.others = set(), set(), [], [], []
        self.menus = []
        for feature in FEATURES:
            if feature is not leftovers:  # which takes whatever nobody asked for
                feature.register(self, services=None)

    def event(self, name, **_):
        self.events.add(name)
        return lambda listener: listener

    def command(self, name, **_):
        self.commands.add(name)
        return lambda listener: listener

    def action(self, name, **_):
        self.actions.append(name)
        return lambda listener: listener

    def view(self, name, **_):
        self.views.append(name)
        return lambda listener: listener

    def shortcut(self, name, **_):
        self.others.append(name)
        return lambda listener: listener

    def options(self, name, **_):
        self.menus.append(name)
        return lambda listener: listener

    def error(self, listener):
        """What listeners raise goes to it; the manifest need not know."""


@pytest.fixture(scope="module")
def manifest():
    return yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def registered():
    return Registered()


def methods_called():
    """Web API methods that the code outside the local workspace calls, by Slack's names."""
    known = {name.replace(".", "_").lower(): name for name in METHOD_SCOPES}
    found = set()
    for path in BOT.rglob("*.py"):
        if "local" in path.relative_to(BOT).parts:
            continue
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"client\.([a-z]+_\w+)\(", text):
            found.add(known.get(name.lower(), name))
        constants = dict(re.findall(r"^(_\w+) = \"([\w.]+)\"$", text, re.MULTILINE))
        for name in re.findall(r"\bapi_call\(\s*(\"[\w.]+\"|_\w+)", text):
            found.add(name.strip('"') if name.startswith('"') else constants.get(name, name))
    return found - {"api_call"}


def test_the_events_are_those_that_are_listened_to(manifest, registered):
    asked = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert asked == sorted(asked)
    assert {name.split(".")[0] for name in asked} == (registered.events | set(leftovers.GONE)) - OLDER


def test_the_commands_are_those_that_are_listened_to(manifest, registered):
    assert {one["command"] for one in manifest["features"]["slash_commands"]} == registered.commands


def test_the_shortcuts_are_those_that_are_listened_to(manifest, registered):
    declared = manifest["features"]["shortcuts"]
    assert [one["callback_id"] for one in declared] == registered.others
    assert all(len(one["name"]) <= 24 for one in declared)  # Slack takes no longer name


def test_the_scopes_are_what_methods_and_events_need(manifest):
    called = methods_called()
    assert called <= set(METHOD_SCOPES), "look the new method's scopes up in Slack's reference"
    needed = set().union(*(METHOD_SCOPES[name] for name in called), {"commands"})
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        needed |= EVENT_SCOPES[event]
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed


def test_every_listed_method_is_really_called():
    assert methods_called() == set(METHOD_SCOPES)


def test_no_action_or_modal_is_registered_twice(registered):
    for names in (registered.actions, registered.views):
        texts = [str(name) for name in names]
        assert len(texts) == len(set(texts))


def test_the_manifest_keeps_slacks_limits(manifest):
    shown, view = manifest["display_information"], manifest["features"]["agent_view"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert len(view["agent_description"]) <= 300
    assert len(view["suggested_prompts"]) <= 4
    assert manifest["settings"]["socket_mode_enabled"] is True


def test_the_usage_hint_names_commands_that_there_are(manifest):
    hint = manifest["features"]["slash_commands"][0]["usage_hint"]
    named = [part.split()[0] for part in hint.split("|")]
    assert set(named) <= {"help", *(one.name for one in SUBCOMMANDS)}
    assert len(named) > 4
