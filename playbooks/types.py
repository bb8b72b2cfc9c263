"""The language of a playbook definition, as values. A YAML file is read into these by `playbooks.loader`.

A step is told apart by its keys:

- `ask`      a Question: a message with one question, to a customer's contact or to staff
- `message`  a Notice: a message without a question
- `decide`   a Decision: nobody sees it; it picks the next step
- `task`     Work: a task for a member of staff
- `wait`     a Wait: for time, for something that happens, or until something is so
- `do`       Deeds: actions only

A step with `when` is planned at the start of the run, one with `on` begins when something happens at the
account; one with neither is reached by a `goto`. The smaller parts are in `terms`, `conditions`, `asking`,
`deeds` and `starting`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag

from playbooks.asking import Ask, AskType, Favour, Option, Patience, Survey, branch_key
from playbooks.conditions import Band, Condition
from playbooks.deeds import (
    ACTIONS,
    Action,
    Branch,
    FinishRun,
    GoTo,
    LookItUp,
    LookUpSpec,
    MakeTask,
    SetFacts,
    TaskSpec,
    Tell,
    first_of,
)
from playbooks.starting import Entry, Exclusion, Triggers
from playbooks.terms import (
    SEGMENTS,
    BySegment,
    Delay,
    DelayField,
    Model,
    OneOrMany,
    Segment,
    Several,
    When,
    WhenField,
    several,
)

__all__ = [
    "ACTIONS", "MAX_LABEL", "MAX_MESSAGE", "SEGMENTS", "STAFF", "STEP_KINDS", "Action", "Ask", "AskType", "Audience", "Band",
    "Branch", "Case", "Condition", "Decision", "Deeds", "Delay", "Delivery", "EndCase", "Entry", "FinishRun", "GoTo", "Late",
    "LookItUp", "LookUpSpec", "MakeTask", "Message", "Model", "Notice", "Option", "Outcome", "Playbook", "Question",
    "Segment", "SetFacts", "Step", "TaskSpec", "Tell", "Wait", "Watch", "When", "Work",
]  # fmt: skip

Delivery = Literal["auto", "preview", "approve", "draft"]
Audience = Literal[
    "admin", "champion", "buyer", "sponsor", "end_user", "security", "procurement", "promoter", "advocate", "anyone",
    "csm", "manager",
]  # fmt: skip
Kind = Literal[
    "onboarding",
    "renewal",
    "upsell",
    "advocacy",
    "save",
    "qbr",
    "evaluation",
    "offboarding",
    "winback",
    "survey",
    "other",
]
STAFF: frozenset[Audience] = frozenset({"csm", "manager"})
BUILT_IN_ANCHORS = {"C": "contract start", "R": "renewal date", "S": "start of the run"}
MAX_MESSAGE = 600  # characters of a message to a customer
MAX_LABEL = 75  # characters of a Slack button's label
Audiences = Annotated[tuple[Audience, ...], BeforeValidator(several), OneOrMany()]


class Case(Model):
    """`{if: ..., goto: step}`, or `{else: step}` at the end."""

    condition: Condition | None = Field(None, alias="if")
    goto: str | None = None
    otherwise: str | None = Field(None, alias="else")


class EndCase(Model):
    """`{if: ..., outcome: code}`, or `{else: code}` at the end."""

    condition: Condition | None = Field(None, alias="if")
    outcome: str | None = None
    otherwise: str | None = Field(None, alias="else")


class Late(Model):
    """What happens to a message that could not go out in time because the bot was down."""

    policy: Literal["send", "skip", "ask"] = "send"
    after: DelayField = Delay(2, "d")


class StepBase(Model):
    """What all steps have."""

    title: str
    when: BySegment[WhenField] | None = None
    on: Several = Field((), description="Begin when one of these happens at the account, once a run")
    skip_in: tuple[Segment, ...] = ()
    only_if: Condition | None = Field(None, description="Left out, with a note, where this does not hold")


class Message(StepBase):
    """A step that somebody reads. Of several texts the first whose variables are all known is used."""

    to: BySegment[Audiences]
    message: BySegment[Several]
    fallback: Audiences | None = None
    delivery: BySegment[Delivery] | None = None
    channel: Literal["dm", "account"] = "dm"
    facts: tuple[str, ...] = ()  # kinds that {fact} may quote, best first
    requires_fact: Several = Field(
        (), description="One of these must be known and fresh, or the step becomes the CSM's task"
    )
    needs_consent: str | None = Field(
        None, description="Only for somebody who agreed to this purpose, and still does"
    )
    commercial: bool = False
    anew: bool = Field(
        False, description="For its own readers even after somebody's answer, in a thread of its own"
    )
    late: Late = Late()


class Question(Message):
    """A message with one question."""

    ask: Ask
    survey: Survey | None = Field(
        None, description="A score of this survey: its own cooldown holds, for each person"
    )
    favour: Favour | None = Field(
        None, description="Something asked for ourselves: rare for each person, never of a detractor"
    )
    timeout: Patience = Patience()
    on_answer: dict[str, Branch] = Field(default_factory=dict)
    on_timeout: Branch = Branch()

    @property
    def counts_as(self) -> str | None:
        """The survey or favour whose cooldown it falls under."""
        return self.survey or self.favour

    def branch(self, value: str | None) -> Branch:
        """What follows an answer."""
        key = branch_key(tuple(self.on_answer), value) if value else None
        return self.on_answer[key] if key else Branch()

    def branches(self, value: str) -> list[tuple[str, Branch]]:
        """What follows an answer, with the value that it follows; of several ticked options each its own."""
        values = value.split(",") if self.ask.type == "multi" else [value]
        found: dict[str, tuple[str, Branch]] = {}
        for one in values:
            key = branch_key(tuple(self.on_answer), one)
            if key:
                found.setdefault(key, (one, self.on_answer[key]))
        return list(found.values())


class Notice(Message):
    """A message without a question."""

    then: tuple[Action, ...] = ()


class Decision(StepBase):
    """Picks the next step."""

    decide: tuple[Case, ...]


class Work(StepBase):
    """A task for a member of staff; `then` follows once it is done."""

    task: TaskSpec
    then: tuple[Action, ...] = ()


class WaitSpec(Model):
    """`for` a time; for an `event`; or `until` something is so. The last two end `at_most` then."""

    time: DelayField | None = Field(None, alias="for")
    event: Several = ()
    until: Condition | None = None
    at_most: DelayField | None = None


class Wait(StepBase):
    """Waits; `then` follows, or `on_timeout` if what it waits for did not come in time."""

    wait: WaitSpec
    then: tuple[Action, ...] = ()
    on_timeout: Branch = Branch()


class Deeds(StepBase):
    """Actions that nobody has to be asked for."""

    do: tuple[Action, ...]


STEP_KINDS = ("ask", "decide", "task", "wait", "do", "message")
Step = Annotated[
    Annotated[Question, Tag("<ask>")]
    | Annotated[Decision, Tag("<decide>")]
    | Annotated[Work, Tag("<task>")]
    | Annotated[Wait, Tag("<wait>")]
    | Annotated[Deeds, Tag("<do>")]
    | Annotated[Notice, Tag("<message>")],
    Discriminator(first_of(STEP_KINDS)),
]


class Outcome(Model):
    """A way for a run to end. `then` is a last step that follows it."""

    label: str
    then: str | None = None
    needs_reason: bool = False
    success: bool | None = None


class Watch(Model):
    """A rule that is looked at whenever something happens to the run; its actions come about once."""

    title: str
    condition: Condition = Field(alias="if")
    do: tuple[Action, ...]


class Goal(Model):
    """What a run is for, and by when: on track until then, behind after it, stuck at one and a half times."""

    title: str
    condition: Condition | None = Field(None, alias="if")
    within: BySegment[DelayField]


class AnchorSpec(Model):
    """Where an anchor's day comes from: a fact that holds a date, else another moment, else it is not known yet."""

    fact: str
    otherwise: BySegment[WhenField] | None = Field(None, alias="else")
    fresh: bool = Field(
        False, description="Only if it was noted since the playbook last ended at the account"
    )


class Variant(Model):
    """How a segment's playbook differs: steps left out, steps added or changed key by key, other settings."""

    remove: tuple[str, ...] = ()
    steps: dict[str, dict[str, Any]] = Field(default_factory=dict)
    outcomes: dict[str, dict[str, Any]] = Field(default_factory=dict)
    delivery: Delivery | None = None
    max_days: int | None = None
    watch: tuple[dict[str, Any], ...] | None = None
    at_end: tuple[dict[str, Any], ...] | None = None


class Variants(Model):
    """The variants by segment."""

    SMB: Variant = Variant()
    MM: Variant = Variant()
    ENT: Variant = Variant()


class Playbook(Model):
    """A conversation that has a plan."""

    playbook: str
    id: str
    title: str
    version: str
    status: Literal["draft", "published", "retired"] = "published"
    changelog: str = ""
    author: str = ""
    kind: Kind = "other"
    stage: str
    owner: Literal["csm", "manager"] = "csm"
    description: str = ""
    goal: Goal | None = None
    trigger: Triggers = ()
    entry: Entry = Entry()
    exclude: tuple[Exclusion, ...] = ()
    cycle: Literal["subscription", "term", "account"]
    again_after: DelayField | None = Field(None, description="When a cycle may come again after its end")
    anchors: dict[str, AnchorSpec] = Field(default_factory=dict)
    delivery: BySegment[Delivery]
    fallback: Audiences
    routing: bool = False
    max_days: int | None = Field(None, description="After that many days a manager reviews the run")
    steps: dict[str, Step]
    watch: tuple[Watch, ...] = ()
    outcomes: dict[str, Outcome]
    reasons: dict[str, dict[str, str]] = Field(default_factory=dict)  # group -> code -> label
    at_end: tuple[EndCase, ...] = ()
    at_stop: dict[str, str] = Field(
        default_factory=dict, description="Facts to note if the run is stopped before its end"
    )
    variants: Variants = Variants()

    def options(self, ask: Ask) -> tuple[Option, ...]:
        """The options of a question; those of a `reason` question are the playbook's reason codes."""
        if ask.type != "reason":
            return ask.choices
        return tuple(
            Option(value=f"{group}.{code}", label=label, group=group.replace("_", " ").capitalize())
            for group, codes in self.reasons.items()
            for code, label in codes.items()
        )

    def option(self, step: str, value: str | None) -> Option | None:
        """The option of a step's question with that value."""
        body = self.steps.get(step)
        options = self.options(body.ask) if isinstance(body, Question) else ()
        return next((option for option in options if option.value == value), None)

    def step(self, name: str) -> Step:
        """A step; of one that this version does not have any more an empty one, for the history of a run."""
        return self.steps.get(name) or Deeds(title=name, do=())


KINDS: tuple[str, ...] = get_args(Kind)
