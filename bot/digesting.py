"""Making a digest for somebody, and making the same one again when a figure of it is pressed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot import asking
from bot.slack.messenger import Posted
from knowledge.themes import themes
from store import people
from store.insights.digest import digest
from store.insights.headline import compose, facts
from store.insights.scope import scope_for
from store.insights.values import Period

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from bot.services import Headlines, Services
    from store.access import Place
    from store.insights.digest_values import Digest
    from store.insights.values import Scope
    from store.people import Person

NOT_YOURS = "These rows belong to accounts that are not yours."
GONE = "I can no longer open this figure. Please ask for the digest again."
SCOPE_LIMIT = 80  # characters of a scope that travel in a block id
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Recipe:
    """What a digest is made from, and from which it can be made again.

    Attributes:
        period: the days that it covers.
        at: the moment as of which it is made.
        scope: as it was said; empty for whatever is theirs.
        by: the Slack id of the person whose digest it is.
    """

    period: Period
    at: datetime
    scope: str
    by: str

    def packed(self) -> str:
        """For a block id, at most 240 characters."""
        ticks = [(moment - _EPOCH) // _TICK for moment in (self.period.start, self.period.end, self.at)]
        parts = [*ticks, self.period.label, self.scope[:SCOPE_LIMIT], self.by]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def unpacked(cls, text: str) -> Recipe | None:
        """Back from there; None if it is none of ours."""
        try:
            start, end, at, label, scope, by = json.loads(text)
            moments = [_EPOCH + int(ticks) * _TICK for ticks in (start, end, at)]
        except (ValueError, TypeError, OverflowError):
            return None
        return cls(Period(moments[0], moments[1], str(label)), moments[2], str(scope), str(by))


def scope_of(session: Session, services: Services, recipe: Recipe) -> Scope:
    """Whose rows it holds now: never more than the person in whose name it is sees.

    Raises:
        StoreError, NotFound: see `scope_for`.
    """
    person = asking.person_of(session, services, recipe.by)
    return scope_for(session, services.workspace_id, person, recipe.scope)


def make(
    session: Session, services: Services, recipe: Recipe, scope: Scope, *, with_themes: bool = True
) -> Digest:
    """The digest as values."""
    find = themes if with_themes else None
    return digest(session, services.workspace_id, recipe.period, scope, recipe.at, find_themes=find)


def headline(headlines: Headlines, made: Digest) -> tuple[str, ...]:
    """The first sentences: the chat model's where one is set and may be shown, else composed ones."""
    if made.mood != "normal":
        return ()
    written = headlines.write(facts(made))
    return (written,) if written else tuple(one.text for one in compose(made))


def may_open(session: Session, services: Services, person: Person, scope: Scope) -> bool:
    """Whether the accounts of a scope are all among those that somebody sees."""
    if not person.may_act_as("csm"):
        return False
    if scope.account_ids is None:
        return person.may_act_as("admin")
    return scope.account_ids <= people.visible_account_ids(session, services.workspace_id, person)


def is_open_to(place: Place, scope: Scope) -> bool:
    """Whether everybody in a channel sees all accounts of a scope."""
    return place.kind == "internal" and (
        scope.account_ids is not None and scope.account_ids <= place.shared_account_ids
    )


def linking(services: Services) -> Callable[[str | None, str | None], str | None]:
    """Gives the web address of a message, None where there is none."""

    def link(channel_id: str | None, ts: str | None) -> str | None:
        if not channel_id or not ts or ":" in ts:  # questions by command have no message
            return None
        return services.messenger.permalink(Posted(channel_id, ts))

    return link
