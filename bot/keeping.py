"""Leases that last as long as the work: only those of workers that vanished run out."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlmodel import Session

    from bot.services import Pace, Services

log = logging.getLogger(__name__)

LONGEST_SECONDS = 600  # that a row is kept for its worker; who takes longer hangs


class Leased(Protocol):
    """A row that one worker has at a time."""

    id: str


Row = TypeVar("Row", bound=Leased)


class Keeper(Generic[Row]):
    """Renews the leases of the rows in hand, a thread of its own.

    Args:
        services: the running bot.
        pace: whose lease it is; a third of it passes between two renewals.
        renew: keeps a row until then; False if another worker has it by now.
    """

    def __init__(
        self, services: Services, pace: Pace, renew: Callable[[Session, Row, datetime], bool]
    ) -> None:
        self._services = services
        self._pace = pace
        self._renew = renew
        self._in_hand: dict[str, tuple[Row, float]] = {}  # since when, by time.monotonic
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keep-leases", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; nothing is in hand any more."""
        self._over.set()
        if self._thread.is_alive():  # a start that failed has begun nothing
            self._thread.join(timeout=10)

    @contextmanager
    def holding(self, row: Row) -> Iterator[None]:
        """Keep a row until the block ends, or it takes too long."""
        self._in_hand[row.id] = row, time.monotonic()
        try:
            yield
        finally:
            del self._in_hand[row.id]

    def _keep(self) -> None:
        while not self._over.wait(self._pace.lease.total_seconds() / 3):
            for row, since in list(self._in_hand.values()):
                if time.monotonic() - since < LONGEST_SECONDS:
                    self._keep_one(row)

    def _keep_one(self, row: Row) -> None:
        services = self._services
        try:
            with services.database.transaction() as session:
                self._renew(session, row, services.wall.now() + self._pace.lease)
        except Exception:
            log.exception("the lease of %s could not be renewed; trying again", row.id)
