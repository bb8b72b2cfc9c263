"""The small values that a definition is written with: delays, moments, comparisons, values by segment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema, model_validator

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema

Segment = Literal["SMB", "MM", "ENT"]
SEGMENTS: tuple[Segment, ...] = get_args(Segment)
DELAY = r"^\d+(h|bh|d|bd)$"
WHEN = r"^([A-Z][+-]\d+d|[A-Z]\.\.[A-Z] \d{1,3}%)$"
COMPARISON = re.compile(r"(>=|<=|!=|>|<|=)\s*(.+)")
RANGE = re.compile(r"(-?\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")
T = TypeVar("T")


class Model(BaseModel):
    """A frozen value that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


@dataclass(frozen=True)
class Delay:
    """A stretch of time: hours, business hours, days or business days."""

    amount: int
    unit: Literal["h", "bh", "d", "bd"]


@dataclass(frozen=True)
class When:
    """A day counted from an anchor, such as `R-90d`; or part of the way between two, such as `E..T 50%`."""

    anchor: str
    days: int = 0
    to: str | None = None
    percent: int = 0

    @property
    def anchors(self) -> tuple[str, ...]:
        """The anchors that it needs."""
        return (self.anchor, self.to) if self.to else (self.anchor,)


@dataclass(frozen=True)
class Compare:
    """What a value is held against: `>= 70`, `0-6`, `= yes`, or a plain word."""

    operator: Literal[">=", "<=", "!=", ">", "<", "=", "range"]
    value: str
    upto: str = ""

    def holds(self, given: str | float | None) -> bool:
        """Whether it holds for a value. Nothing but `!=` holds for one that is not known."""
        if given is None:
            return self.operator == "!="
        if self.operator in {"=", "!="}:
            return _same(given, self.value) == (self.operator == "=")
        try:
            number, wanted = float(given), float(self.value)
        except ValueError:
            return False
        if self.operator == "range":
            return wanted <= number <= float(self.upto)
        return {">=": number >= wanted, "<=": number <= wanted, ">": number > wanted, "<": number < wanted}[
            self.operator
        ]


def _same(given: str | float, wanted: str) -> bool:
    try:
        return float(given) == float(wanted)
    except ValueError:
        return str(given).casefold() == wanted.casefold()


def delay(value: Any) -> Any:
    """A Delay from `2h`, `4bh`, `3d`, `2bd`."""
    if isinstance(value, Delay):
        return value
    found = re.fullmatch(r"(\d+)(h|bh|d|bd)", value) if isinstance(value, str) else None
    if not found:
        raise ValueError(
            f"'{value}' is no delay; write hours, business hours, days or business days such as 2h, 4bh, 3d, 2bd"
        )
    return Delay(int(found[1]), found[2])  # type: ignore[arg-type]  # the pattern allows these units only


def when(value: Any) -> Any:
    """A When from `C+7d`, `R-90d`, `E..T 50%`."""
    if isinstance(value, When):
        return value
    if isinstance(value, str):
        if found := re.fullmatch(r"([A-Z])([+-]\d+)d", value):
            return When(found[1], int(found[2]))
        if found := re.fullmatch(r"([A-Z])\.\.([A-Z]) (\d{1,3})%", value):
            return When(found[1], to=found[2], percent=int(found[3]))
    raise ValueError(f"'{value}' is no moment; write an anchor and days such as C+7d or R-90d")


def compare(value: Any) -> Any:
    """A Compare from `>= 70`, `0-6`, `= yes` or a plain word or number."""
    if isinstance(value, Compare):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"'{value}' is no comparison; write one such as >= 70, 0-6 or a word")  # noqa: TRY004 - pydantic reads it
    text = str(value).strip()
    if found := COMPARISON.fullmatch(text):
        return Compare(found[1], found[2].strip())  # type: ignore[arg-type]  # the pattern allows these only
    if found := RANGE.fullmatch(text):
        return Compare("range", found[1], found[2])
    return Compare("=", text)


def several(value: Any) -> Any:
    """A list, if one member stands alone."""
    return (value,) if isinstance(value, str) else value


class OneOrMany:
    """Marks a list of which a single member may be written alone."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Both ways of writing it."""
        found = handler(core)
        return {"anyOf": [found.get("items", {}), found]}


def _compares(value: Any) -> Any:
    return tuple(compare(one) for one in value) if isinstance(value, list | tuple) else (compare(value),)


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

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """One for all, or one each."""
        found = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [found["properties"]["MM"], {**found, "title": "by segment"}]}

    def of(self, segment: Segment) -> T:
        """The value for a segment."""
        value: T = getattr(self, segment)
        return value


DelayField = Annotated[
    Delay,
    BeforeValidator(delay),
    WithJsonSchema({"type": "string", "pattern": DELAY, "examples": ["2h", "4bh", "3d", "2bd"]}),
]
WhenField = Annotated[
    When,
    BeforeValidator(when),
    WithJsonSchema({"type": "string", "pattern": WHEN, "examples": ["C+7d", "R-90d", "E..T 50%"]}),
]
CompareField = Annotated[
    tuple[Compare, ...],
    BeforeValidator(_compares),
    WithJsonSchema(
        {
            "examples": [">= 70", "0-6", "= yes", "SMB"],
            "anyOf": [
                {"type": ["string", "number"]},
                {"type": "array", "items": {"type": ["string", "number"]}},
            ],
        }
    ),
]
"""One comparison or several, of which one must hold."""
Several = Annotated[tuple[str, ...], BeforeValidator(several), OneOrMany()]


def one_of(wanted: tuple[Compare, ...], given: str | float | None) -> bool:
    """Whether one of several comparisons holds."""
    return any(one.holds(given) for one in wanted)
