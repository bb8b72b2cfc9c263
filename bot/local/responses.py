"""response_urls: addresses at which the bot may answer a command or a click, 5 times within 30 minutes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.local.errors import ApiError

if TYPE_CHECKING:
    from bot.local.clock import LocalClock
    from bot.local.payloads import Payload
    from bot.local.records import Records

USES = 5
LIFETIME = timedelta(minutes=30)
_KIND = "response_url"


@dataclass(frozen=True)
class Origin:
    """Where a response_url was given: whom it answers, and the message that was clicked, if any."""

    user: str
    channel: str
    thread_ts: str = ""
    message_ts: str = ""
    is_ephemeral: bool = False


class ResponseUrls:
    """Given addresses and how often they were used; they outlive the process and ignore a moved clock."""

    def __init__(self, records: Records, clock: LocalClock) -> None:
        self._records = records
        self._clock = clock

    def create(self, origin: Origin) -> str:
        """A new address's last part."""
        self._forget_old()
        key = secrets.token_urlsafe(18)
        until = (self._clock.real_now() + LIFETIME).isoformat()
        self._records.put(_KIND, key, {"origin": vars(origin), "until": until, "uses": 0})
        return key

    def use(self, key: str) -> Origin:
        """What the address stands for; counts as one use.

        Raises:
            ApiError: `used_url` or `expired_url`.
        """
        known: Payload | None = self._records.get(_KIND, key)
        if known is None or datetime.fromisoformat(known["until"]) < self._clock.real_now():
            raise ApiError("expired_url")
        if known["uses"] >= USES:
            raise ApiError("used_url")
        self._records.put(_KIND, key, {**known, "uses": known["uses"] + 1})
        return Origin(**known["origin"])

    def _forget_old(self) -> None:
        now = self._clock.real_now()
        old = [
            key for key, one in self._records.all(_KIND).items() if datetime.fromisoformat(one["until"]) < now
        ]
        for key in old:
            self._records.drop(_KIND, key)
