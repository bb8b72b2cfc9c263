"""Wins and learnings: who was saved, grew or spoke for us; who left, why, and how early it was known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlmodel import Session, col, select

from store.insights import forecast
from store.insights.running import kind_of
from store.insights.section_values import Line, Section
from store.insights.values import Figure
from store.redacting import redacted
from store.tables.consents import Consent
from store.tables.renewals import Forecast, Renewal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from store.insights.frame import Frame
    from store.insights.running import Plays
    from store.tables.playbooks import PlaybookRun

SAVED = frozenset({"saved", "contracted"})
LISTED = 5
QUOTE = "quote"  # a consent's purpose
AT_RISK = (forecast.ACTIONABLE, forecast.LOST_CAUSE)


@dataclass(frozen=True)
class Outcomes:
    """How terms ended in the period, and what customers gave us."""

    ended: list[Renewal] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    warned_on: Mapping[tuple[str, date], date] = field(
        default_factory=dict
    )  # (subscription, end) -> first at risk


def read_outcomes(session: Session, frame: Frame) -> Outcomes:
    """Outcomes and consents of the period."""
    period = frame.period
    ended = select(Renewal).where(
        Renewal.workspace_id == frame.workspace_id,
        col(Renewal.closed_at) >= period.start,
        col(Renewal.closed_at) < period.end,
        col(Renewal.closed_at) <= frame.now,
    )
    consents = select(Consent).where(
        Consent.workspace_id == frame.workspace_id,
        col(Consent.given_at) >= period.start,
        col(Consent.given_at) < period.end,
        col(Consent.given_at) <= frame.now,
        col(Consent.withdrawn_at).is_(None),
    )
    calls = select(Forecast).where(
        Forecast.workspace_id == frame.workspace_id, col(Forecast.category).in_(AT_RISK)
    )
    warned: dict[tuple[str, date], date] = {}
    for call in session.exec(calls.order_by(col(Forecast.at))):
        warned.setdefault((call.subscription_id, call.term_end), call.at.date())
    return Outcomes(
        [
            one
            for one in session.exec(ended.order_by(col(Renewal.closed_at), col(Renewal.id)))
            if frame.covers(one.account_id)
        ],
        [
            one
            for one in session.exec(consents.order_by(col(Consent.given_at), col(Consent.id)))
            if frame.covers(one.account_id)
        ],
        warned,
    )


def wins_section(frame: Frame, rows: Outcomes, plays: Plays) -> Section:
    """What was won and lost in the period, the largest first."""
    ended_runs = [
        run
        for run in plays.runs
        if (at := run.ended_at) and frame.period.start <= at < frame.period.end and at <= frame.now
    ]
    saved = [run for run in ended_runs if kind_of(run) == "save" and run.outcome in SAVED]
    grown = [run for run in ended_runs if kind_of(run) == "upsell" and run.outcome == "won"]
    lost = sorted(
        (one for one in rows.ended if one.outcome == "churned"),
        key=lambda one: (-frame.worth(one.account_id), one.id),
    )
    figures = (
        _of_runs("saved", "accounts saved", saved),
        _of_runs("expanded", "accounts that grew by a playbook", grown),
        _of_terms(
            "renewed", "terms renewed", [one for one in rows.ended if one.outcome.startswith("renewed")]
        ),
        _of_terms(
            "renewed_larger",
            "of these, larger than before",
            [one for one in rows.ended if one.outcome == "renewed_expanded"],
        ),
        Figure(
            "wins.advocates",
            "consents given to speak for us",
            "consent",
            tuple(one.id for one in rows.consents),
        ),
        _of_terms("lost", "terms not renewed", lost),
    )
    quotes = (one for one in rows.consents if one.purpose == QUOTE and one.expires_on >= frame.now.date())
    spoken = (_spoken(frame, one) for one in quotes)
    lines = (*_saved(frame, saved), *(_lost(frame, rows, plays, one) for one in lost), *spoken)
    return Section("wins", "Wins and learnings", figures=figures, lines=lines[:LISTED])


def _of_runs(name: str, label: str, runs: Sequence[PlaybookRun]) -> Figure:
    return Figure(f"wins.{name}", label, "run", tuple(run.id for run in runs))


def _of_terms(name: str, label: str, ended: Sequence[Renewal]) -> Figure:
    return Figure(f"wins.{name}", label, "renewal", tuple(one.id for one in ended))


def _saved(frame: Frame, saved: Sequence[PlaybookRun]) -> Iterator[Line]:
    for run in saved:
        name = frame.name(run.account_id)
        yield Line(
            text="saved" if run.outcome == "saved" else "stays, with less",
            figure=_of_runs(f"saved.{run.id}", f"{name} was saved", [run]),
            account=name,
            owner=frame.owner(run.account_id),
            arr=_arr(frame, run.account_id),
        )


def _spoken(frame: Frame, one: Consent) -> Line:
    """A quote that may be used, as long as its consent holds."""
    name = frame.name(one.account_id)
    how = "without their name" if one.scope == "without_name" else "with their name"
    return Line(
        text=f"may be quoted {how} until {one.expires_on:%-d %b %Y}",
        figure=Figure(f"wins.quote.{one.id}", f"quote of {name}", "consent", (one.id,)),
        account=name,
        owner=frame.owner(one.account_id),
        quote=redacted(one.text_shown) or None,
    )


def _lost(frame: Frame, rows: Outcomes, plays: Plays, one: Renewal) -> Line:
    name = frame.name(one.account_id)
    return Line(
        text=f"did not renew: {_said(one.said_by)} {one.reason or 'no reason'}",
        figure=_of_terms(f"lost.{one.id}", f"{name} did not renew", [one]),
        account=name,
        owner=frame.owner(one.account_id),
        arr=_arr(frame, one.account_id),
        because="; ".join(filter(None, (_theirs(plays, one), _warning(rows, one)))),
        quote=one.reason_text or None,
    )


def _said(said_by: str) -> str:
    return {"customer": "the customer says", "csm": "the CSM says"}.get(said_by, "it looks like")


def _theirs(plays: Plays, one: Renewal) -> str:
    """The reason that the customer gave on leaving, where it is another than ours."""
    runs = [run for run in plays.runs if run.account_id == one.account_id and kind_of(run) == "offboarding"]
    reason = next((run.reason for run in reversed(runs) if run.reason), None)
    return f"the customer says {reason}" if reason and reason != one.reason else ""


def _warning(rows: Outcomes, one: Renewal) -> str:
    first = rows.warned_on.get((one.subscription_id, one.term_end))
    if first is None:
        return "nobody had called it at risk"
    return f"called at risk {max(0, (one.term_end - first).days)} days before the end"


def _arr(frame: Frame, account_id: str) -> tuple[int, str] | None:
    account = frame.accounts.get(account_id)
    return (account.arr_minor, account.currency) if account and account.arr_minor is not None else None
