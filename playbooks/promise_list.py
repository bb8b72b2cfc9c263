"""How well promises are heard: the labelled list that is shipped, and precision and recall on it."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from playbooks.promising import promised
from playbooks.workdays import Calendar

TODAY, SPEAKER = (
    date(2026, 3, 4),
    Calendar("Europe/Berlin"),
)  # when and where all of the list is said: a Wednesday
PARTS = (
    "tuned",
    "held_out",
)  # the rules were made with the first; the second was written before and left alone


@dataclass(frozen=True)
class Labelled:
    """A sentence of ours, and the day that it promises."""

    part: str
    text: str
    due_on: date | None  # None: it promises nothing


@dataclass(frozen=True)
class Heard:
    """What became of a list of sentences."""

    sentences: int
    promises: int
    proposed: int
    right: int  # promises among those that were proposed
    right_day: int

    @property
    def precision(self) -> float | None:
        """Promises among what is proposed; None where nothing is."""
        return round(self.right / self.proposed, 3) if self.proposed else None

    @property
    def recall(self) -> float | None:
        """What is proposed among promises; None where there are none."""
        return round(self.right / self.promises, 3) if self.promises else None

    def figures(self) -> dict[str, Any]:
        """For reading."""
        return asdict(self) | {"precision": self.precision, "recall": self.recall}


def labelled() -> list[Labelled]:
    """The shipped list."""
    text = files("playbooks").joinpath("labelled/promises.csv").read_text(encoding="utf-8")
    return [
        Labelled(row["part"], row["text"], date.fromisoformat(row["due_on"]) if row["due_on"] else None)
        for row in csv.DictReader(text.splitlines())
    ]


def heard(sentences: list[Labelled]) -> Heard:
    """What is proposed of these sentences."""
    found = [(one, promised(one.text, TODAY, SPEAKER)) for one in sentences]
    proposed = [(one, promise) for one, promise in found if promise]
    right = [(one, promise) for one, promise in proposed if one.due_on]
    return Heard(
        sentences=len(sentences),
        promises=sum(one.due_on is not None for one in sentences),
        proposed=len(proposed),
        right=len(right),
        right_day=sum(one.due_on == promise.due_on for one, promise in right),
    )


def figures() -> dict[str, Any]:
    """Precision and recall of each part of the list."""
    everything = labelled()
    return {part: heard([one for one in everything if one.part == part]).figures() for part in PARTS}
