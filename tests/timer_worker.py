"""A process that fires due timers and kills itself at a boundary: before or after its n-th transaction is committed.

python -m tests.timer_worker URL WORKSPACE_ID NOW before|after|never N
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from playbooks.runner import PlaybookRunner
from store.clock import FixedClock
from store.database import Database
from store.tables import playbooks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

AT_ONCE = 7
LEASE = timedelta(seconds=1)


class MortalDatabase(Database):
    """A database whose user dies at one of its transactions."""

    def __init__(self, url: str, when: str, number: int) -> None:
        super().__init__(url)
        self._when, self._left = when, number

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """As always, until the moment has come."""
        self._left -= 1
        with super().transaction() as session:
            yield session
            session.flush()
            self._die_if("before")
        self._die_if("after")

    def _die_if(self, when: str) -> None:
        if self._when == when and self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, workspace_id: str, now: str, when: str, number: str) -> None:
    """Fire whatever is due, until nothing is."""
    database = MortalDatabase(url, when, int(number))
    moment = datetime.fromisoformat(now)
    runner = PlaybookRunner(database, FixedClock(moment), workspace_id=workspace_id, lease=LEASE)
    while True:
        if runner.fire_due(AT_ONCE) == 0:
            with database.reading() as session:
                due = playbooks.next_timer(session, workspace_id)
            if due is None or due > moment:
                return
            time.sleep(0.1)  # taken by somebody who may be dead: their lease ends


if __name__ == "__main__":
    main(*sys.argv[1:])
