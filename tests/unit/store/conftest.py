"""A small company in the database: two teams of staff, four accounts, their contacts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from store.tables import Account, Contact, StaffMember
from store.tables.workspaces import remember_user

STAFF = [  # email, role, team, manager, Slack id
    ("dana@guide.example", "admin", None, None, "U0DANA"),
    ("mia@guide.example", "manager", "East", None, "U0MIA"),
    ("omar@guide.example", "csm", "East", "mia@guide.example", "U0OMAR"),
    ("lena@guide.example", "csm", "West", None, "U0LENA"),
    ("solo@guide.example", "csm", None, None, "U0SOLO"),
]
ACCOUNTS = [  # key, name, aliases, csm, stage, channel id, channel name
    ("nord", "Nordwind GmbH", ["NW"], "Omar@Guide.example", "adoption", "C0NORD", "ext-nordwind"),
    ("bolt", "Bolt & Co", [], "lena@guide.example", "renewal", None, "ext-bolt"),
    ("pros", "Prospekt AG", [], "omar@guide.example", "decision", "C0PROS", None),
    ("free", "Free Agents", [], None, "adoption", None, None),
]
CONTACTS = [  # email, name, account, status, linked Slack id
    ("ana@nord.example", "Ana Ruiz", "nord", "active", "U0ANA"),
    ("ben@nord.example", "Ben Holt", "nord", "active", None),
    ("gone@nord.example", "Gone Girl", "nord", "left", "U0GONE"),
    ("cara@bolt.example", "Cara Diaz", "bolt", "active", "U0CARA"),
    ("piet@pros.example", "Piet Mol", "pros", "active", "U0PIET"),
    ("zoe@consult.example", "Zoe Kern", "nord", "active", None),
    ("zoe@consult.example", "Zoe Kern", "bolt", "active", None),
]
SLACK_USERS = [  # id, email, organisation
    ("U0BEN", "ben@nord.example", "T0NORD"),
    ("U0ZOE", "zoe@consult.example", "T0CONSULT"),
    ("U0NOBODY", "nobody@web.example", "T0WEB"),
    ("U0NEWSTAFF", "new@guide.example", "T0ACME"),
    ("U0FAKE", "new@guide.example", "T0EVIL"),
]


@pytest.fixture
def company(database, workspace, clock):
    """Ids by key: `company.workspace_id`, `company.accounts["nord"]`."""
    when = {"created_at": clock.now(), "updated_at": clock.now(), "workspace_id": workspace.id}
    accounts = {
        key: Account(
            key=key,
            name=name,
            aliases=aliases,
            csm_email=csm,
            stage=stage,
            slack_channel_id=channel,
            slack_channel_name=channel_name,
            **when,
        )
        for key, name, aliases, csm, stage, channel, channel_name in ACCOUNTS
    }
    with database.transaction() as session:
        session.add_all(accounts.values())
        session.flush()
        session.add_all(
            StaffMember(
                email=email,
                name=email.split("@")[0].title(),
                role=role,
                team=team,
                manager_email=manager,
                slack_user_id=slack,
                **when,
            )
            for email, role, team, manager, slack in STAFF
        )
        session.add_all(
            Contact(
                email=email,
                name=name,
                account_id=accounts[account].id,
                status=status,
                slack_user_id=slack,
                **when,
            )
            for email, name, account, status, slack in CONTACTS
        )
        for slack, email, team in SLACK_USERS:
            remember_user(
                session, workspace.id, slack, clock.now(), email=email, team_id=team, name=slack.title()
            )
    return SimpleNamespace(workspace_id=workspace.id, accounts={key: row.id for key, row in accounts.items()})
