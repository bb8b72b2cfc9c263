"""What a definition may have done after an answer, a notice, a wait: the actions of a `do` or `then`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from playbooks.terms import Delay, DelayField, Model

Role = Literal["csm", "manager"]
Level = Literal["L1", "L2", "L3"]


class TaskSpec(Model):
    """A task to be made; `due` counts from the moment it is made."""

    title: str
    due: DelayField
    body: str = ""
    owner: Role = "csm"
    priority: Literal["low", "normal", "high"] = "normal"
    checklist: tuple[str, ...] = ()
    within: DelayField | None = Field(
        None, description="If nobody has done it by then, the manager hears of it"
    )


class MakeTask(Model):
    """Make a task."""

    task: TaskSpec


class GoTo(Model):
    """Go to a step, at once or after a delay; `at_most` ends what would come again and again in vain."""

    goto: str
    after: DelayField | None = None
    at_most: int | None = Field(
        None, ge=1, description="How often in a row this step may have come to nothing; after that, `else`"
    )
    otherwise: str | None = Field(
        None, alias="else", description="Where to go instead once that was too often"
    )


class Tell(Model):
    """Tell the CSM or the manager."""

    notify: str
    role: Role = "csm"
    urgent: bool = False


class SetFacts(Model):
    """Note facts about the account; values may hold variables."""

    set: dict[str, str]


class SetStage(Model):
    """Move the account to a stage of its journey."""

    stage: str


class GoalSpec(Model):
    """A goal of the account. Numbers and words may be variables such as `{baseline_is}`."""

    title: str
    baseline: str = ""
    now: str = ""
    target: str = ""
    due: str = ""
    unit: str = ""


class SetGoal(Model):
    """Note a goal of the account; numbers that are not known are left open."""

    goal: GoalSpec


class LookUpSpec(Model):
    """What to look up in the knowledge base, and where to go with or without an answer."""

    question: str
    found: str
    missing: str


class LookItUp(Model):
    """Ask the knowledge base."""

    look_up: LookUpSpec


class EscalationSpec(Model):
    """L1 is the CSM's, L2 the CSM's with the manager, L3 the manager's. `within`: when somebody must have it."""

    level: Level
    why: str
    within: DelayField | None = None


class Escalate(Model):
    """Bring something before people who can decide."""

    escalate: EscalationSpec


class FinishSpec(Model):
    """How the run ends. `reason_from` is the key of a question whose answer is the reason code."""

    outcome: str
    reason: str | None = None
    reason_from: str | None = None


class FinishRun(Model):
    """End the run."""

    finish: FinishSpec


class StartOther(Model):
    """Start another playbook for the account, with what this run knows."""

    start: str


class StopOther(Model):
    """Stop the runs of another playbook for the account."""

    stop: str


class ConsentSpec(Model):
    """What the person agreed to: `text` is what they were shown. `withdraw` takes it back instead."""

    purpose: str
    scope: str = ""
    text: str = ""
    lasts: DelayField = Field(Delay(365, "d"), alias="for")
    withdraw: bool = False


class ForecastSpec(Model):
    """What the CSM expects of the renewal, and why; both may be variables."""

    category: str
    why: str


class CallForecast(Model):
    """Note what the CSM expects of the renewal, beside what the figures say."""

    forecast: ForecastSpec


class GiveConsent(Model):
    """Note that the person of this step agreed to something, or takes it back."""

    consent: ConsentSpec


class Signal(Model):
    """Say that something happened at the account: playbooks and runs that wait for it hear of it."""

    signal: str


ACTIONS = (
    "task", "goto", "notify", "set", "stage", "goal", "look_up", "escalate", "finish", "start", "stop", "signal", "consent", "forecast",
)  # fmt: skip


def first_of(names: tuple[str, ...]) -> Any:
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
    | Annotated[SetStage, Tag("<stage>")]
    | Annotated[SetGoal, Tag("<goal>")]
    | Annotated[LookItUp, Tag("<look_up>")]
    | Annotated[Escalate, Tag("<escalate>")]
    | Annotated[FinishRun, Tag("<finish>")]
    | Annotated[StartOther, Tag("<start>")]
    | Annotated[StopOther, Tag("<stop>")]
    | Annotated[Signal, Tag("<signal>")]
    | Annotated[GiveConsent, Tag("<consent>")]
    | Annotated[CallForecast, Tag("<forecast>")],
    Discriminator(first_of(ACTIONS)),
]


class Branch(Model):
    """What follows an answer: a word back to the person, and actions."""

    reply: str | None = None
    urgent: bool = False
    do: tuple[Action, ...] = Field(())
