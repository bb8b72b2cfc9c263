"""Whom we are in touch with at an account, and what nobody has written down before its renewal. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from store.insights.account_health import heard

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from store.insights.account_rows import AccountRows
    from store.tables import Contact

STALE = 45  # days after which a usage figure is said to be old
TOUCHED_WITHIN = 90


def last_touch(contact: Contact, rows: AccountRows) -> date | None:
    """The day on which somebody last wrote to us, or answered."""
    days = [
        one.on for one in rows.words if contact.slack_user_id and one.slack_user_id == contact.slack_user_id
    ]
    days += [s.answered_at.date() for s in rows.steps if s.contact_id == contact.id and s.answered_at]
    return max(days, default=None)


def gaps(rows: AccountRows) -> Iterable[str]:
    """What a renewal rests on and nobody has written down, each as a sentence."""
    if rows.term is None:
        yield "When the contract ends: no subscription is imported."
    if not any(goal.progress is not None for goal in rows.goals):
        yield "Whether they reached what they wanted: no goal has a baseline, a figure and a target."
    there = Counter(one.persona for one in rows.active)
    for role, question in (("buyer", "Who signs"), ("sponsor", "Who stands behind it")):
        if not there[role]:
            yield f"{question}: no active {role} is known."
    touched = [one for one in rows.active if _is_recent(last_touch(one, rows), rows)]
    if len(touched) == 1:
        yield f"What others there think: only {touched[0].name} was heard of in the last {TOUCHED_WITHIN} days."
    if not touched:
        yield f"How they are: nobody was heard of in the last {TOUCHED_WITHIN} days."
    if not any(score.survey == "nps" for score in rows.scores):
        yield "Whether they would recommend us: nobody has been asked, or nobody answered."
    if not any((rows.today - fact.observed_on).days <= STALE for fact in rows.usage):
        yield f"How much they use it: no usage figure of the last {STALE} days."
    if heard(rows).gap is None:
        yield "Their usual rhythm: they were heard of on too few days."


def _is_recent(day: date | None, rows: AccountRows) -> bool:
    return day is not None and (rows.today - day).days <= TOUCHED_WITHIN
