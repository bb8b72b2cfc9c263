"""An account's health as everybody else should read it: the score in force and the CSM's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.tables import health as table

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

    from store.tables import Account


@dataclass(frozen=True)
class Standing:
    """What is known of an account's health today. `band` is unknown until the account was first looked at."""

    score: int | None
    sentiment: str | None  # green | yellow | red, of the CSM
    band: str


def standing_of(session: Session, account: Account, today: date) -> Standing:
    """The imported score where there is one, else what was worked out last; the CSM's word, else the imported one."""
    latest = table.latest_score(session, account.id)
    override = table.override_on(session, account.id, today)
    worked_out = latest.score if latest else None
    return Standing(
        score=account.health if account.health is not None else worked_out,
        sentiment=override.band if override else account.csm_sentiment,
        band=latest.band if latest else "unknown",
    )
