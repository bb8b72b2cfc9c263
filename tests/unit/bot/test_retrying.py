"""Which calls of the Web API may be made again."""

import pytest
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from bot.slack.retrying import retry_handlers


def retried(method, **outcome):
    request = HttpRequest(method="POST", url=f"https://slack.com/api/{method}?x=1", headers={})
    return any(one.can_retry(state=RetryState(), request=request, **outcome) for one in retry_handlers())


@pytest.mark.parametrize(
    ("method", "again"),
    [
        ("users.info", True),
        ("chat.update", True),
        ("chat.stopStream", True),
        ("chat.postMessage", False),
        ("chat.postEphemeral", False),
        ("chat.startStream", False),
        ("chat.appendStream", False),
    ],
)
def test_only_what_says_nothing_new_is_repeated(method, again):
    assert retried(method, error=ConnectionResetError()) is again
    assert retried(method, response=HttpResponse(status_code=503, headers={})) is again
    assert not retried(method, response=HttpResponse(status_code=200, headers={}))
