"""What the records lack for everything else to be right: the list of what to fix."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, col, func, select

from store.insights.frame import PROSPECTS
from store.insights.section_values import Section
from store.insights.values import Figure
from store.tables.accounts import Contact, UsageFact
from store.tables.goals import OPEN, Goal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from store.insights.frame import Frame
    from store.insights.sections.renewals import Terms
    from store.tables.accounts import Account

STALE_AFTER = timedelta(days=30)  # since the newest figure of an account's use
CHAMPIONS = ("champion", "admin")  # personas without whom nobody can be asked


@dataclass(frozen=True)
class Known:
    """What is known of accounts beside their own rows."""

    with_goal: frozenset[str] = frozenset()
    with_champion: frozenset[str] = frozenset()
    used_on: Mapping[str, date] | None = (
        None  # account id -> the newest figure; None: none were ever imported
    )


def read_known(session: Session, frame: Frame) -> Known:
    """Which accounts have goals, somebody to ask, and figures."""
    goals = select(Goal.account_id).where(Goal.workspace_id == frame.workspace_id, Goal.state == OPEN)
    champions = select(Contact.account_id).where(
        Contact.workspace_id == frame.workspace_id,
        Contact.status == "active",
        col(Contact.persona).in_(CHAMPIONS),
    )
    newest = (
        select(UsageFact.account_id, func.max(UsageFact.observed_on))
        .where(UsageFact.workspace_id == frame.workspace_id, col(UsageFact.observed_on) <= frame.today)
        .group_by(col(UsageFact.account_id))
    )
    used_on: dict[str, date] = dict(session.exec(newest).all())
    return Known(frozenset(session.exec(goals)), frozenset(session.exec(champions)), used_on or None)


def data_section(frame: Frame, terms: Terms, known: Known) -> Section:
    """Accounts that lack something, by name; the running term's end counts as a renewal date."""
    with_term = {term.account_id for term in terms.running}

    def is_customer(one: Account) -> bool:
        return one.stage not in PROSPECTS

    def is_stale(one: Account) -> bool:
        newest = (known.used_on or {}).get(one.id)
        return is_customer(one) and (newest is None or frame.today - newest > STALE_AFTER)

    gaps: list[tuple[str, str, Callable[[Account], bool]]] = [
        ("without_csm", "accounts without a CSM", lambda one: not one.csm_email),
        (
            "without_renewal",
            "customers without a renewal date",
            lambda one: is_customer(one) and one.id not in with_term,
        ),
        (
            "without_channel",
            "accounts without a channel",
            lambda one: not (one.slack_channel_id or one.slack_channel_name),
        ),
        (
            "without_goal",
            "customers without a goal",
            lambda one: is_customer(one) and not one.goal and one.id not in known.with_goal,
        ),
        (
            "without_champion",
            "customers without an admin or champion",
            lambda one: is_customer(one) and one.id not in known.with_champion,
        ),
    ]
    if known.used_on is not None:
        gaps.append(("stale", f"customers without figures of use for {STALE_AFTER.days} days", is_stale))
    by_name = sorted(frame.accounts.values(), key=lambda one: one.name)
    figures = tuple(
        Figure(f"accounts.{name}", label, "account", tuple(one.id for one in by_name if lacks(one)))
        for name, label, lacks in gaps
    )
    missing = () if known.used_on is not None else ("No figures of use were imported.",)
    return Section("data", "Data to complete", figures=figures, missing=missing)
