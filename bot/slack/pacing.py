"""What Slack lets us call, for each method in one workspace: what it refused is not asked again before its time.

The tiers are those of Slack's documentation ("at least so many calls a minute"); they are not enforced here, as
Slack allows bursts. They tell how scarce calls have become, so that what needs many can do with fewer.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TOO_MANY = 429
MINUTE = 60.0
PER_MINUTE = {"chat.startStream": 20, "chat.appendStream": 100, "chat.stopStream": 20, "chat.update": 50}
# These are limited for each channel: one that is full holds up no other.
OF_A_CHANNEL = frozenset({"chat.postMessage", "chat.postEphemeral"})
PLENTY, SCARCE = 0.5, 0.2  # of a minute's calls that are left


class Limits:
    """How the calls of one workspace stand. Safe to use from several threads.

    Args:
        now: seconds that only go forward.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._not_before: dict[str, float] = {}
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def wait(self, key: str) -> float:
        """Seconds until this may be called again; 0 if it may."""
        with self._lock:
            return max(0.0, self._not_before.get(key, 0.0) - self._now())

    def refused(self, key: str, seconds: float) -> None:
        """Slack wants so long to pass."""
        with self._lock:
            self._not_before[key] = max(self._not_before.get(key, 0.0), self._now() + seconds)

    def called(self, method: str) -> None:
        """Count a call."""
        if method in PER_MINUTE:
            with self._lock:
                self._of_this_minute(method).append(self._now())

    def room(self, method: str) -> float:
        """The share of a minute's calls that is left; 1 for methods without a known tier."""
        if method not in PER_MINUTE:
            return 1.0
        with self._lock:
            return max(0.0, 1 - len(self._of_this_minute(method)) / PER_MINUTE[method])

    def _of_this_minute(self, method: str) -> deque[float]:
        """When it was called; what is older is forgotten, whether somebody asks or not."""
        calls, now = self._calls[method], self._now()
        while calls and calls[0] <= now - MINUTE:
            calls.popleft()
        return calls


class PacedClient(WebClient):
    """A Web API client that asks nothing again before Slack's Retry-After has passed.

    What is asked too early is refused here as Slack would: code `ratelimited`, status 429, the seconds that are left.
    """

    def __init__(self, *args: Any, limits: Limits | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limits = limits or Limits()

    def api_call(self, api_method: str, **kwargs: Any) -> SlackResponse:
        """Call a method.

        Raises:
            SlackApiError: Slack refuses it, or has asked to wait and it is too early.
        """
        key = _key(api_method, kwargs)
        if seconds := self.limits.wait(key):
            raise self._too_early(api_method, seconds)
        self.limits.called(api_method)
        try:
            return super().api_call(api_method, **kwargs)
        except SlackApiError as error:
            if error.response.status_code == TOO_MANY:
                self.limits.refused(key, retry_after(error.response.headers))
            raise

    def _too_early(self, method: str, seconds: float) -> SlackApiError:
        response = SlackResponse(
            client=self,
            http_verb="POST",
            api_url=f"{self.base_url}{method}",
            req_args={},
            data={"ok": False, "error": "ratelimited"},
            headers={"Retry-After": f"{seconds:.1f}"},
            status_code=TOO_MANY,
        )
        return SlackApiError(f"{method} was limited by Slack; {seconds:.0f} s are left", response)  # type: ignore[no-untyped-call]


def retry_after(headers: Mapping[str, Any]) -> float:
    """The seconds that Slack asks us to wait; 5 where it does not say."""
    given = {name.lower(): value for name, value in headers.items()}.get("retry-after")
    value = given[0] if isinstance(given, list) else given
    try:
        return max(1.0, float(str(value)))
    except ValueError:
        return 5.0


def thinned(pieces: Sequence[str], room: float) -> list[str]:
    """The same words in fewer pieces, as calls become scarce: each, four in one, all in one."""
    size = 1 if room >= PLENTY else 4 if room >= SCARCE else max(1, len(pieces))
    return ["".join(pieces[n : n + size]) for n in range(0, len(pieces), size)]


def _key(method: str, arguments: Mapping[str, Any]) -> str:
    if method not in OF_A_CHANNEL:
        return method
    body = arguments.get("json") or arguments.get("data") or arguments.get("params") or {}
    return f"{method}:{body.get('channel')}"
