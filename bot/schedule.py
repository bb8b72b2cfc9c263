"""What happens on a clock: timers of playbooks and digests that are due, the day's look at accounts, syncs of sources."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from bot.scheduled_digests import ScheduledDigests
from bot.telling_back import TellingBack
from bot.watching import Watch, triggers_of

if TYPE_CHECKING:
    from bot.services import Services

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
SYNC_POLL_SECONDS = 5.0
WATCH_POLL_SECONDS = 20.0
TIMERS_AT_ONCE = 50


class Schedule:
    """Three threads: one polls due timers every second, one looks at accounts and gaps, one syncs, which may take its time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._watch = Watch(services)
        self._telling_back = TellingBack(services)
        self._triggers = triggers_of(services)
        self._digests = ScheduledDigests(services)
        self._threads = (
            threading.Thread(target=self._poll, name="schedule", daemon=True),
            threading.Thread(target=self._poll_accounts, name="watch", daemon=True),
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
        """Pass on what happened and fire everything that is due, here and now; how much that was."""
        done = 0
        while count := self._look():
            done += count
        return done

    def _look(self) -> int:
        fired = self._triggers.hear() + self._services.runner.fire_due(TIMERS_AT_ONCE)
        return fired + self._digests.run_due()

    def _poll_accounts(self) -> None:
        while not self._services.stopping.wait(WATCH_POLL_SECONDS):
            try:
                while self._watch.run_due() and not self._services.stopping.is_set():
                    pass
                self._telling_back.run_due()
            except Exception:
                log.exception("accounts could not be looked at; trying again")

    def _poll_syncs(self) -> None:
        while not self._services.stopping.wait(SYNC_POLL_SECONDS):
            try:
                if self._services.answers.ready:  # a start is quick; what is due can wait that long
                    self._services.syncs.run_due()
                    self._services.answers.keep_up()
            except Exception:
                log.exception("sources could not be looked at; trying again")

    def _poll(self) -> None:
        # Read before anybody waits for them.
        log.debug("%d playbooks are read", len(self._services.runner.definitions))
        while not self._services.stopping.wait(POLL_SECONDS):
            try:
                if self.run_until_idle():
                    self._services.wake_outbox()
            except Exception:
                log.exception("timers could not be looked at; trying again")
