"""What happens on a clock: playbook timers that are due, and syncs of sources whose time has come."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.services import Services

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
SYNC_POLL_SECONDS = 5.0
TIMERS_AT_ONCE = 50


class Schedule:
    """Two threads: one polls due timers every second, the other syncs, which may take its time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._threads = (
            threading.Thread(target=self._poll, name="schedule", daemon=True),
            threading.Thread(target=self._poll_syncs, name="syncs", daemon=True),
        )

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End after the round under way; a sync is left where it is, the next start goes on with it."""
        for thread in self._threads:
            if thread.is_alive():  # a start that failed has begun nothing
                thread.join(timeout=10)

    def run_until_idle(self) -> int:
        """Fire everything that is due, here and now; how many timers that was."""
        fired = 0
        while count := self._services.runner.fire_due(TIMERS_AT_ONCE):
            fired += count
        return fired

    def _poll_syncs(self) -> None:
        while not self._services.stopping.wait(SYNC_POLL_SECONDS):
            try:
                if self._services.answers.ready:  # a start is quick; what is due can wait that long
                    self._services.syncs.run_due()
                    self._services.answers.keep_up()
            except Exception:
                log.exception("sources could not be looked at; trying again")

    def _poll(self) -> None:
        while not self._services.stopping.wait(POLL_SECONDS):
            try:
                if self.run_until_idle():
                    self._services.wake_outbox()
            except Exception:
                log.exception("timers could not be looked at; trying again")
