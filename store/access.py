"""Who may read what, where. Decided here, before anything is ranked.

Readable = what the person may read and what everyone in the place may read. An unknown person and an
unmapped channel read public text only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlmodel import Session, col, select

from store.people import Person, resolve_person, visible_account_ids
from store.tables.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

PUBLIC, CUSTOMER, INTERNAL = "public", "customer", "internal"
PROSPECT_STAGES = frozenset({"consideration", "decision"})


def account_audience(account_id: str) -> str:
    """The audience of text that is written for one account."""
    return f"account:{account_id}"


@dataclass(frozen=True)
class Place:
    """Where something is asked, reduced to who else can read the answer.

    dm: only the person. account: an account's channel. internal: a channel of which we know that every
    member is staff, with the accounts that all of them see. other: everything else.
    """

    kind: Literal["dm", "account", "internal", "other"]
    account: Account | None = None
    shared_account_ids: frozenset[str] = frozenset()


DM = Place("dm")
ELSEWHERE = Place("other")


def place_of(
    session: Session,
    workspace_id: str,
    channel_id: str | None,
    *,
    is_dm: bool = False,
    members: Collection[str] | None = None,
    first_admins: Collection[str] = (),
) -> Place:
    """What a channel is.

    Args:
        session: a session.
        workspace_id: the workspace.
        channel_id: Slack's id of the channel.
        is_dm: a conversation between one person and the bot (not a group DM).
        members: the Slack ids of everyone in the channel but our bot, if all of them are known; without
            them no channel counts as internal.
        first_admins: see `resolve_person`.
    """
    if is_dm:
        return DM
    account = account_of_channel(session, workspace_id, channel_id) if channel_id else None
    if account is not None:
        return Place("account", account)
    people = [resolve_person(session, workspace_id, member, first_admins) for member in members or ()]
    if not people or not all(person.is_staff for person in people):
        return ELSEWHERE
    seen = [visible_account_ids(session, workspace_id, person) for person in people]
    return Place("internal", shared_account_ids=frozenset.intersection(*seen))


def readable_audiences(person: Person, place: Place, visible_ids: Collection[str] = ()) -> frozenset[str]:
    """The audiences that may be ranked for this person in this place.

    Args:
        person: who asks.
        place: where the answer will be read.
        visible_ids: the accounts that a member of staff sees (`visible_account_ids`).
    """
    may = _person_may_read(person, visible_ids)
    return may if place.kind == "dm" else may & _place_may_read(place)


def account_in_question(person: Person, place: Place) -> Account | None:
    """The account that a question is about: the channel's, else the asker's own."""
    return place.account or person.account


def account_of_channel(session: Session, workspace_id: str, channel_id: str) -> Account | None:
    """The account whose channel this is."""
    return session.exec(
        select(Account).where(Account.workspace_id == workspace_id, Account.slack_channel_id == channel_id)
    ).first()


def map_channel(
    session: Session, workspace_id: str, channel_id: str, channel_name: str, now: datetime
) -> Account | None:
    """Tie a channel that the bot has just seen to the account that was imported with its name.

    Done once for each account: a later channel of the same name changes nothing.

    Returns:
        The account whose channel it is, now or already.
    """
    mapped = account_of_channel(session, workspace_id, channel_id)
    if mapped is not None:
        return mapped
    waiting = session.exec(
        select(Account).where(
            Account.workspace_id == workspace_id,
            Account.slack_channel_name == channel_name.lstrip("#").lower(),
            col(Account.slack_channel_id).is_(None),
        )
    ).all()
    if len(waiting) != 1:  # none, or two accounts claim one channel: then nobody's text may go there
        return None
    account = waiting[0]
    account.slack_channel_id, account.updated_at = channel_id, now
    session.add(account)
    session.flush()
    return account


def _person_may_read(person: Person, visible_ids: Collection[str]) -> frozenset[str]:
    if person.kind == "staff":
        return frozenset({PUBLIC, CUSTOMER, INTERNAL, *map(account_audience, visible_ids)})
    if person.kind == "contact":
        return frozenset({PUBLIC}).union(*map(_account_may_read, person.accounts))
    return frozenset({PUBLIC})


def _place_may_read(place: Place) -> frozenset[str]:
    """What everyone in a channel may read."""
    if place.kind == "account" and place.account is not None:
        return _account_may_read(place.account)
    if place.kind == "internal":
        return frozenset({PUBLIC, CUSTOMER, INTERNAL, *map(account_audience, place.shared_account_ids)})
    return frozenset({PUBLIC})


def _account_may_read(account: Account) -> frozenset[str]:
    if account.stage in PROSPECT_STAGES:
        return frozenset({PUBLIC})
    return frozenset({PUBLIC, CUSTOMER, account_audience(account.id)})
