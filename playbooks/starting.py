"""When a playbook starts, for whom, and when not: the `trigger`, `entry` and `exclude` of a definition."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from playbooks.conditions import Condition  # noqa: TC001 - pydantic reads it
from playbooks.deeds import first_of
from playbooks.terms import BySegment, Delay, DelayField, Model, OneOrMany, Segment, Several, WhenField

Exclusion = Literal["same_kind", "save_running", "open_escalation", "legal_hold", "near_renewal", "leaving"]


class EventTrigger(Model):
    """Something happened at the account, such as `signal.champion_left`."""

    event: Several


class DateTrigger(Model):
    """A day counted from an anchor has come; `within` is how late it may still start."""

    date: BySegment[WhenField]
    within: DelayField = Delay(14, "d")


class SegmentTrigger(Model):
    """The account came into a segment, or left it."""

    enters: tuple[Segment, ...] = ()
    leaves: tuple[Segment, ...] = ()


class SegmentChange(Model):
    """The account changed its segment."""

    segment: SegmentTrigger


class SignalRule(Model):
    """A condition that has held for a while; it counts again only after `until` has held for a while."""

    when: Condition
    lasting: DelayField = Field(Delay(0, "d"), alias="for")
    until: Condition | None = None
    until_for: DelayField = Delay(0, "d")


class SignalTrigger(Model):
    """A signal, with hysteresis."""

    signal: SignalRule


TRIGGERS = ("event", "date", "segment", "signal")
Trigger = Annotated[
    Annotated[EventTrigger, Tag("<event>")]
    | Annotated[DateTrigger, Tag("<date>")]
    | Annotated[SegmentChange, Tag("<segment>")]
    | Annotated[SignalTrigger, Tag("<signal>")],
    Discriminator(first_of(TRIGGERS)),
]


def _listed(value: object) -> object:
    return (value,) if isinstance(value, dict) else value


Triggers = Annotated[tuple[Trigger, ...], BeforeValidator(_listed), OneOrMany()]


class Entry(Model):
    """What an account needs for a run. An empty `periods` takes any subscription, or none."""

    periods: tuple[Literal["annual", "multi_year", "monthly"], ...] = ()
    condition: Condition | None = Field(None, alias="if")
