"""Repeating calls of the Web API that broke, where a repetition cannot say anything twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, ServerErrorRetryHandler

if TYPE_CHECKING:
    from slack_sdk.http_retry.handler import RetryHandler
    from slack_sdk.http_retry.request import HttpRequest
    from slack_sdk.http_retry.response import HttpResponse
    from slack_sdk.http_retry.state import RetryState

# Slack may have carried these out before the connection broke. The outbox looks for the message first.
SAID_ONCE = frozenset({"chat.postMessage", "chat.postEphemeral", "chat.startStream", "chat.appendStream"})
ATTEMPTS = 2


def retry_handlers() -> list[RetryHandler]:
    """What a Web API client is given."""
    return [_AfterConnectionError(max_retry_count=ATTEMPTS), _AfterServerError(max_retry_count=ATTEMPTS)]


class _AfterConnectionError(ConnectionErrorRetryHandler):
    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return may_repeat(request) and super()._can_retry(
            state=state, request=request, response=response, error=error
        )


class _AfterServerError(ServerErrorRetryHandler):
    def _can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return may_repeat(request) and super()._can_retry(
            state=state, request=request, response=response, error=error
        )


def may_repeat(request: HttpRequest) -> bool:
    """Whether a call has the same effect when it is made twice."""
    return request.url.partition("?")[0].rsplit("/", 1)[-1] not in SAID_ONCE
