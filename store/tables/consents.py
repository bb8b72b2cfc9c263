"""What people at accounts agreed to: being quoted, talking to a peer, a case study; and whom they introduced.

A consent names its purpose and scope, keeps the very text that was shown, ends after a year and can be taken back
at any time. Nothing may be used without one that is live.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import UniqueConstraint, bindparam
from sqlmodel import Field, Session, SQLModel, col, select

from store.columns import id_field, moment_field, workspace_field
from store.remembering import remembered
from store.tables.accounts import Account, Contact
from store.upsert import insert_new

if TYPE_CHECKING:
    from collections.abc import Collection

INTRODUCED, CUSTOMER, DECLINED = "introduced", "customer", "declined"


class Consent(SQLModel, table=True):
    """One thing that one person agreed to. A new consent for the same purpose takes the place of the one before."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    key: str  # makes it once: of the run and step in which it was given
    account_id: str = Field(foreign_key="accounts.id", index=True)
    contact_id: str = Field(foreign_key="contacts.id", index=True)
    purpose: str  # quote | reference | case_study | logo | community
    scope: str = ""  # with_name | without_name | once_a_quarter ...
    text_shown: str = ""  # what they agreed to, word for word: the quote, or the limits of the talk
    given_at: datetime = moment_field()
    expires_on: date
    withdrawn_at: datetime | None = moment_field(nullable=True)
    uses: int = 0
    last_used_on: date | None = None


class Referral(SQLModel, table=True):
    """Somebody whom a customer introduced. Until they agree, nothing is kept of them but a hash."""

    __tablename__ = "referrals"
    __table_args__ = (UniqueConstraint("referrer_contact_id", "invitee_hash"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    account_id: str = Field(foreign_key="accounts.id", index=True)
    referrer_contact_id: str = Field(foreign_key="contacts.id", index=True)
    invitee_hash: str
    state: str = INTRODUCED  # introduced | customer | declined
    reward_given_on: date | None = None
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()


def give_consent(session: Session, consent: Consent) -> bool:
    """Write a consent down; it ends whatever the person agreed to before for that purpose. False if it is there."""
    if not insert_new(session, consent):
        return False
    for before in _live(session, consent.workspace_id, consent.given_at.date(), [consent.purpose]):
        if before.contact_id == consent.contact_id and before.id != consent.id:
            before.withdrawn_at = consent.given_at
            session.add(before)
    session.flush()
    return True


def withdraw_consents(
    session: Session,
    contact_ids: Collection[str],
    now: datetime,
    *,
    consent_id: str | None = None,
    purpose: str | None = None,
) -> int:
    """Take back what these contacts agreed to: one consent, those of a purpose, or all; how many those were."""
    statement = select(Consent).where(
        col(Consent.contact_id).in_(sorted(contact_ids)), col(Consent.withdrawn_at).is_(None)
    )
    if consent_id is not None:
        statement = statement.where(Consent.id == consent_id)
    if purpose is not None:
        statement = statement.where(Consent.purpose == purpose)
    rows = session.exec(statement).all()
    for row in rows:
        row.withdrawn_at = now
        session.add(row)
    session.flush()
    return len(rows)


def consents_of(session: Session, contact_ids: Collection[str]) -> list[Consent]:
    """Everything that these contacts ever agreed to, newest first."""
    statement = select(Consent).where(col(Consent.contact_id).in_(sorted(contact_ids)))
    return list(session.exec(statement.order_by(col(Consent.given_at).desc(), col(Consent.id))).all())


def holding(session: Session, contact_id: str) -> list[Consent]:
    """What a contact agreed to and has not taken back, newest first."""
    return [one for one in consents_of(session, [contact_id]) if one.withdrawn_at is None]


def live_consents(
    session: Session, workspace_id: str, today: date, *purposes: str, account_id: str | None = None
) -> list[Consent]:
    """The consents that hold today, of these purposes or all, newest first.

    Not of people who opted out or are gone.
    """
    found = _live(session, workspace_id, today, purposes, account_id)
    there = select(Contact.id).where(
        col(Contact.id).in_(sorted({one.contact_id for one in found})),
        Contact.status == "active",
        col(Contact.opted_out_at).is_(None),
    )
    able = set(session.exec(there).all())
    return [one for one in found if one.contact_id in able]


def agreed_at(session: Session, account_id: str, today: date) -> list[Consent]:
    """`live_consents` of one account."""
    given = session.exec(_AGREED_AT, params={"account_id": account_id}).all()
    return [one for one in given if one.expires_on >= today]


_AGREED_AT = remembered(
    select(Consent)
    .join(Contact, col(Contact.id) == col(Consent.contact_id))
    .where(
        Consent.account_id == bindparam("account_id"),
        col(Consent.withdrawn_at).is_(None),
        Contact.status == "active",
        col(Contact.opted_out_at).is_(None),
    )
    .order_by(col(Consent.given_at).desc(), col(Consent.id))
)


def _live(
    session: Session,
    workspace_id: str,
    today: date,
    purposes: Collection[str] = (),
    account_id: str | None = None,
) -> list[Consent]:
    statement = select(Consent).where(
        Consent.workspace_id == workspace_id,
        col(Consent.withdrawn_at).is_(None),
        Consent.expires_on >= today,
    )
    if purposes:
        statement = statement.where(col(Consent.purpose).in_(sorted(purposes)))
    if account_id is not None:
        statement = statement.where(Consent.account_id == account_id)
    return list(session.exec(statement.order_by(col(Consent.given_at).desc(), col(Consent.id))).all())


def lock_consent(session: Session, consent_id: str) -> Consent | None:
    """A consent, to be changed."""
    return session.get(Consent, consent_id, with_for_update=True, populate_existing=True)


def note_use(session: Session, consent: Consent, today: date) -> None:
    """What was agreed to was used once more."""
    consent.uses += 1
    consent.last_used_on = today
    session.add(consent)
    session.flush()


def advocates(
    session: Session, workspace_id: str, today: date, purpose: str, *, for_account: Account
) -> list[tuple[Consent, Contact, Account]]:
    """People who agreed to that, other than those of the account itself: of its segment first, the least used first."""
    found = [
        (one, contact, account)
        for one in live_consents(session, workspace_id, today, purpose)
        if one.account_id != for_account.id
        if (contact := session.get(Contact, one.contact_id))
        and (account := session.get(Account, one.account_id))
    ]
    return sorted(
        found,
        key=lambda row: (row[2].segment != for_account.segment, row[2].plan != for_account.plan, row[0].uses),
    )


def refer(session: Session, referral: Referral) -> bool:
    """Write an introduction down; False if the same person introduced them before."""
    return insert_new(session, referral)


def referrals_of(session: Session, account_id: str) -> list[Referral]:
    """Whom an account's people introduced, newest first."""
    statement = select(Referral).where(Referral.account_id == account_id)
    return list(session.exec(statement.order_by(col(Referral.created_at).desc(), col(Referral.id))).all())


def invitee_hash(workspace_id: str, address: str) -> str:
    """The hash by which somebody who was introduced is known again: 32 hex digits."""
    return hashlib.sha256(f"{workspace_id}:referral:{address.strip().lower()}".encode()).hexdigest()[:32]
