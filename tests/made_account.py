"""One account's rows, made of a few parts: for what is worked out from them without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from store.insights.account_rows import AccountRows, Words
from store.tables import Account, Contact, Promise, UsageFact

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
TODAY = NOW.date()


def ago(days):
    return TODAY - timedelta(days=days)


def rows(term=None, **parts):
    """An account of which nothing is known but these parts."""
    empty = dict.fromkeys(
        (
            "contacts",
            "words",
            "asked",
            "scores",
            "usage",
            "steps",
            "requests",
            "open_tasks",
            "goals",
            "promises",
            "activities",
        ),
        (),
    )
    account = Account(workspace_id="w", key="acme", name="Acme", seats=10, created_at=NOW, updated_at=NOW)
    return AccountRows(account=account, now=NOW, today=TODAY, term=term, **empty | parts)


def said(text, days, who="Ana"):
    return Words(ago(days), who, "U0ANA", text, True, "C1", f"{1000 - days}.1")


def contact(name, persona, status="active"):
    return Contact(
        workspace_id="w", account_id="a", email=f"{name}@acme.example", name=name, persona=persona,
        status=status, created_at=NOW, updated_at=NOW - timedelta(days=3),
    )  # fmt: skip


def usage(*figures):
    return tuple(
        UsageFact(workspace_id="w", account_id="a", kind="logins_30d", value=str(value), observed_on=ago(days), created_at=NOW)
        for days, value in figures
    )  # fmt: skip


def promise(text, due):
    return Promise(
        workspace_id="w", key=text, account_id="a", text=text, due_on=due, said_by="U", created_at=NOW
    )
