"""The digest as a value: its figures and rates, its sections, and what stands beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from store.insights.section_values import Section
    from store.insights.values import (
        Figure,
        Period,
        Quote,
        Rate,
        RatedAnswer,
        RenewalLine,
        RunLine,
        Scope,
        SetupStep,
        TaskLine,
        Theme,
        Unanswered,
    )


@dataclass(frozen=True)
class Digest:
    """What customers asked and said in a period, and what is open now."""

    period: Period
    scope: Scope
    made_at: datetime
    mood: Literal["setup", "quiet", "normal"]
    figures: Mapping[str, Figure]
    rates: Mapping[str, Rate]
    rated: tuple[RatedAnswer, ...] = ()  # only where there are too few ratings for a rate
    quotes: tuple[Quote, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()
    runs: tuple[RunLine, ...] = ()
    tasks: tuple[TaskLine, ...] = ()
    renewals: tuple[RenewalLine, ...] = ()
    setup: tuple[SetupStep, ...] = ()
    themes: tuple[Theme, ...] = ()
    sections: tuple[Section, ...] = ()

    @property
    def all_figures(self) -> tuple[Figure, ...]:
        """Every figure, those of measures, lines, unanswered questions and themes included."""
        inner = (figure for section in self.sections for figure in section.all_figures)
        unanswered = (group.figure for group in self.unanswered)
        themes = (figure for theme in self.themes for figure in theme.figures)
        found = {figure.key: figure for figure in (*self.figures.values(), *inner, *unanswered, *themes)}
        return tuple(found.values())

    def section(self, key: str) -> Section | None:
        """The section of this key, if the digest has it."""
        return next((one for one in self.sections if one.key == key), None)

    def figure(self, key: str) -> Figure:
        """A figure by its key, those of unanswered questions and of themes included.

        Raises:
            KeyError: the digest has no such figure.
        """
        return {figure.key: figure for figure in self.all_figures}[key]
