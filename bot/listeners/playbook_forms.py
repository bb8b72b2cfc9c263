"""What a button or a form of a playbook's message says, as an event for the run that it belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks import playbook as blocks
from bot.blocks import playbook_modals as modals
from bot.blocks.answer_forms import ANSWER_MODAL, answer_of
from bot.slack.incoming import Pressed, StaleButton
from playbooks import events
from store.tables import playbooks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.services import Services
    from bot.slack.modals import Submitted
    from playbooks.events import Event
    from store.people import Person

SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,}")


@dataclass(frozen=True)
class Ref:
    """Which step of which run a button or modal is about, and what was pressed."""

    run_id: str
    step: str
    value: str | None = None
    text: str | None = None
    wants_text: str | None = None

    @classmethod
    def of(cls, pressed: Pressed) -> Ref:
        """From a pressed element: in its value, or for a menu in its block's id."""
        if pressed.action_id == blocks.CHOOSE:
            _, run_id, step = (*pressed.block_id.split("|", 2), "", "")[:3]
            if not step:
                raise StaleButton
            return cls(run_id, step, value=pressed.value)
        return cls.from_json(pressed.fields("run", "step"))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Ref:
        """From a button's value or a modal's context."""
        return cls(data["run"], data["step"], data.get("value"), data.get("text"), data.get("wants_text"))


def event_of_press(press: Pressed, ref: Ref, person: Person) -> Event:
    """What a press means: most buttons say it by themselves; the others answer."""
    by = press.user_id
    simple: dict[str, Event] = {
        blocks.LATER: events.Later(ref.step, by),
        blocks.TALK: events.WantsPerson(ref.step, by),
        blocks.CONFIRM_NO: events.Rejected(ref.step, by),
        blocks.SEND_NOW: events.SentNow(ref.step, by),
        blocks.APPROVE: events.Approved(ref.step, by),
        blocks.SKIP: events.Skipped(ref.step, by),
    }
    if press.action_id in simple:
        return simple[press.action_id]
    confirmed = press.action_id == blocks.CONFIRM_YES
    return events.Replied(
        ref.step, by, value=ref.value, text=ref.text, confirmed=confirmed, staff=person.is_staff
    )


def event_of_form(kind: str, submitted: Submitted, ref: Ref, person: Person) -> Event:
    """What a form says in which nobody is named: a decision, or an answer in words."""
    by, values = submitted.user_id, submitted.values
    if kind == modals.EDIT_MODAL:
        return events.Approved(ref.step, by, text=values[modals.TEXT].strip())
    if kind == modals.SNOOZE_MODAL:
        return events.Snoozed(ref.step, by, date.fromisoformat(values[modals.DAY]))
    return events.Replied(
        ref.step, by, value=ref.value or None, text=values[modals.TEXT], staff=person.is_staff
    )


def naming_form(
    services: Services, kind: str, ref: Ref, submitted: Submitted
) -> Callable[[Person], Event] | None:
    """What a form says in which people are named; Slack is asked who they are before anything is written."""
    if kind == modals.NOT_ME_MODAL:
        event = _not_me(services, ref, submitted)
        return lambda _person: event
    if kind != ANSWER_MODAL:
        return None
    value, fields = answer_of(submitted.values)
    if submitted.context.get("ask_type") == "person" and value:
        contact_id, name = _who(services, ref, value)
        value = contact_id or name
    words = tuple((name, _named(services, ref, text)) for name, text in fields.items())
    return lambda person: events.Replied(
        ref.step, submitted.user_id, value=value, staff=person.is_staff, fields=words
    )


def _named(services: Services, ref: Ref, text: str) -> str:
    """A field as words: a person who was picked by name."""
    return _who(services, ref, text)[1] if SLACK_ID.fullmatch(text) else text


def _not_me(services: Services, ref: Ref, submitted: Submitted) -> Event:
    """Somebody else is the right person; known by name alone if they are no contact of this account."""
    by, user_id = submitted.user_id, submitted.values.get(modals.PERSON, "")
    if not user_id:
        return events.NotMe(ref.step, by)
    contact_id, name = _who(services, ref, user_id)
    if contact_id:
        return events.NotMe(ref.step, by, contact_id=contact_id)
    return events.NotMe(ref.step, by, named=name)


def _who(services: Services, ref: Ref, user_id: str) -> tuple[str | None, str]:
    """The contact of the run's account that a Slack user is, if they are one, and their name."""
    services.directory.meet(user_id)
    with services.database.reading() as session:
        named = asking.person_of(session, services, user_id)
        run = playbooks.find_run(session, ref.run_id)
    contact = named.contact
    here = contact is not None and run is not None and contact.account_id == run.account_id
    return (contact.id if contact and here else None), named.name
