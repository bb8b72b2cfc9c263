"""`/cs tasks away FROM TO @who` and `/cs tasks back`: who stands in while somebody is away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot import asking, goal_words
from bot.blocks.text import brief, slack_day
from bot.listeners.commands import answer
from bot.slack.messenger import Speech
from store import people
from store.errors import StoreError
from store.tables import Absence, absences

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from store.people import Person

HOW = "Write `/cs tasks away 2026-07-01 2026-07-14 @who`, with a colleague of our team."
_USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


def away(services: Services, call: Call, words: str) -> None:
    """Somebody stands in for the caller from a day up to another."""
    first, last, name = [*words.split(maxsplit=2), "", "", ""][:3]
    if not (first and last and name):
        raise StoreError(f"From when to when, and who stands in? {HOW}")
    starts_on, ends_on = goal_words.read_date(first), goal_words.read_date(last)
    if ends_on < max(starts_on, services.clock.now().date()):
        raise StoreError(f"{ends_on:%-d %b %Y} is over, or before the first day. {HOW}")
    if user := _USER.fullmatch(name.strip()):
        services.directory.meet(user[1])
    with services.effect_of(call.event.id) as session:
        me = call.asked.person
        cover = _colleague(session, services, name.strip())
        if not me.email or not cover.email or cover.email == me.email:
            raise StoreError(f"“{name}” cannot stand in for you. {HOW}")
        row = Absence(
            workspace_id=services.workspace_id,
            email=me.email.lower(),
            starts_on=starts_on,
            ends_on=ends_on,
            cover_email=cover.email.lower(),
            said_by=call.command.user_id,
            created_at=services.clock.now(),
        )
        absences.note_absence(session, row)
        told = (
            f"Noted: {brief(cover.name)} stands in for you from {slack_day(starts_on)} to {slack_day(ends_on)}. "
            "They see your tasks, and hear what your customers say. `/cs tasks back` ends it."
        )
        answer(session, services, call, Speech(text=told))


def _colleague(session: Session, services: Services, name: str) -> Person:
    """The member of staff that is meant: a mention, an address, or a name.

    Raises:
        StoreError: it is nobody of our team, or several.
    """
    user = _USER.fullmatch(name)
    found = (
        [asking.person_of(session, services, user[1])]
        if user
        else people.staff_named(session, services.workspace_id, name)
    )
    if len(found) != 1 or not found[0].may_act_as("csm"):
        raise StoreError(f"I do not know which colleague “{name}” is. {HOW}")
    return found[0]


def back(services: Services, call: Call, _words: str) -> None:
    """The caller is back: what was noted from today on is dropped."""
    email = call.asked.person.email or ""
    with services.effect_of(call.event.id) as session:
        ended = absences.end_absences(session, services.workspace_id, email, services.clock.now().date())
        told = "Welcome back; nobody stands in for you any more." if ended else "You were not noted as away."
        answer(session, services, call, Speech(text=told))


VERBS: dict[str, Callable[[Services, Call, str], None]] = {"away": away, "back": back}
