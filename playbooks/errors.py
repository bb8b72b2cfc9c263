"""Errors of playbooks.

store.errors.GuidepostError
└── PlaybookError
    ├── BadDefinition     a definition file has mistakes; `.problems` lists them
    ├── UnknownPlaybook   no definition of that name
    ├── CannotStart       the account lacks something, or a run of this cycle is there already
    └── UnknownRun        no such run
"""

from __future__ import annotations

from dataclasses import dataclass

from store.errors import GuidepostError


@dataclass(frozen=True)
class Problem:
    """One mistake in a definition."""

    file: str
    line: int
    step: str | None
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f"step {self.step}: " if self.step else ""
        end = "" if self.remedy.endswith("?") else "."
        return f"{self.file}:{self.line}: {where}{self.message}. {self.remedy}{end}"


class PlaybookError(GuidepostError):
    """Something about playbooks."""


class BadDefinition(PlaybookError):  # noqa: N818 - reads as a sentence where it is raised
    """A definition file has mistakes."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class UnknownPlaybook(PlaybookError):  # noqa: N818
    """No definition of that name."""


class CannotStart(PlaybookError):  # noqa: N818
    """A run cannot be started for this account; the sentence says why and what helps."""


class UnknownRun(PlaybookError):  # noqa: N818
    """No such run."""
