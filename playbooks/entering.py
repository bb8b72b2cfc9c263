"""Whether a run may begin, in which cycle, and whether it may end so."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from playbooks.bands import troubled
from playbooks.errors import CannotStart, PlaybookError
from playbooks.holding import Scene, holds
from playbooks.planning import parse_day
from playbooks.state import Run
from playbooks.wording import spoken

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from playbooks.state import Context
    from playbooks.types import Playbook
    from store.tables import PlaybookRun

NEAR = timedelta(days=60)  # before a renewal
LEFT_FACT = "ended_on"  # the last day of who left


def _same_kind(playbook: Playbook, context: Context, _now: datetime) -> str | None:
    running = playbook.kind in context.running
    return f"another playbook of the kind {playbook.kind} is running" if running else None


def _save_running(_playbook: Playbook, context: Context, _now: datetime) -> str | None:
    return "the account is being saved" if "save" in context.running else None


def _open_escalation(_playbook: Playbook, context: Context, _now: datetime) -> str | None:
    return "an urgent task is open" if context.open_escalations else None


def _trouble(_playbook: Playbook, context: Context, _now: datetime) -> str | None:
    return troubled(context)


def _near_renewal(_playbook: Playbook, context: Context, now: datetime) -> str | None:
    if context.term is None:
        return None
    left = context.term.renews_on - context.calendar().date_of(now)
    near = timedelta(0) <= left <= NEAR
    return f"its renewal is on {spoken(context.term.renews_on)}" if near else None


def _leaving(_playbook: Playbook, context: Context, _now: datetime) -> str | None:
    """They leave, or have left and not come back since."""
    if "offboarding" in context.running:
        return "they are leaving"
    noted = context.facts.get(LEFT_FACT)
    left_on = parse_day(noted.value) if noted else None
    back = left_on is not None and context.term is not None and context.term.started_on > left_on
    return f"they left on {spoken(left_on)}" if left_on and not back else None


EXCLUSIONS: dict[str, Callable[[Playbook, Context, datetime], str | None]] = {
    "same_kind": _same_kind,
    "save_running": _save_running,
    "open_escalation": _open_escalation,
    "legal_hold": _trouble,
    "near_renewal": _near_renewal,
    "leaving": _leaving,
}


def new_run(playbook: Playbook, context: Context, started_by: str, now: datetime) -> Run:
    """A run that has not begun."""
    return Run(
        id=uuid.uuid4().hex,
        playbook=playbook.playbook,
        kind=playbook.kind,
        account_id=context.account_id,
        segment=context.segment,
        started_at=now,
        started_by=started_by,
    )


def may_start(playbook: Playbook, context: Context, run: Run, now: datetime) -> None:
    """Raise CannotStart unless the account has what the playbook needs."""
    if not any(person.active and not person.opted_out for person in context.contacts):
        raise CannotStart(
            f"{context.account} has no contact who may be written to. Import contacts with "
            "`guidepost accounts import contacts FILE.csv`, or ask somebody there to opt in again."
        )
    _must_have_a_term(playbook, context, now)
    if not holds(playbook.entry.condition, Scene(playbook, context, run, now)):
        raise CannotStart(f"“{playbook.title}” is not for {context.account} as things are: see its “entry”.")
    for name in playbook.exclude:
        why = EXCLUSIONS[name](playbook, context, now)
        if why:
            raise CannotStart(f"“{playbook.title}” does not start for {context.account} now: {why}.")


def _must_have_a_term(playbook: Playbook, context: Context, now: datetime) -> None:
    periods = playbook.entry.periods
    if not periods:
        return
    if context.term is None:
        raise CannotStart(
            f"{context.account} has no running subscription. Import it with `guidepost accounts import subscriptions FILE.csv`."
        )
    if context.term.period not in periods and "monthly" in periods:
        raise CannotStart(
            f"{context.account} does not pay by the month, for which “{playbook.title}” is meant. They have a renewal."
        )
    if context.term.period not in periods:
        raise CannotStart(f"{context.account} pays by the month, so that there is no renewal to talk about.")
    if context.term.renews_on < context.calendar().date_of(now):
        raise CannotStart(
            f"The subscription of {context.account} ended on {spoken(context.term.renews_on)}. Import the current one first."
        )


def cycle_of(playbook: Playbook, context: Context) -> str:
    """What makes a second run of the same cycle impossible."""
    if context.term is None or playbook.cycle == "account":
        return "account"
    return (
        context.term.key
        if playbook.cycle == "subscription"
        else f"{context.term.key}@{context.term.renews_on}"
    )


def already(playbook: Playbook, context: Context, row: PlaybookRun) -> str:
    """That a run of this cycle is there, for people."""
    what = {"active": "is running", "paused": "is paused"}.get(row.state, "has already been done")
    since = spoken(context.calendar().date_of(row.started_at))
    return f"“{playbook.title}” {what} for {context.account}: it was started on {since}. One run per cycle is enough."


def may_end_as(playbook: Playbook, row: PlaybookRun, code: str, reason: str | None) -> None:
    """Raise PlaybookError unless the run may be given this outcome."""
    if row.outcome or row.state in {"finished", "stopped"}:
        raise PlaybookError("This run has ended already.")
    outcome = playbook.outcomes.get(code)
    if outcome is None:
        raise PlaybookError(
            f"“{code}” is no outcome of “{playbook.title}”. There are: {', '.join(playbook.outcomes)}."
        )
    if outcome.needs_reason and not reason:
        codes = ", ".join(f"{group}.{c}" for group, entries in playbook.reasons.items() for c in entries)
        hint = f" One of: {codes}." if codes else ""
        raise PlaybookError(f"The outcome “{outcome.label}” needs a reason.{hint}")
