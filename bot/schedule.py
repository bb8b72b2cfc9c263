"""What happens on a clock: playbook timers that are due."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.services import Services

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
TIMERS_AT_ONCE = 50


class Schedule:
    """One thread that polls due rows every second."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._thread = threading.Thread(target=self._poll, name="schedule", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round under way."""
        if self._thread.is_alive():  # a start that failed has begun nothing
            self._thread.join(timeout=10)

    def run_until_idle(self) -> int:
        """Fire everything that is due, here and now; how many timers that was."""
        fired = 0
        while count := self._services.runner.fire_due(TIMERS_AT_ONCE):
            fired += count
        return fired

    def _poll(self) -> None:
        while not self._services.stopping.wait(POLL_SECONDS):
            try:
                if self.run_until_idle():
                    self._services.wake_outbox()
            except Exception:
                log.exception("timers could not be looked at; trying again")
