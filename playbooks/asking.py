"""Questions of a definition: their types, their options, and which branch an answer takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from playbooks.terms import DelayField, Model, compare, one_of

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema

AskType = Literal[
    "buttons", "select", "text", "reason", "0-10", "1-5", "1-7", "multi", "date", "person", "number", "confirm", "approval",
    "form",
]  # fmt: skip
FieldType = Literal["text", "number", "date", "person", "select"]
Survey = Literal["nps", "csat", "ces"]
Favour = Literal["advocacy", "offer"]  # what is asked for ourselves
SCALES: dict[str, range] = {"0-10": range(11), "1-5": range(1, 6), "1-7": range(1, 8)}
SURVEY_SCALES: dict[str, str] = {"nps": "0-10", "csat": "1-5", "ces": "1-7"}
TYPED = frozenset({"text", "date", "person", "number", "form"})  # answers without options
WITH_OPTIONS = frozenset({"buttons", "select", "multi"})


def _options(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return [
        {"value": name} | ({"label": body} if isinstance(body, str) else dict(body or {}))
        for name, body in value.items()
    ]


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


class _ByName:
    """Marks the options, which are written by their value."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """A label, or a label and more, by value."""
        listed = handler(core)
        option = handler.resolve_ref_schema(listed["items"])
        fields = {name: field for name, field in option["properties"].items() if name != "value"}
        body = {"type": "object", "properties": fields, "required": ["label"], "additionalProperties": False}
        by_name = {"type": "object", "additionalProperties": {"anyOf": [{"type": "string"}, body]}}
        return {"anyOf": [by_name, listed]}


Options = Annotated[tuple[Option, ...], BeforeValidator(_options), _ByName()]
YES_NO = (
    Option(value="yes", label="Yes", also=("sure", "of course", "please do", "ok")),
    Option(value="no", label="No", also=("not now", "rather not")),
)
DECISION = (Option(value="approve", label="Approve"), Option(value="reject", label="Reject"))


class FormField(Model):
    """One field of a form; its name is a variable afterwards."""

    label: str
    type: FieldType = "text"
    optional: bool = False
    options: Options = ()
    at_most: int | None = Field(
        None, description="Characters, where what is written has to fit into a message"
    )


class Ask(Model):
    """The one question of a message. The answer is kept under `key`.

    `low` and `high` say what the ends of a scale mean. A `form` asks for several `fields` at once. Of a `date`,
    `from` and `upto` say how far from today it may be.
    """

    key: str
    type: AskType = "buttons"
    options: Options = ()
    low: str = ""
    high: str = ""
    fields: dict[str, FormField] = Field(default_factory=dict)
    soonest: DelayField | None = Field(
        None, alias="from", description="The first day that a date may be, such as 1d"
    )
    latest: DelayField | None = Field(
        None, alias="upto", description="The last day that a date may be, such as 14d"
    )

    @property
    def choices(self) -> tuple[Option, ...]:
        """What can be chosen; of a `reason` question the playbook knows."""
        if self.type in SCALES:
            return _scale(SCALES[self.type], self.low, self.high)
        return {"confirm": YES_NO, "approval": DECISION}.get(self.type, self.options)


class Patience(Model):
    """When an unanswered question is repeated, and when it is given up."""

    nudge: DelayField | None = None
    expire: DelayField | None = None


def branch_key(keys: tuple[str, ...], value: str) -> str | None:
    """Which branch an answer takes: its own, that of a range such as `0-6`, or `else`."""
    if value in keys:
        return value
    found = next(
        (key for key in keys if key != "else" and is_range(key) and one_of((compare(key),), value)), None
    )
    return found or ("else" if "else" in keys else None)


def is_range(key: str) -> bool:
    """Whether a branch is for several values of a scale."""
    return bool(compare(key).operator != "=")


def _scale(numbers: range, low: str, high: str) -> tuple[Option, ...]:
    ends = {numbers[0]: low, numbers[-1]: high}
    return tuple(Option(value=str(n), label=f"{n} · {ends[n]}" if ends.get(n) else str(n)) for n in numbers)
