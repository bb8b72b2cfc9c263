"""The columns of the five account files. docs/accounts.md shows them to people; a test compares the two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store import csv_cells as cell
from store.tables.accounts import Account, Contact, StaffMember, Subscription, UsageFact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlmodel import SQLModel


@dataclass(frozen=True)
class Column:
    """How a column's cells are read, which field they fill, and what an empty cell means."""

    field: str
    parse: Callable[[str], Any]
    required: bool = False
    empty: Any = None  # a list is copied


@dataclass(frozen=True)
class Noun:
    """One file: its table, its columns in order, and the fields that tell its rows apart."""

    model: type[SQLModel]
    columns: Mapping[str, Column]
    identity: tuple[str, ...]

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a file must have and whose cells must not be empty."""
        return tuple(name for name, column in self.columns.items() if column.required)


_ACCOUNT_KEY = Column("account_key", cell.text, required=True)  # becomes account_id when the account is found

NOUNS: Mapping[str, Noun] = {
    "accounts": Noun(
        Account,
        {
            "account_id": Column("key", cell.text, required=True),
            "name": Column("name", cell.text, required=True),
            "aliases": Column("aliases", cell.names, empty=[]),
            "domain": Column("domain", cell.text),
            "industry": Column("industry", cell.text),
            "segment": Column("segment", cell.one_of("SMB", "MM", "ENT")),
            "stage": Column(
                "stage",
                cell.one_of("consideration", "decision", "adoption", "renewal", "upsell", "advocacy"),
                empty="adoption",
            ),
            "plan": Column("plan", cell.text),
            "seats": Column("seats", cell.count),
            "arr": Column("arr_minor", cell.money),
            "currency": Column("currency", cell.currency, empty="USD"),
            "health": Column("health", cell.percent),
            "csm_sentiment": Column("csm_sentiment", cell.one_of("green", "yellow", "red")),
            "goal": Column("goal", cell.text),
            "timezone": Column("timezone", cell.zone, empty="UTC"),
            "language": Column("language", cell.language, empty="en"),
            "csm_email": Column("csm_email", cell.email),
            "channel": Column("channel", cell.channel, empty=(None, None)),
        },
        ("key",),
    ),
    "contacts": Noun(
        Contact,
        {
            "account_id": _ACCOUNT_KEY,
            "email": Column("email", cell.email, required=True),
            "name": Column("name", cell.text, required=True),
            "title": Column("title", cell.text),
            "persona": Column(
                "persona",
                cell.one_of("admin", "champion", "buyer", "sponsor", "end_user", "security", "procurement"),
                empty="end_user",
            ),
            "timezone": Column("timezone", cell.zone),
            "status": Column("status", cell.one_of("active", "deactivated", "left"), empty="active"),
        },
        ("account_id", "email"),
    ),
    "subscriptions": Noun(
        Subscription,
        {
            "subscription_id": Column("key", cell.text, required=True),
            "account_id": _ACCOUNT_KEY,
            "plan": Column("plan", cell.text),
            "started_on": Column("started_on", cell.day, required=True),
            "renews_on": Column("renews_on", cell.day, required=True),
            "period": Column("period", cell.one_of("annual", "monthly", "multi_year"), empty="annual"),
            "auto_renews": Column("auto_renews", cell.yes_no, empty=False),
            "notice_days": Column("notice_days", cell.count),
            "arr": Column("arr_minor", cell.money),
            "currency": Column("currency", cell.currency, empty="USD"),
            "status": Column("status", cell.one_of("active", "renewed", "churned"), empty="active"),
        },
        ("key",),
    ),
    "staff": Noun(
        StaffMember,
        {
            "email": Column("email", cell.email, required=True),
            "name": Column("name", cell.text, required=True),
            "role": Column("role", cell.one_of("csm", "manager", "admin"), empty="csm"),
            "team": Column("team", cell.text),
            "manager_email": Column("manager_email", cell.email),
            "timezone": Column("timezone", cell.zone, empty="UTC"),
        },
        ("email",),
    ),
    "usage": Noun(
        UsageFact,
        {
            "account_id": _ACCOUNT_KEY,
            "kind": Column("kind", cell.text, required=True),
            "value": Column("value", cell.text, required=True),
            "note": Column("note", cell.text),
            "observed_on": Column("observed_on", cell.day, required=True),
        },
        ("account_id", "kind", "observed_on"),
    ),
}
