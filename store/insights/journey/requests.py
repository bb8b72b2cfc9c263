"""What of the journey somebody wants to see, from their words, and that view with all that is needed to show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from store.errors import StoreError
from store.insights.journey import path_words, words
from store.insights.journey.audit import audit
from store.insights.journey.mapping import journey_map
from store.insights.journey.market import market
from store.insights.journey.path import path_to_purchase
from store.insights.journey.values import Cut, Group
from store.insights.journey.versions import compare_versions
from store.insights.scope import SEGMENTS, period_of, scope_for, split_period

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from store.insights.journey.path import FindObjection
    from store.insights.journey.path_values import Market, Path, Versions
    from store.insights.journey.values import Audit, JourneyMap
    from store.insights.journey.words import Part
    from store.insights.values import Figure
    from store.people import Person

    Value = JourneyMap | Audit | Path | Versions | Market

TITLES = {
    "map": "Journey map",
    "audit": "Touchpoints to mend first",
    "path": "Path to purchase",
    "versions": "Versions of playbooks",
    "market": "Target market",
}
PERSONAS = ("admin", "champion", "buyer", "sponsor", "end_user", "security", "procurement")
USUAL = "90d"


@dataclass(frozen=True)
class Wanted:
    """What somebody asked for, in their words: `audit segment MM persona admin 30d Nordwind`."""

    view: str = "map"
    period: str = USUAL
    segment: str | None = None
    persona: str | None = None
    scope: str = ""


@dataclass(frozen=True)
class View:
    """One view of the journey: its value, and the same in words."""

    name: str
    cut: Cut
    value: Value
    parts: tuple[Part, ...]

    @property
    def title(self) -> str:
        """`Journey map: your teams' accounts · MM`."""
        return f"{TITLES[self.name]}: {self.cut.label}"

    @property
    def figures(self) -> dict[str, Figure]:
        """Every figure of the view by its key."""
        return {figure.key: figure for figure in self.value.all_figures}


def wanted(text: str) -> Wanted:
    """Read what somebody wants: the view first, the rest in any order."""
    found: dict[str, str] = {}
    rest: list[str] = []
    tokens = text.split()
    if tokens and tokens[0].lower() in TITLES:
        found["view"] = tokens.pop(0).lower()
    while tokens:
        token = tokens.pop(0)
        if token.lower() in {"segment", "persona"} and tokens:
            found[token.lower()] = tokens.pop(0)
        else:
            rest.append(token)
    period, scope = split_period(" ".join(rest))
    return Wanted(**found, period=period or USUAL, scope=scope)


def group_of(asked: Wanted) -> Group:
    """The segment and persona that are asked for.

    Raises:
        StoreError: there is no such segment or persona.
    """
    segment, persona = asked.segment, asked.persona
    if segment is not None and segment.upper() not in SEGMENTS:
        raise StoreError(f"“{segment}” is no segment. There are {', '.join(SEGMENTS)}.")
    if persona is not None and persona.lower().replace("-", "_") not in PERSONAS:
        raise StoreError(f"“{persona}” is no persona. There are {', '.join(PERSONAS)}.")
    return Group(segment and segment.upper(), persona and persona.lower().replace("-", "_"))


def cut_for(session: Session, workspace_id: str, person: Person, asked: Wanted, now: datetime) -> Cut:
    """The cut that a member of staff gets: never more than the accounts they see.

    Raises:
        StoreError, NotFound: what they ask for is not there, or not theirs; as `scope_for` says.
    """
    scope = scope_for(session, workspace_id, person, asked.scope)
    return Cut(period_of(asked.period, now), scope, now, group_of(asked))


def view_of(
    session: Session, workspace_id: str, name: str, cut: Cut, find_objection: FindObjection | None = None
) -> View:
    """Work a view out.

    Raises:
        StoreError: there is no such view.
    """
    if name == "map":
        journey = journey_map(session, workspace_id, cut)
        return View(name, cut, journey, words.map_parts(journey))
    if name == "audit":
        found = audit(journey_map(session, workspace_id, cut))
        return View(name, cut, found, words.audit_parts(found))
    if name == "path":
        path = path_to_purchase(session, workspace_id, cut, find_objection)
        return View(name, cut, path, path_words.path_parts(path))
    if name == "versions":
        versions = compare_versions(session, workspace_id, cut)
        return View(name, cut, versions, path_words.versions_parts(versions))
    if name == "market":
        made = market(session, workspace_id, cut)
        return View(name, cut, made, path_words.market_parts(made))
    raise StoreError(f"'{name}' is no view of the journey. There are {', '.join(TITLES)}.")
