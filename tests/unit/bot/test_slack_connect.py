"""People of other organisations, in channels that two share: answered as themselves, and as far as we know them."""

from __future__ import annotations

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlmodel import select

from bot.slack.directory import SlackDirectory
from bot.slack.messenger import SlackMessenger
from store.clock import SystemClock
from store.tables import Answer, SlackUser
from store.tables.workspaces import find_user
from tests.bot_fixtures import HARBOUR, ISLA, OWEN, PRIYA, texts_of
from tests.local_slack import client_of

QUESTION = "How do I export my data?"


class Noting(WebClient):
    """Notes the calls of one method."""

    def __init__(self, like, method):
        super().__init__(like.token, base_url=like.base_url)
        self.method, self.noted = method, []

    def api_call(self, api_method, **more):
        if api_method == self.method:
            self.noted.append(more.get("json") or more.get("params"))
        return super().api_call(api_method, **more)


class Blind(WebClient):
    """Slack hides people of other organisations from us."""

    def users_info(self, *, user, **more):
        found = super().users_info(user=user, **more)
        if found["user"]["team_id"] != "T0FERNWAY":
            found.data = {"ok": False, "error": "user_not_found"}
            raise SlackApiError("user_not_found", found)
        return found


def ask(bot, user, channel=HARBOUR):
    return bot.say(user, channel, f"<@{bot.services.bot_user_id}> {QUESTION}")


@pytest.mark.parametrize(
    ("user", "team"), [(ISLA, "T0HARBOUR"), (PRIYA, "T0FERNWAY")], ids=["theirs", "ours"]
)
def test_a_stream_names_the_workspace_of_who_asked(bot, user, team):
    noting = Noting(client_of(bot.slack), "chat.startStream")
    bot.services.messenger = SlackMessenger(noting, pause=lambda _: None)
    ask(bot, user)
    [started] = noting.noted
    assert (started["recipient_user_id"], started["recipient_team_id"]) == (user, team)


def test_whom_slack_hides_is_answered_from_what_everybody_may_read(bot):
    client = client_of(bot.slack)
    blind = Blind(client.token, base_url=client.base_url)
    bot.services.directory = SlackDirectory(blind, bot.database, SystemClock(), bot.workspace_id)
    with bot.database.transaction() as session:  # nobody has met them, nor linked them to a contact
        for user in session.exec(select(SlackUser)).all():
            session.delete(user)
    ts = ask(bot, ISLA)
    said = bot.seen(ISLA, HARBOUR, ts).messages[-1]
    assert said["user"] == bot.services.bot_user_id
    assert texts_of(said)
    [answer] = bot.rows(select(Answer))
    assert answer.status in {"answered", "partial", "refused"}
    with bot.database.reading() as session:
        known = find_user(session, bot.workspace_id, ISLA)
    assert (known.email, known.team_id) == (None, "T0HARBOUR")


def test_an_ephemeral_of_one_organisation_is_not_seen_by_the_other(bot):
    bot.command(ISLA, HARBOUR, f"ask {QUESTION}")
    assert bot.seen(ISLA, HARBOUR).ephemerals
    assert not bot.seen(OWEN, HARBOUR).ephemerals
    assert not bot.seen(PRIYA, HARBOUR).ephemerals
