"""Whatever arrives, the workspace answers with a sentence or one of Slack's error codes, and lives on."""

import json
import urllib.error
import urllib.request

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.local.inputs import problems
from bot.local.limits import block_problems, metadata_problem, view_problems
from bot.local.text import as_sent, rich_text
from tests.local_slack import ANN, DIRECTORY, GENERAL

KEYS = st.sampled_from(
    [
        "type",
        "text",
        "elements",
        "block_id",
        "action_id",
        "options",
        "fields",
        "accessory",
        "label",
        "element",
        "rows",
        "confirm",
        "value",
        "title",
        "blocks",
        "submit",
        "option_groups",
        "positive_button",
        "actions",
    ]
)
KINDS = st.sampled_from(
    [
        "section",
        "header",
        "actions",
        "context",
        "input",
        "markdown",
        "table",
        "button",
        "plain_text",
        "mrkdwn",
        "static_select",
        "checkboxes",
        "modal",
        "home",
        "context_actions",
        "feedback_buttons",
        "image",
        "card",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5) | KINDS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)
BLOCKS = st.lists(
    st.builds(lambda kind, rest: {**rest, "type": kind}, KINDS, st.dictionaries(KEYS, VALUES, max_size=4)),
    max_size=3,
)
CALMLY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@CALMLY
@given(st.one_of(VALUES, BLOCKS))
def test_any_blocks_are_judged(blocks):
    assert isinstance(block_problems(blocks, "message"), list)
    assert isinstance(view_problems({"type": "modal", "blocks": blocks}), list)
    assert isinstance(metadata_problem(blocks), str)


@CALMLY
@given(st.dictionaries(st.sampled_from(["b", "c"]), VALUES))
def test_any_values_of_a_modal_are_judged(values):
    element = {"type": "plain_text_input", "action_id": "text"}
    assert isinstance(problems([{"type": "input", "block_id": "b", "element": element}], values), dict)


@CALMLY
@given(st.text())
def test_any_text_is_sent_with_all_its_markup_escaped_or_known(typed):
    sent = as_sent(typed, DIRECTORY)
    assert "<!" not in sent
    assert rich_text(sent)["type"] == "rich_text"


def answer(url, body, token=""):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


PAGE_CALLS = ["post", "edit", "delete", "react", "command", "action", "view_submit", "view_close"]
PAGE_CALLS += ["options", "open", "stop_stream", "shortcut", "clock"]
FIELDS = ["channel", "ts", "thread_ts", "text", "name", "block_id", "action", "state", "message", "view"]
FIELDS += ["values", "view_id", "ephemeral", "tab", "callback_id", "advance_seconds", "context"]


@pytest.mark.parametrize("call", PAGE_CALLS)
def test_any_body_of_a_page_call_gets_a_sentence(shared_ws, call):
    @settings(CALMLY, max_examples=25)
    @given(st.dictionaries(st.sampled_from(FIELDS), VALUES), st.booleans())
    def check(body, with_channel):
        body = {**body, "as": ANN, **({"channel": GENERAL} if with_channel else {})}
        status, said = answer(f"{shared_ws.page_url}local/api/{call}", body)
        assert status in {200, 400, 403, 404, 424}
        assert isinstance(said, dict)

    check()


METHODS = ["chat.postMessage", "chat.update", "chat.startStream", "chat.postEphemeral", "views.publish"]
METHODS += ["conversations.history", "conversations.open", "files.completeUploadExternal", "reactions.add"]
METHODS += ["assistant.threads.setSuggestedPrompts", "files.getUploadURLExternal", "users.info"]
ARGUMENTS = [
    "channel",
    "text",
    "blocks",
    "metadata",
    "attachments",
    "ts",
    "thread_ts",
    "chunks",
    "view",
    "user",
]
ARGUMENTS += ["users", "limit", "cursor", "oldest", "files", "prompts", "filename", "length", "user_id"]


@pytest.mark.parametrize("method", METHODS)
def test_any_arguments_of_a_method_get_slacks_answer(shared_ws, method):
    @settings(CALMLY, max_examples=25)
    @given(st.dictionaries(st.sampled_from(ARGUMENTS), VALUES | BLOCKS), st.booleans())
    def check(arguments, with_channel):
        place = {"channel": GENERAL, "channel_id": GENERAL, "user_id": ANN} if with_channel else {}
        status, said = answer(f"{shared_ws.api_url}{method}", {**arguments, **place}, shared_ws.bot_token)
        assert status == 200
        assert said["ok"] or said["error"]

    check()
