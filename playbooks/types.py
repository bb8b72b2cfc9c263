"""The language of a playbook definition, as values. A YAML file is read into these by `playbooks.loader`.

A step is one of four kinds, told apart by its keys:

- `ask`      a Question: a message with one question, to a customer's contact or to the CSM
- `message`  a Notice: a message without a question
- `decide`   a Decision: nobody sees it; it picks the next step
- `task`     Work: a task for a member of staff

A step with `when` is planned at the start of the run; one without is reached by a `goto`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

Segment = Literal["SMB", "MM", "ENT"]
Delivery = Literal["auto", "preview", "approve", "draft"]
Audience = Literal[
    "admin", "champion", "buyer", "sponsor", "end_user", "security", "procurement", "anyone", "csm"
]
Band = Literal["green", "yellow", "red", "quiet"]
Anchor = Literal["C", "R"]
AskType = Literal["buttons", "select", "text", "reason"]
SEGMENTS: tuple[Segment, ...] = get_args(Segment)
MAX_MESSAGE = 600  # characters of a message to a customer
MAX_LABEL = 75  # characters of a Slack button's label
T = TypeVar("T")


class Model(BaseModel):
    """A frozen value that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


@dataclass(frozen=True)
class Delay:
    """A stretch of time: hours, days or business days."""

    amount: int
    unit: Literal["h", "d", "bd"]


@dataclass(frozen=True)
class When:
    """A day counted from an anchor: C contract start, R renewal date."""

    anchor: Anchor
    days: int


def _delay(value: Any) -> Any:
    if isinstance(value, Delay):
        return value
    found = re.fullmatch(r"(\d+)(h|d|bd)", value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"'{value}' is no delay; write hours, days or business days such as 2h, 3d, 2bd")
    return Delay(int(found[1]), found[2])  # type: ignore[arg-type]  # the pattern allows these units only


def _when(value: Any) -> Any:
    if isinstance(value, When):
        return value
    found = re.fullmatch(r"([CR])([+-]\d+)d", value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"'{value}' is no moment; write an anchor and days such as C+7d or R-90d")
    return When(found[1], int(found[2]))  # type: ignore[arg-type]  # the pattern allows these anchors only


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _options(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return [
        {"value": name} | ({"label": body} if isinstance(body, str) else dict(body or {}))
        for name, body in value.items()
    ]


class BySegment(Model, Generic[T]):
    """One value for everybody, or one for each of SMB, MM and ENT."""

    SMB: T
    MM: T
    ENT: T

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, value: Any) -> Any:
        if isinstance(value, cls) or (isinstance(value, dict) and any(name in value for name in SEGMENTS)):
            return value
        return dict.fromkeys(SEGMENTS, value)

    def of(self, segment: Segment) -> T:
        """The value for a segment."""
        value: T = getattr(self, segment)
        return value


DelayField = Annotated[Delay, BeforeValidator(_delay)]
WhenField = Annotated[When, BeforeValidator(_when)]
Several = Annotated[tuple[str, ...], BeforeValidator(_several)]
Audiences = Annotated[tuple[Audience, ...], BeforeValidator(_several)]


class Option(Model):
    """One answer that can be tapped.

    `also` are other words for it in free text; `wants_text` asks for a sentence as well, and is
    where free text lands that fits no other option.
    """

    value: str
    label: str
    also: tuple[str, ...] = ()
    wants_text: bool = False
    group: str | None = None


class Ask(Model):
    """The one question of a message. The answer is kept under `key`."""

    key: str
    type: AskType = "buttons"
    options: Annotated[tuple[Option, ...], BeforeValidator(_options)] = ()


class TaskSpec(Model):
    """A task to be made; `due` counts from the moment it is made."""

    title: str
    due: DelayField
    body: str = ""
    owner: Literal["csm", "manager"] = "csm"
    priority: Literal["low", "normal", "high"] = "normal"


class MakeTask(Model):
    """Action: make a task."""

    task: TaskSpec


class GoTo(Model):
    """Action: go to a step, at once or after a delay."""

    goto: str
    after: DelayField | None = None


class Tell(Model):
    """Action: tell the CSM or the manager."""

    notify: str
    role: Literal["csm", "manager"] = "csm"
    urgent: bool = False


class SetFacts(Model):
    """Action: note facts about the account."""

    set: dict[str, str]


class LookUpSpec(Model):
    """What to look up in the knowledge base, and where to go with or without an answer."""

    question: str
    found: str
    missing: str


class LookItUp(Model):
    """Action: ask the knowledge base."""

    look_up: LookUpSpec


ACTIONS = ("task", "goto", "notify", "set", "look_up")


def _first_of(names: tuple[str, ...]) -> Any:
    """Tells kinds apart by their keys. A tag is in brackets, so that it is never mistaken for a key."""

    def tag(value: Any) -> str | None:
        keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", ())
        return next((f"<{name}>" for name in names if name in keys), None)

    return tag


Action = Annotated[
    Annotated[MakeTask, Tag("<task>")]
    | Annotated[GoTo, Tag("<goto>")]
    | Annotated[Tell, Tag("<notify>")]
    | Annotated[SetFacts, Tag("<set>")]
    | Annotated[LookItUp, Tag("<look_up>")],
    Discriminator(_first_of(ACTIONS)),
]


class Branch(Model):
    """What follows an answer: a word back to the person, and actions."""

    reply: str | None = None
    urgent: bool = False
    do: tuple[Action, ...] = ()


class Condition(Model):
    """Holds if everything that it names holds."""

    fact: str | None = None
    answer: dict[str, Several] = Field(default_factory=dict)
    band: Annotated[tuple[Band, ...], BeforeValidator(_several)] = ()


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
    skip_in: tuple[Segment, ...] = ()


class Message(StepBase):
    """A step that somebody reads. Of several texts the first whose variables are all known is used."""

    to: BySegment[Audiences]
    message: BySegment[Several]
    fallback: Audiences | None = None
    delivery: BySegment[Delivery] | None = None
    facts: tuple[str, ...] = ()  # kinds that {fact} may quote, best first
    commercial: bool = False
    late: Late = Late()


class Question(Message):
    """A message with one question."""

    ask: Ask
    on_answer: dict[str, Branch] = Field(default_factory=dict)
    on_timeout: Branch = Branch()


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


STEP_KINDS = ("ask", "decide", "task", "message")
Step = Annotated[
    Annotated[Question, Tag("<ask>")]
    | Annotated[Decision, Tag("<decide>")]
    | Annotated[Work, Tag("<task>")]
    | Annotated[Notice, Tag("<message>")],
    Discriminator(_first_of(STEP_KINDS)),
]


class Outcome(Model):
    """A way for a run to end. `then` is a last step that follows it."""

    label: str
    then: str | None = None
    needs_reason: bool = False


class Entry(Model):
    """What an account needs for a run. An empty `periods` takes any subscription, or none."""

    periods: tuple[Literal["annual", "multi_year", "monthly"], ...] = ()


class Playbook(Model):
    """A conversation that has a plan."""

    playbook: str
    id: str
    title: str
    version: str
    stage: str
    description: str = ""
    entry: Entry = Entry()
    cycle: Literal["subscription", "term"]
    delivery: BySegment[Delivery]
    fallback: Audiences
    routing: bool = False
    steps: dict[str, Step]
    outcomes: dict[str, Outcome]
    reasons: dict[str, dict[str, str]] = Field(default_factory=dict)  # group -> code -> label
    at_end: tuple[EndCase, ...] = ()

    def options(self, ask: Ask) -> tuple[Option, ...]:
        """The options of a question; those of a `reason` question are the playbook's reason codes."""
        if ask.type != "reason":
            return ask.options
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
