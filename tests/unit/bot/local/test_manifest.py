import pytest

from bot.local.manifest import AppConfig, Completion, SlashCommand, subscription_of

MANIFEST = {
    "features": {
        "app_home": {"home_tab_enabled": True},
        "agent_view": {"suggested_prompts": [{"title": "Ask", "message": "What is new?"}]},
        "slash_commands": [
            {"command": "/cs", "description": "Ask", "usage_hint": "help", "should_escape": True}
        ],
        "shortcuts": [{"name": "Save", "type": "message", "callback_id": "save", "description": "Keep it"}],
    },
    "settings": {"event_subscriptions": {"bot_events": ["app_mention", "message.im"]}},
}


def test_the_manifest_names_commands_shortcuts_prompts_and_events():
    config = AppConfig.from_manifest(MANIFEST, [SlashCommand("/cs", completions=(Completion("help"),))])
    assert config.commands == (SlashCommand("/cs", "Ask", "help", (Completion("help"),), should_escape=True),)
    assert [one.callback_id for one in config.shortcuts] == ["save"]
    assert [one.message for one in config.prompts] == ["What is new?"]
    assert config.has_home


def test_commands_that_the_manifest_lacks_are_added():
    config = AppConfig.from_manifest({}, [SlashCommand("/other")])
    assert [one.command for one in config.commands] == ["/other"]


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"type": "message", "channel_type": "im"}, "message.im"),
        ({"type": "message", "channel_type": "channel"}, "message.channels"),
        ({"type": "message", "channel_type": "group"}, "message.groups"),
        ({"type": "app_mention"}, "app_mention"),
    ],
)
def test_each_event_has_the_name_under_which_apps_subscribe(event, name):
    assert subscription_of(event) == name
    assert AppConfig.from_manifest(MANIFEST).subscribes(event) == (name in {"app_mention", "message.im"})
    assert AppConfig().subscribes(event)
