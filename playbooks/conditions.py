"""Conditions of a definition: what must be so for a step, a case, a trigger or a rule."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from playbooks.terms import CompareField, Model, OneOrMany, Segment, Several, several

Band = Literal["green", "yellow", "red", "quiet"]
Number = Literal[
    "health", "arr", "seats", "goals_met", "goal_share", "open_escalations", "silent_days", "days_left", "days_customer",
    "silent_steps", "days_running", "contacts", "seat_share", "promoter_days", "consent_days_left",
    "auto_renews",
]  # fmt: skip


class Condition(Model):
    """Holds if everything that it names holds. A value that is not known holds for nothing."""

    fact: str | None = Field(None, description="This fact about the account is noted, whatever it says")
    facts: dict[str, CompareField] = Field(default_factory=dict, description="Facts and what they must say")
    age: dict[str, CompareField] = Field(
        default_factory=dict,
        description="Days since a fact was noted; one that never was counts as endless ago",
    )
    since: dict[str, CompareField] = Field(
        default_factory=dict,
        description="Days since the playbook of that name last ended; endless if it never ran, 0 while it runs",
    )
    consent: Several = Field((), description="Somebody at the account agreed to one of these, and still does")
    answer: dict[str, CompareField] = Field(
        default_factory=dict, description="Answers by their key; `any` for whatever was answered"
    )
    answers: dict[str, dict[str, CompareField]] = Field(
        default_factory=dict, description="How often a key was answered so: {setup_state: {blocked: '>= 2'}}"
    )
    band: Annotated[tuple[Band, ...], BeforeValidator(several), OneOrMany()] = ()
    segment: Annotated[tuple[Segment, ...], BeforeValidator(several), OneOrMany()] = ()
    stage: Several = ()
    plan: Several = ()
    number: dict[Number, CompareField] = Field(
        default_factory=dict, description="Numbers about the account and the run; see docs/playbooks.md"
    )
    persona: Several = Field((), description="Somebody in one of these roles may be written to")
    running: Several = Field((), description="A playbook of one of these kinds runs for the account")
    negated: Condition | None = Field(None, alias="not")
    any_of: tuple[Condition, ...] = Field((), alias="any")
