"""Who somebody is, and which accounts they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import func, true
from sqlmodel import Session, col, or_, select

from store.staffing import ladder, owner_of, staff_of
from store.tables.accounts import Account, Contact, StaffMember
from store.tables.workspaces import SlackUser, Workspace, find_user

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement

__all__ = [
    "ROLES", "Kind", "Person", "Role", "ladder", "link_by_email", "note_presence", "owner_of", "person_named",
    "presence_differs", "resolve_person", "staff_named", "staff_of", "visible_account_ids", "visible_accounts",
]  # fmt: skip

Kind = Literal["staff", "contact", "unknown"]
Role = Literal["end_user", "csm", "manager", "admin"]
ROLES: tuple[Role, ...] = ("end_user", "csm", "manager", "admin")  # each may do what those before it may


@dataclass(frozen=True)
class Person:
    """Somebody in Slack, as far as the store knows them.

    `accounts` are those a contact belongs to (usually one); staff have none of their own here, see
    `visible_accounts`.
    """

    slack_user_id: str | None
    kind: Kind
    role: Role
    name: str
    email: str | None = None
    timezone: str = "UTC"
    language: str = "en"
    locale: str = "en-US"  # of their Slack: how they write figures
    opted_out: bool = False
    accounts: tuple[Account, ...] = ()
    contact: Contact | None = None
    staff: StaffMember | None = None

    @property
    def is_staff(self) -> bool:
        """Works for the company that runs Guidepost."""
        return self.kind == "staff"

    @property
    def account(self) -> Account | None:
        """The one account a contact belongs to; None if there are several or none."""
        return self.accounts[0] if len(self.accounts) == 1 else None

    def may_act_as(self, role: Role) -> bool:
        """Whether the person has at least this role."""
        return ROLES.index(self.role) >= ROLES.index(role)


def resolve_person(
    session: Session, workspace_id: str, slack_user_id: str, first_admins: Collection[str] = ()
) -> Person:
    """Who a Slack user is.

    Found by Slack id, else by the e-mail address that Slack gave us. An address makes nobody staff who
    belongs to another Slack organisation: there, others decide what the address says.

    Args:
        session: a session.
        workspace_id: the workspace.
        slack_user_id: Slack's id.
        first_admins: Slack ids or e-mails that are admins without being in the staff table.
    """
    user = find_user(session, workspace_id, slack_user_id)
    if user is not None and user.is_bot:
        return _unknown(slack_user_id, user)
    email = user.email if user else None
    home_email = email if _at_home(session, workspace_id, user) else None
    staff = _one_staff(session, workspace_id, slack_user_id, home_email)
    is_admin = _among(first_admins, slack_user_id, home_email)
    if staff is not None or is_admin:
        return _as_staff(slack_user_id, user, staff, is_admin)
    contacts = _contacts(session, workspace_id, slack_user_id, email)
    return _as_contact(session, slack_user_id, user, contacts) if contacts else _unknown(slack_user_id, user)


def person_named(
    session: Session, workspace_id: str, name: str, first_admins: Collection[str] = ()
) -> Person:
    """Who `ask --as NAME` means: a Slack id, or the e-mail address of a member of staff or a contact.

    Nobody of this name: an unknown person, who reads public text only.
    """
    name = name.strip().strip("<@>")
    if "@" not in name:
        return resolve_person(session, workspace_id, name, first_admins)
    email = name.lower()
    staff = _one_staff(session, workspace_id, None, email)
    is_admin = _among(first_admins, None, email)
    if staff is not None or is_admin:
        return _as_staff(staff.slack_user_id if staff else None, None, staff, is_admin, email)
    contacts = _contacts(session, workspace_id, None, email)
    if contacts:
        return _as_contact(session, contacts[0].slack_user_id, None, contacts)
    return Person(slack_user_id=None, kind="unknown", role="end_user", name=name, email=email)


def link_by_email(session: Session, workspace_id: str, slack_user_id: str, now: datetime) -> bool:
    """Write a person's Slack id into the staff or contact row of their e-mail address.

    A row that has another Slack id is left alone, so is an address that contacts of two accounts share.

    Returns:
        True if a row was changed.
    """
    user = find_user(session, workspace_id, slack_user_id)
    if user is None or user.is_bot or not user.email:
        return False
    row: StaffMember | Contact | None = None
    if _at_home(session, workspace_id, user):
        row = _one_staff(session, workspace_id, slack_user_id, user.email)
    if row is None:
        contacts = _contacts(session, workspace_id, slack_user_id, user.email)
        row = contacts[0] if len(contacts) == 1 else None
    if row is None or row.slack_user_id is not None:
        return False
    row.slack_user_id, row.updated_at = slack_user_id, now
    session.add(row)
    session.flush()
    return True


def note_presence(
    session: Session, workspace_id: str, slack_user_id: str, *, gone: bool, now: datetime
) -> list[str]:
    """Note that a contact's Slack account was closed, or opened again; the ids of the accounts that this changes.

    Who left by the company's own files stays so.
    """
    rows = _present_otherwise(session, workspace_id, slack_user_id, gone=gone)
    for row in rows:
        row.status, row.updated_at = "deactivated" if gone else "active", now
        session.add(row)
    session.flush()
    return sorted({row.account_id for row in rows})


def presence_differs(session: Session, workspace_id: str, slack_user_id: str, *, gone: bool) -> bool:
    """Whether `note_presence` would change anything: most news of a person are about their picture."""
    return bool(_present_otherwise(session, workspace_id, slack_user_id, gone=gone))


def _present_otherwise(
    session: Session, workspace_id: str, slack_user_id: str, *, gone: bool
) -> list[Contact]:
    theirs = select(Contact).where(
        Contact.workspace_id == workspace_id,
        Contact.slack_user_id == slack_user_id,
        Contact.status == ("active" if gone else "deactivated"),
    )
    return list(session.exec(theirs).all())


def visible_accounts(session: Session, workspace_id: str, person: Person) -> list[Account]:
    """The accounts a person may look up, by name.

    An admin sees all; a manager those of the teams they manage; a CSM their own and their team's, so
    that they can stand in; a contact their own; an unknown person none.
    """
    if person.kind == "unknown":
        return []
    if person.kind == "contact":
        return sorted(person.accounts, key=lambda account: account.name)
    query = select(Account).where(Account.workspace_id == workspace_id)
    if not person.may_act_as("admin"):
        query = query.where(func.lower(Account.csm_email).in_(_colleagues(session, workspace_id, person)))
    return list(session.exec(query.order_by(Account.name, Account.key)).all())


def visible_account_ids(session: Session, workspace_id: str, person: Person) -> frozenset[str]:
    """The ids of `visible_accounts`."""
    return frozenset(account.id for account in visible_accounts(session, workspace_id, person))


def staff_named(session: Session, workspace_id: str, name: str) -> list[Person]:
    """The members of staff that a name may mean: an address, a full or a first name."""
    wanted = name.strip().lstrip("@").lower()
    everyone = session.exec(
        select(StaffMember).where(StaffMember.workspace_id == workspace_id).order_by(StaffMember.email)
    ).all()
    return [
        _as_staff(one.slack_user_id, None, one, is_admin=False)
        for one in everyone
        if wanted
        in {
            one.email.lower(),
            one.name.lower(),
            one.name.lower().split(" ")[0],
        }
    ]


def _colleagues(session: Session, workspace_id: str, person: Person) -> set[str]:
    """E-mails of the people whose accounts a CSM or a manager sees, their own included."""
    own = {person.email.lower()} if person.email else set()
    if person.staff is None:
        return own
    everyone = session.exec(select(StaffMember).where(StaffMember.workspace_id == workspace_id)).all()
    reports = [member for member in everyone if (member.manager_email or "").lower() in own]
    teams = {person.staff.team}
    if person.may_act_as("manager"):
        teams |= {member.team for member in reports}
        own |= {member.email.lower() for member in reports}
    teams.discard(None)
    return own | {member.email.lower() for member in everyone if member.team in teams}


def _at_home(session: Session, workspace_id: str, user: SlackUser | None) -> bool:
    """Whether the person belongs to our own Slack organisation, as far as Slack said."""
    if user is None or user.team_id is None:
        return user is not None
    workspace = session.get(Workspace, workspace_id)
    return workspace is not None and workspace.slack_team_id in (None, user.team_id)


def _one_staff(
    session: Session, workspace_id: str, slack_user_id: str | None, email: str | None
) -> StaffMember | None:
    of_workspace = select(StaffMember).where(StaffMember.workspace_id == workspace_id)
    if slack_user_id:
        linked = session.exec(of_workspace.where(StaffMember.slack_user_id == slack_user_id)).first()
        if linked:
            return linked
    if not email:
        return None
    same_address = of_workspace.where(func.lower(StaffMember.email) == email.lower())
    return session.exec(same_address.where(_free_or_own(StaffMember.slack_user_id, slack_user_id))).first()


def _contacts(
    session: Session, workspace_id: str, slack_user_id: str | None, email: str | None
) -> list[Contact]:
    """The active contact rows of a person: by Slack id, else all of their e-mail address."""
    active = select(Contact).where(Contact.workspace_id == workspace_id, Contact.status == "active")
    if slack_user_id:
        linked = session.exec(active.where(Contact.slack_user_id == slack_user_id)).all()
        if linked:
            return list(linked)
    if not email:
        return []
    same_address = active.where(func.lower(Contact.email) == email.lower()).order_by(Contact.account_id)
    return list(session.exec(same_address.where(_free_or_own(Contact.slack_user_id, slack_user_id))).all())


def _free_or_own(column: Any, slack_user_id: str | None) -> ColumnElement[bool]:
    """Rows that no other Slack user is linked to."""
    return or_(col(column).is_(None), column == slack_user_id) if slack_user_id else true()


def _among(first_admins: Collection[str], slack_user_id: str | None, email: str | None) -> bool:
    names = {name.strip().lower() for name in first_admins}
    return bool({name.lower() for name in (slack_user_id, email) if name} & names)


def _as_staff(
    slack_user_id: str | None,
    user: SlackUser | None,
    staff: StaffMember | None,
    is_admin: bool,
    email: str | None = None,
) -> Person:
    zone = user.timezone if user else (staff.timezone if staff else "UTC")
    return Person(
        slack_user_id=slack_user_id,
        kind="staff",
        role="admin" if is_admin else _role(staff),
        name=(staff.name if staff else "") or (user.name if user else "") or email or slack_user_id or "",
        email=(staff.email.lower() if staff else None) or (user.email if user else None) or email,
        timezone=zone,
        language=_language(user),
        locale=_locale(user),
        opted_out=bool(user and user.opted_out_at),
        staff=staff,
    )


def _as_contact(
    session: Session, slack_user_id: str | None, user: SlackUser | None, contacts: list[Contact]
) -> Person:
    first = contacts[0]
    ids = sorted({contact.account_id for contact in contacts})
    accounts = tuple(account for account in (session.get(Account, one) for one in ids) if account)
    zone = first.timezone or (user.timezone if user else accounts[0].timezone)
    return Person(
        slack_user_id=slack_user_id,
        kind="contact",
        role="end_user",
        name=first.name or (user.name if user else "") or first.email,
        email=first.email,
        timezone=zone,
        language=accounts[0].language,
        locale=_locale(user),
        opted_out=any(contact.opted_out_at for contact in contacts) or bool(user and user.opted_out_at),
        accounts=accounts,
        contact=first,
    )


def _unknown(slack_user_id: str, user: SlackUser | None) -> Person:
    return Person(
        slack_user_id=slack_user_id,
        kind="unknown",
        role="end_user",
        name=(user.name if user else "") or slack_user_id,
        email=user.email if user else None,
        timezone=user.timezone if user else "UTC",
        language=_language(user),
        locale=_locale(user),
        opted_out=bool(user and user.opted_out_at),
    )


def _role(staff: StaffMember | None) -> Role:
    """The role in the staff row; a value that we do not know gives the least right of staff."""
    return next((role for role in ROLES if staff is not None and role == staff.role), "csm")


def _locale(user: SlackUser | None) -> str:
    return user.locale if user and user.locale else "en-US"


def _language(user: SlackUser | None) -> str:
    return _locale(user).split("-")[0].lower()
