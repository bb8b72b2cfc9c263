"""What the command line reports of digests and playbooks, as plain values."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from playbooks.runner import PlaybookRunner
from store import people
from store.errors import GuidepostError, NotFound
from store.finding import find_account
from store.insights.digest import digest
from store.insights.evidence import all_evidence
from store.insights.render import render
from store.insights.scope import period_of
from store.insights.values import Scope
from store.people import Person

if TYPE_CHECKING:
    from bot.wiring import Core


def digest_as(core: Core, period: str, form: str) -> str:
    """The digest of the whole workspace, as text, json, csv or html."""
    now = core.clock.now()
    with core.database.reading() as session:
        made = digest(session, core.workspace_id, period_of(period, now), Scope("the whole workspace"), now)
        return render(made, form, all_evidence(session, core.workspace_id, made))


def simulate_for(core: Core, playbook: str, account: str, until: str) -> list[dict[str, Any]]:
    """What a playbook would send to an account until a day, by the same engine, with nothing sent.

    Raises:
        NotFound: no such account, or several of that name.
        GuidepostError: `until` is no date, or has passed.
    """
    day = _day(until, core.clock.now().date())
    with core.database.reading() as session:
        everyone = Person(None, "staff", "admin", "the command line")
        ids = people.visible_account_ids(session, core.workspace_id, everyone)
        match = find_account(session, core.workspace_id, account, ids)
    if match.account is None:
        names = (
            ", ".join(found.name for found in match.accounts) or "none; `guidepost accounts import` adds some"
        )
        raise NotFound(f"Which account is “{account}”? There are: {names}.")
    runner = PlaybookRunner(core.database, core.clock)
    lines = runner.preview(playbook, match.account.id, core.workspace_id, until=day)
    return [line.as_dict() for line in lines]


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise GuidepostError(f"{text} is no date. Write it as 2026-12-31.") from None
    if day < today:
        raise GuidepostError(f"{text} has passed; it is {today} now. Give a day to come.")
    return day
