"""Trouble on request: what goes wrong between Slack and the app, so that one can watch the app bear it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Any

from bot.local.errors import NotDelivered, PageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.local.payloads import Payload

_LONGEST = 600  # seconds
_OVERTAKEN = 2.0  # seconds for which an event is held back at most, so that later ones overtake it


@dataclass(frozen=True)
class Faults:
    """How often what goes wrong; shares are from 0 to 1.

    Args:
        drop: of deliveries, which never arrive and are redelivered as any that is not acknowledged.
        duplicate: of events, which are delivered again although they were acknowledged.
        reorder: of events, which later ones overtake.
        delay_seconds: that every delivery takes.
        refuse: of calls, which are answered 429 and not carried out.
        retry_after: the seconds that such an answer asks to wait.
        fail: of calls, which are answered 500 and not carried out.
        lose: of calls, which are carried out and answered 500 all the same.
        methods: the only methods whose calls are concerned; none means all.
        seed: of the dice, so that a run can be repeated.
    """

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay_seconds: float = 0.0
    refuse: float = 0.0
    retry_after: int = 1
    fail: float = 0.0
    lose: float = 0.0
    methods: tuple[str, ...] = ()
    seed: int = 0

    def changed(self, wanted: Mapping[str, object]) -> Faults:
        """These, with some of them as wanted.

        Raises:
            PageError: there is no such fault, or its measure is none.
        """
        known = {one.name for one in fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise PageError(f"There is no fault {name!r}; there are {', '.join(sorted(known))}.")
            if not _is_measure(name, value):
                raise PageError(f"{name} cannot be {value!r}: {_MEASURES.get(name, _SHARE)}.")
        plain: dict[str, Any] = dict(wanted)
        if "methods" in plain:
            plain["methods"] = tuple(plain["methods"])
        return replace(self, **plain)

    def to_json(self) -> Payload:
        """As the page and the control API see them."""
        return {**asdict(self), "methods": list(self.methods)}


class Hit(StrEnum):
    """What becomes of a call."""

    REFUSED = "refused"
    FAILED = "failed"
    LOST = "lost"


@dataclass
class Trouble:
    """The faults of the moment, the dice, and how often each fault struck."""

    faults: Faults = field(default_factory=Faults)
    struck: Counter[str] = field(default_factory=Counter)
    calls: int = 0  # since these faults are made
    _dice: Random = field(default_factory=Random)

    def make(self, faults: Faults) -> None:
        """Have these from now on, counted from the beginning."""
        self.faults = faults
        self.struck = Counter()
        self.calls = 0
        self._dice = Random(faults.seed)  # noqa: S311 - dice, no secret

    async def on_the_way(self, kind: str) -> None:
        """Hold a delivery up.

        Raises:
            NotDelivered: it never arrives.
        """
        seconds = self.faults.delay_seconds
        if kind == "events_api" and self._strikes("reorder"):
            seconds += self._dice.uniform(0.0, _OVERTAKEN)
        if seconds:
            await asyncio.sleep(seconds)
        if self._strikes("drop"):
            raise NotDelivered("timeout")

    def duplicates(self) -> bool:
        """Whether an event that was acknowledged comes again."""
        return self._strikes("duplicate")

    def of_call(self, method: str) -> Hit | None:
        """What becomes of a call of this method."""
        self.calls += 1
        if self.faults.methods and method not in self.faults.methods:
            return None
        for name, hit in (("refuse", Hit.REFUSED), ("fail", Hit.FAILED), ("lose", Hit.LOST)):
            if self._strikes(name):
                return hit
        return None

    def to_json(self) -> Payload:
        """As the page and the control API see it."""
        return {"faults": self.faults.to_json(), "struck": dict(self.struck), "calls": self.calls}

    def _strikes(self, name: str) -> bool:
        share: float = getattr(self.faults, name)
        if not share or self._dice.random() >= share:
            return False
        self.struck[name] += 1
        return True


_SHARE = "it takes a share from 0 to 1"
_MEASURES = {
    "delay_seconds": f"it takes seconds from 0 to {_LONGEST}",
    "retry_after": f"it takes whole seconds from 1 to {_LONGEST}",
    "methods": "it takes a list of names of methods",
    "seed": "it takes a whole number",
}


def _is_measure(name: str, value: object) -> bool:
    if name == "methods":
        return isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    match name:
        case "seed":
            return isinstance(value, int)
        case "retry_after":
            return isinstance(value, int) and 1 <= value <= _LONGEST
        case "delay_seconds":
            return 0 <= value <= _LONGEST
        case _:
            return 0 <= value <= 1
