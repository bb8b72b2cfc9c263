"""Accounts and what belongs to them: contacts, subscriptions, staff, usage."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, UniqueConstraint, bindparam
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, json_field, moment_field, workspace_field
from store.remembering import remembered
from store.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection


class Account(SQLModel, table=True):
    """A customer, or a prospect (stage `consideration` or `decision`)."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        UniqueConstraint("workspace_id", "slack_channel_id"),
    )

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str  # the customer's id in the file that it came from
    name: str
    aliases: list[str] = json_field(list)
    domain: str | None = None
    industry: str | None = None
    segment: str = "MM"  # SMB | MM | ENT
    stage: str = "adoption"  # consideration | decision | adoption | renewal | upsell | advocacy
    plan: str | None = None
    seats: int | None = None
    arr_minor: int | None = Field(
        default=None, sa_type=BigInteger
    )  # annual recurring revenue, in minor units
    currency: str = "USD"
    health: int | None = None  # 0-100; unknown until imported
    csm_sentiment: str | None = None  # green | yellow | red
    goal: str | None = None  # what they said matters most
    timezone: str = "UTC"
    language: str = "en"
    csm_email: str | None = None
    slack_channel_id: str | None = None
    slack_channel_name: str | None = None  # as imported; resolved to an id when the bot sees the channel
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()


class Contact(SQLModel, table=True):
    """A person at an account."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("workspace_id", "account_id", "email"),
        UniqueConstraint("workspace_id", "slack_user_id"),
    )

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str = Field(foreign_key="accounts.id", index=True)
    email: str
    name: str
    title: str | None = None
    persona: str = "end_user"  # admin | champion | buyer | sponsor | end_user | security | procurement
    slack_user_id: str | None = None
    timezone: str | None = None  # else the Slack profile's, else the account's
    status: str = "active"  # active | deactivated | left
    opted_out_at: datetime | None = moment_field(nullable=True)
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()


class Subscription(SQLModel, table=True):
    """A term that an account has paid for."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str
    account_id: str = Field(foreign_key="accounts.id", index=True)
    plan: str | None = None
    started_on: date
    renews_on: date = Field(index=True)
    period: str = "annual"  # annual | monthly | multi_year
    auto_renews: bool = False
    notice_days: int | None = None
    arr_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = "USD"
    status: str = "active"  # active | renewed | churned
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()


class StaffMember(SQLModel, table=True):
    """Somebody who works for the company that runs Guidepost, and what they may do."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("workspace_id", "email"),
        UniqueConstraint("workspace_id", "slack_user_id"),
    )

    id: str = id_field()
    workspace_id: str = workspace_field()
    email: str
    name: str
    role: str = "csm"  # csm | manager | admin
    team: str | None = None
    manager_email: str | None = None
    slack_user_id: str | None = None
    timezone: str = "UTC"
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()


class UsageFact(SQLModel, table=True):
    """One observed number or event about an account, e.g. seats_used = 4 on a day."""

    __tablename__ = "usage_facts"
    __table_args__ = (UniqueConstraint("workspace_id", "account_id", "kind", "observed_on"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str = Field(foreign_key="accounts.id", index=True)
    kind: str  # seats_used, first_value, logins_30d, goal_baseline, goal_now, goal_target ...
    value: str
    note: str | None = None  # the fact as a sentence fit for a customer, if there is one
    observed_on: date
    created_at: datetime = moment_field()


def find_by_key(session: Session, workspace_id: str, key: str) -> Account | None:
    """The account with that key in the customer's own files."""
    return session.exec(
        select(Account).where(Account.workspace_id == workspace_id, Account.key == key)
    ).first()


def contacts_of(session: Session, account_id: str) -> list[Contact]:
    """The active people at an account, by name."""
    return list(session.exec(_CONTACTS_OF, params={"account_id": account_id}).all())


_CONTACTS_OF = remembered(
    select(Contact)
    .where(Contact.account_id == bindparam("account_id"), Contact.status == "active")
    .order_by(Contact.name, Contact.email)
)


def running_subscription(session: Session, account_id: str) -> Subscription | None:
    """The term that is running; of several the one that ends first."""
    return session.exec(_RUNNING_SUBSCRIPTION, params={"account_id": account_id}).first()


_RUNNING_SUBSCRIPTION = (
    select(Subscription)
    .where(Subscription.account_id == bindparam("account_id"), Subscription.status == "active")
    .order_by(col(Subscription.renews_on))
)


def running_subscriptions(session: Session, account_ids: Collection[str]) -> dict[str, Subscription]:
    """The same for many accounts at once, by their ids; those without a running term are not in it."""
    statement = (
        select(Subscription)
        .where(col(Subscription.account_id).in_(sorted(account_ids)), Subscription.status == "active")
        .order_by(col(Subscription.renews_on).desc())
    )
    return {term.account_id: term for term in session.exec(statement)}


def subscriptions_of(session: Session, account_id: str) -> list[Subscription]:
    """Every term of an account, what ends first first."""
    return list(session.exec(_SUBSCRIPTIONS_OF, params={"account_id": account_id}).all())


_SUBSCRIPTIONS_OF = remembered(
    select(Subscription)
    .where(Subscription.account_id == bindparam("account_id"))
    .order_by(col(Subscription.renews_on))
)


def latest_usage(session: Session, account_id: str) -> list[UsageFact]:
    """The newest observation of each kind, by kind."""
    found = session.exec(_USAGE_OF, params={"account_id": account_id}).all()
    newest = {fact.kind: fact for fact in found}
    return [newest[kind] for kind in sorted(newest)]


_USAGE_OF = remembered(
    select(UsageFact)
    .where(UsageFact.account_id == bindparam("account_id"))
    .order_by(col(UsageFact.observed_on))
)


def usage_since(session: Session, account_id: str, since: date) -> list[UsageFact]:
    """Every observation from a day on, oldest first."""
    statement = select(UsageFact).where(
        UsageFact.account_id == account_id, col(UsageFact.observed_on) >= since
    )
    return list(session.exec(statement.order_by(col(UsageFact.observed_on), col(UsageFact.kind))).all())


def lock_account(session: Session, account_id: str) -> Account | None:
    """The account, kept from other writers until the transaction ends: its runs change one after another."""
    return session.get(Account, account_id, with_for_update=True, populate_existing=True)


def note_fact(
    session: Session,
    *,
    workspace_id: str,
    account_id: str,
    kind: str,
    value: str,
    on: date,
    now: datetime,
    note: str | None = None,
) -> None:
    """Note an observed fact, with a sentence for the customer if there is one; the last one of a day counts."""
    fact = UsageFact(
        workspace_id=workspace_id,
        account_id=account_id,
        kind=kind,
        value=value,
        note=note,
        observed_on=on,
        created_at=now,
    )
    if insert_new(session, fact):
        return
    same = select(UsageFact).where(
        UsageFact.workspace_id == workspace_id,
        UsageFact.account_id == account_id,
        UsageFact.kind == kind,
        UsageFact.observed_on == on,
    )
    row = session.exec(same).one()
    row.value, row.note = value, note or row.note
    session.add(row)
    session.flush()


def in_segment(session: Session, workspace_id: str, segment: str) -> list[str]:
    """Ids of the accounts of a segment, by name."""
    statement = select(Account.id).where(Account.workspace_id == workspace_id, Account.segment == segment)
    return list(session.exec(statement.order_by(Account.name, Account.id)).all())


def all_accounts(session: Session, workspace_id: str) -> list[Account]:
    """Every account of a workspace, by name."""
    statement = select(Account).where(Account.workspace_id == workspace_id)
    return list(session.exec(statement.order_by(Account.name, Account.key)).all())


def find_account(session: Session, account_id: str) -> Account | None:
    """The account with that id."""
    return session.get(Account, account_id)


def has_left(session: Session, workspace_id: str, slack_user_id: str) -> bool:
    """Whether somebody was a contact and is none any more: they left, or their Slack account was closed."""
    statement = select(Contact.status).where(
        Contact.workspace_id == workspace_id, Contact.slack_user_id == slack_user_id
    )
    found = session.exec(statement).all()
    return bool(found) and "active" not in found


def everybody_at(session: Session, account_id: str) -> list[Contact]:
    """Every contact that an account ever had, by name."""
    statement = select(Contact).where(Contact.account_id == account_id)
    return list(session.exec(statement.order_by(Contact.name, Contact.email)).all())
