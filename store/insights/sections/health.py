"""Health: who was green, yellow or red when the period began, who is now, and what moved most and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.insights.frame import PROSPECTS, revenue_of
from store.insights.section_values import Action, Cell, Line, Section
from store.insights.values import Figure, Rate
from store.tables import health as table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlmodel import Session

    from store.insights.frame import Frame
    from store.tables.accounts import Account
    from store.tables.health import HealthScore

BANDS = ("green", "yellow", "red", "unknown")
TOP, LEAST = 5, 5  # movers that are shown; points that are no noise
INPUTS = 2  # that moved most, named with each mover


@dataclass(frozen=True)
class Healths:
    """The newest health of each account, now and when the period began."""

    now: Mapping[str, HealthScore]
    before: Mapping[str, HealthScore]


def read_healths(session: Session, frame: Frame) -> Healths:
    """The health of every account, as it was written down."""
    return Healths(
        table.latest_scores(session, frame.workspace_id, frame.today),
        table.latest_scores(session, frame.workspace_id, frame.period.start.date()),
    )


def health_section(frame: Frame, rows: Healths) -> Section:
    """Customers by band, where each was when the period began, and the largest changes with their reasons."""
    customers = sorted(
        (one for one in frame.accounts.values() if one.stage not in PROSPECTS), key=lambda one: one.name
    )
    whole = _figure("accounts", "customers", customers)
    earlier = Counter(_band(rows.before, one) for one in customers)
    bands = {
        band: _figure(
            band,
            f"customers whose health is {band}",
            [one for one in customers if _band(rows.now, one) == band],
            before=earlier[band] if rows.before else None,
        )
        for band in BANDS
    }
    movers = _movers(rows, customers)
    return Section(
        "health",
        "Health",
        figures=(whole, *bands.values()),
        rates=(Rate("health.unknown_share", "share whose health is not known", bands["unknown"], whole),),
        cells=tuple(_cells(rows, customers)) if rows.before else (),
        lines=tuple(_line(frame, rows, one) for one in movers[:TOP]),
        missing=() if rows.before else ("Nobody's health was worked out when the period began.",),
    )


def _figure(name: str, label: str, accounts: list[Account], before: int | None = None) -> Figure:
    return Figure(f"health.{name}", label, "account", tuple(one.id for one in accounts), before=before)


def _band(scores: Mapping[str, HealthScore], account: Account) -> str:
    score = scores.get(account.id)
    return score.band if score and score.band in BANDS else "unknown"


def _cells(rows: Healths, customers: list[Account]) -> Iterator[Cell]:
    """Every pair of bands that anybody stands in."""
    places: dict[tuple[str, str], list[Account]] = {}
    for one in customers:
        places.setdefault((_band(rows.before, one), _band(rows.now, one)), []).append(one)
    for before in BANDS:
        for after in BANDS:
            if accounts := places.get((before, after)):
                figure = _figure(f"{before}.{after}", f"{before}, now {after}", accounts)
                yield Cell(before, after, figure, revenue_of(accounts))


def _movers(rows: Healths, customers: list[Account]) -> list[Account]:
    moved = [one for one in customers if abs(_change(rows, one)) >= LEAST]
    return sorted(moved, key=lambda one: (-abs(_change(rows, one)), -(one.arr_minor or 0), one.name))


def _change(rows: Healths, account: Account) -> int:
    now, before = rows.now.get(account.id), rows.before.get(account.id)
    if now is None or before is None or now.score is None or before.score is None:
        return 0
    return now.score - before.score


def _line(frame: Frame, rows: Healths, account: Account) -> Line:
    now, before = rows.now[account.id], rows.before[account.id]
    return Line(
        text=f"{before.score} → {now.score} ({before.band} → {now.band})",
        figure=Figure(
            f"health.moved.{account.id}", f"health of {account.name}", "health", (before.id, now.id)
        ),
        account=account.name,
        owner=frame.owner(account.id),
        action=Action("Why", f"/cs health @{account.name} why"),
        arr=None if account.arr_minor is None else (account.arr_minor, account.currency),
        because="; ".join(_inputs(before, now)),
    )


def _inputs(before: HealthScore, now: HealthScore) -> list[str]:
    """The inputs that changed the score most, each with its reason of today."""
    known = {one["name"]: one for one in before.measures}
    changes = [(_moved(known.get(one["name"]), one), one) for one in now.measures]
    largest = sorted((one for one in changes if one[0]), key=lambda one: (-abs(one[0]), one[1]["name"]))
    said = [f"{one['name']} {'up' if by > 0 else 'down'}: {one['why']}" for by, one in largest[:INPUTS]]
    return said or [now.capped or before.capped or "the CSM's word, or a score that was imported"]


def _moved(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> float:
    """By how many weighted points an input moved; one that is known on one day only did not."""
    if before is None or before["value"] is None or now["value"] is None:
        return 0.0
    return float(now["weight"] * (now["value"] - before["value"]))
