"""A process that ends at one of its transactions, without a process: whatever it was doing is cut off there."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

    from bot.services import Services
    from store.database import Database


class Killed(BaseException):
    """The process is over; nothing of ours catches that."""


class MortalDatabase:
    """A database whose user is killed at a transaction.

    Args:
        database: the real one.
        number: of the transaction, from 1.
        when: before or after it is committed.
    """

    def __init__(self, database: Database, number: int, when: str) -> None:
        self._database, self._left, self._when = database, number, when

    def __getattr__(self, name: str) -> object:
        return getattr(self._database, name)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """As always, until the moment has come."""
        self._left -= 1
        with self._database.transaction() as session:
            yield session
            session.flush()
            self._die_if("before")
        self._die_if("after")

    def _die_if(self, when: str) -> None:
        if self._left == 0 and self._when == when:
            raise Killed


def mortal(services: Services, number: int, when: str) -> Services:
    """The same services, for a process that will be killed."""
    return replace(services, database=MortalDatabase(services.database, number, when))
