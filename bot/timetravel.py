"""Moves the local workspace's clock the way time passes: through everything that is due on the way."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.scheduled_digests import ScheduledDigests
from bot.telling_back import TellingBack
from bot.watching import Watch, triggers_of
from store.tables import events, outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.services import Services

SETTLE_SECONDS = 10.0
STEPS_AT_MOST = 5000


class TimeTravel:
    """Advances the clock from one due moment to the next, and lets each be carried out in its own time.

    At one go, a week would make every timer of it late at once; a late timer is skipped or asks first. And every
    morning on the way the accounts are looked at: their health, their signals, and what begins by itself. Digests
    that are scheduled are sent in their own time.

    Args:
        services: the running bot.
        advance: moves the clock, and tells open pages.
    """

    def __init__(self, services: Services, advance: Callable[[timedelta], datetime]) -> None:
        self._services = services
        self._advance = advance
        self._watch = Watch(services)
        self._telling_back = TellingBack(services)
        self._triggers = triggers_of(services)
        self._digests = ScheduledDigests(services)

    def __call__(self, by: timedelta) -> None:
        """Let this much time pass."""
        target = self._services.clock.now() + by
        self._look()  # at whoever nobody has looked at today yet
        for _ in range(STEPS_AT_MOST):
            due, digest = self._services.runner.next_due(), self._digests.next_due()
            moment = min((one for one in (due, digest, self._watch.next_morning()) if one), default=None)
            if moment is None or moment > target:
                break
            self._advance_to(moment)
            looked = self._look()
            fired = due == moment and (self._services.runner.fire_due() or self._is_fired_by_others(moment))
            if not fired and due == moment:
                break  # it keeps failing: do not wait for it
            if looked or fired or digest == moment:  # also where others put it into the outbox
                self._settle()
        self._advance_to(target)

    def _look(self) -> int:
        """Look at the accounts whose morning it is, pass on what happened, and send the digests that are due."""
        looked = self._watch.run_due() + self._telling_back.run_due()
        while more := self._watch.run_due() + self._triggers.hear() + self._digests.run_due():
            looked += more
        return looked

    def _advance_to(self, moment: datetime) -> None:
        ahead = moment - self._services.clock.now()
        if ahead > timedelta(0):
            self._advance(ahead)

    def _is_fired_by_others(self, due: datetime) -> bool:
        """Whether the schedule, which looks for itself every second, was first."""
        return _comes_true(lambda: self._services.runner.next_due() != due)

    def _settle(self) -> None:
        """Wait until what is due has been said and its echo has been heard."""
        self._services.wake_outbox()
        _comes_true(lambda: not self._busy())

    def _busy(self) -> bool:
        services = self._services
        with services.database.reading() as session:
            said = outbox.waiting_count(session, workspace_id=services.workspace_id, now=services.clock.now())
            return bool(said or events.waiting_count(session, workspace_id=services.workspace_id))


def _comes_true(condition: Callable[[], bool]) -> bool:
    """Wait for something, within reason; whether it came."""
    until = time.monotonic() + SETTLE_SECONDS
    while not (true := condition()) and time.monotonic() < until:
        time.sleep(0.02)
    return true
