"""An account's health as everybody else should read it: the score in force and the CSM's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.tables import health as table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlmodel import Session

    from store.tables import Account
    from store.tables.health import HealthOverride, HealthScore


@dataclass(frozen=True)
class Standing:
    """What is known of an account's health today. `band` is unknown until the account was first looked at."""

    score: int | None
    sentiment: str | None  # green | yellow | red, of the CSM
    band: str


def standing_of(session: Session, account: Account, today: date) -> Standing:
    """The imported score where there is one, else what was worked out last; the CSM's word, else the imported one."""
    return _standing(
        account, table.latest_score(session, account.id), table.override_on(session, account.id, today)
    )


def standings_of(session: Session, accounts: Sequence[Account], today: date) -> dict[str, Standing]:
    """The same for many accounts at once, by id, from what was known by the end of the day."""
    if not accounts:
        return {}
    workspace_id = accounts[0].workspace_id
    latest = table.latest_scores(session, workspace_id, today)
    overrides = table.overrides_on(session, workspace_id, today)
    return {one.id: _standing(one, latest.get(one.id), overrides.get(one.id)) for one in accounts}


def _standing(account: Account, latest: HealthScore | None, override: HealthOverride | None) -> Standing:
    worked_out = latest.score if latest else None
    return Standing(
        score=account.health if account.health is not None else worked_out,
        sentiment=override.band if override else account.csm_sentiment,
        band=latest.band if latest else "unknown",
    )
