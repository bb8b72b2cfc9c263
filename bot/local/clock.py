"""The clock of the local workspace, which people may move forward to watch a month in a minute."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

from bot.local.errors import LocalWorkspaceError

if TYPE_CHECKING:
    from pathlib import Path

    from store.clock import Clock


class ClockError(LocalWorkspaceError):
    """The local workspace's clock cannot do that."""


class LocalClock:
    """A clock that runs ahead of another by an offset, kept in `clock.json` across restarts."""

    def __init__(self, folder: Path, base: Clock) -> None:
        self._path = folder / "clock.json"
        self._base = base
        self._lock = Lock()
        self._offset = self._load()

    def now(self) -> datetime:
        """The moved time, timezone-aware, in UTC."""
        return self._base.now() + self._offset

    def real_now(self) -> datetime:
        """The time of the clock underneath, for what must not expire when time is moved."""
        return self._base.now()

    @property
    def offset(self) -> timedelta:
        """How far this clock runs ahead."""
        return self._offset

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward and remember it.

        Raises:
            ClockError: `by` is negative, or leads beyond the calendar.
        """
        if by < timedelta(0):
            raise ClockError("The clock only moves forward; give a number of seconds of 0 or more.")
        with self._lock:
            try:
                offset = self._offset + by
                moved = self._base.now() + offset
            except OverflowError as error:
                raise ClockError("The clock cannot be moved that far; try some days or months.") from error
            self._save(offset)
            self._offset = offset
        return moved

    def _load(self) -> timedelta:
        try:
            return timedelta(seconds=float(json.loads(self._path.read_text())["offset_seconds"]))
        except FileNotFoundError:
            return timedelta(0)
        except (ValueError, KeyError, TypeError) as error:
            raise ClockError(f"{self._path} cannot be read; delete it to set the clock back.") from error

    def _save(self, offset: timedelta) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".tmp")
        draft.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        os.replace(draft, self._path)  # noqa: PTH105 - the atomic one, by its known name
