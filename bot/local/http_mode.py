"""HTTP mode: signed POSTs to the bot's own address."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from bot.local.delivery import ACK_SECONDS
from bot.local.errors import LocalWorkspaceError, NotDelivered

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from http.client import HTTPResponse

    from bot.local.delivery import Envelope
    from bot.local.payloads import Payload


class HttpMode:
    """Posts events, commands and interactions to one URL, as the app's manifest would name it."""

    def __init__(
        self, url: str, signing_secret: str, now: Callable[[], datetime], ack_seconds: float = ACK_SECONDS
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise LocalWorkspaceError(
                f"{url!r} is no address for events; it must begin with http:// or https://."
            )
        self._url = url
        self._signer = SignatureVerifier(signing_secret)
        self._now = now
        self._ack_seconds = ack_seconds

    def is_connected(self) -> bool:
        """Always: whether anybody listens shows when we post."""
        return True

    async def connected(self) -> None:
        """At once."""

    async def deliver(self, envelope: Envelope) -> Payload | None:
        """Post it, signed; the answer's body, if it has one.

        Raises:
            NotDelivered: no answer in time, no connection, or an HTTP error.
        """
        return await asyncio.to_thread(self._post, self._request(envelope))

    def _request(self, envelope: Envelope) -> urllib.request.Request:
        body, content_type = _encoded(envelope)
        stamp = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": self._signer.generate_signature(timestamp=stamp, body=body) or "",
        }
        if envelope.attempt:
            headers |= {"X-Slack-Retry-Num": str(envelope.attempt), "X-Slack-Retry-Reason": envelope.reason}
        return urllib.request.Request(self._url, body.encode(), headers)  # noqa: S310 - checked to be http(s)

    def _post(self, request: urllib.request.Request) -> Payload | None:
        try:
            with urllib.request.urlopen(request, timeout=self._ack_seconds) as response:  # noqa: S310
                return _answer(response)
        except urllib.error.HTTPError as error:
            with error:
                final = error.headers.get("X-Slack-No-Retry") == "1"
            raise NotDelivered("http_error", final=final) from error
        except TimeoutError as error:
            raise NotDelivered("http_timeout") from error
        except (urllib.error.URLError, OSError) as error:
            timed_out = isinstance(getattr(error, "reason", None), TimeoutError)
            raise NotDelivered("http_timeout" if timed_out else "connection_failed") from error


def _encoded(envelope: Envelope) -> tuple[str, str]:
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload), "application/json"
    form = (
        envelope.payload if envelope.kind == "slash_commands" else {"payload": json.dumps(envelope.payload)}
    )
    return urlencode(form), "application/x-www-form-urlencoded"


def _answer(response: HTTPResponse) -> Payload | None:
    text = response.read().decode()
    if response.status != HTTPStatus.OK:
        raise NotDelivered("http_error")
    if not text:
        return None
    if response.headers.get_content_type() != "application/json":
        return {"text": text}
    parsed = json.loads(text)
    return parsed if isinstance(parsed, dict) else None
