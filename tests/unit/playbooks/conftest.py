"""A small company with one account of each segment, its runner, and a world whose clock can be moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import select

from playbooks import events
from playbooks.loader import shipped
from playbooks.runner import PlaybookRunner
from playbooks.simulation import simulate
from playbooks.state import Run
from store.clock import FixedClock
from store.tables import (
    Account,
    Contact,
    Feedback,
    OutboxMessage,
    StaffMember,
    Subscription,
    Task,
    UsageFact,
    Workspace,
    playbooks,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playbooks.course import Course
    from playbooks.loader import Definition
    from store.database import Database

SHIPPED = shipped()
SMALL = Path(__file__).parents[2] / "data" / "playbooks"  # short ones that tests of the engine are about
DEFINITIONS = SHIPPED | shipped(SMALL)
START = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)  # a Monday
STAFF = [("dana@us.example", "Dana Doe", "csm", "UDANA"), ("mia@us.example", "Mia May", "manager", "UMIA")]
FACTS = [
    ("seats_used", "4", "4 of 10 people have logged in"),
    ("jobs_30d", "640", "Your team delivered 640 jobs in the last 30 days"),
]
PEOPLE = [("ada", "Ada Ali", "admin"), ("ben", "Ben Bo", "champion"), ("cy", "Cy Co", "buyer")]


@dataclass
class World:
    """The store, the runner and the clock, and people who act on what they see."""

    database: Database
    clock: FixedClock
    runner: PlaybookRunner
    workspace_id: str
    accounts: dict[str, str]
    contacts: dict[str, str] = field(default_factory=dict)

    def start(self, playbook: str, account: str) -> str:
        """Dana starts a playbook; the run's id."""
        result = self.runner.start(playbook, self.accounts[account], "UDANA", self.workspace_id)
        assert result.started, result.sentence
        return result.run_id

    def simulate(self, plays: list[str], *accounts: str, **more: Any) -> Course:
        """What would happen if Dana started these playbooks for these accounts."""
        ids = [self.accounts[key] for key in accounts]
        return simulate(
            self.runner, self.database, self.workspace_id, ids,
            now=self.clock.now(), plays=plays, started_by="UDANA", **more,
        )  # fmt: skip

    def until(self, *moment: int) -> None:
        """Move the clock from one due timer to the next, up to that UTC date and time."""
        goal = datetime(*moment, tzinfo=UTC)
        while (due := self.runner.next_due()) is not None and due <= goal:
            self.clock.at = max(self.clock.at, due)
            while self.runner.fire_due():
                pass
        self.clock.at = goal

    def wake_at(self, *moment: int) -> None:
        """The bot was down and comes back: whatever is due is handled now."""
        self.clock.at = datetime(*moment, tzinfo=UTC)
        while self.runner.fire_due():
            pass

    def outbox(self, *views: str) -> list[OutboxMessage]:
        """Everything to be said, in its order; only some views if named."""
        with self.database.reading() as session:
            rows = session.exec(
                select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id)
            ).all()
        return [row for row in rows if not views or row.payload["view"] in views]

    def messages(self, *to: str) -> list[OutboxMessage]:
        """Messages to customers."""
        return [row for row in self.outbox("playbook_message") if not to or row.slack_user_id in to]

    def said(self) -> list[tuple[str, str | None]]:
        """Step and reader of each message to a customer."""
        return [(row.payload["step_key"], row.slack_user_id) for row in self.messages()]

    def last(self, view: str) -> dict[str, Any]:
        """The payload of the newest message of a view."""
        return self.outbox(view)[-1].payload

    def tasks(self) -> list[Task]:
        """Every task, oldest first."""
        with self.database.reading() as session:
            return list(session.exec(select(Task).order_by(Task.created_at, Task.key)).all())

    def feedback(self) -> list[Feedback]:
        """What customers said."""
        with self.database.reading() as session:
            return list(session.exec(select(Feedback).order_by(Feedback.created_at, Feedback.subject)).all())

    def steps(self, run: str) -> dict[str, str]:
        """State of each step."""
        with self.database.reading() as session:
            return {step.key: step.state for step in playbooks.steps_of(session, run)}

    def run(self, run: str) -> Run:
        """The engine's own value of a run."""
        with self.database.reading() as session:
            return Run.model_validate(playbooks.find_run(session, run).snapshot)

    def handle(self, run: str, event: Any) -> None:
        """Something happens, a second after what was before."""
        self.clock.advance(timedelta(seconds=1))
        self.runner.handle(run, event)

    def reply(
        self, run: str, step: str, by: str, value: str | None = None, text: str | None = None, **more: Any
    ) -> None:
        """Somebody answers."""
        self.handle(run, events.Replied(step, by, value, text, **more))

    def change(self, which: tuple[type, str], **values: Any) -> None:
        """Change a row of the store."""
        with self.database.transaction() as session:
            row = session.get(*which)
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)


def build(
    database: Database,
    clock: FixedClock,
    workspace_id: str,
    definitions: Mapping[str, Definition] = DEFINITIONS,
) -> World:
    """Fill the store: accounts smb, mm and ent with three people each."""
    world = World(database, clock, PlaybookRunner(database, clock, definitions=definitions), workspace_id, {})
    when = {"created_at": clock.now(), "updated_at": clock.now(), "workspace_id": workspace_id}
    with database.transaction() as session:
        for email, name, role, slack in STAFF:
            manager = "mia@us.example" if role == "csm" else None
            session.add(
                StaffMember(
                    email=email,
                    name=name,
                    role=role,
                    manager_email=manager,
                    slack_user_id=slack,
                    timezone="Europe/London",
                    **when,
                )
            )
        for key in ("smb", "mm", "ent"):
            account = Account(
                key=key, name=f"{key.title()} Works", segment=key.upper(), health=82, goal="faster reports",
                timezone="Europe/London", csm_email="dana@us.example", slack_channel_id=f"C{key.upper()}", **when,
            )  # fmt: skip
            session.add(account)
            session.flush()
            world.accounts[key] = account.id
            _people(session, world, account, when)
            session.add(
                Subscription(
                    key=f"sub-{key}",
                    account_id=account.id,
                    started_on=date(2025, 7, 1),
                    renews_on=date(2026, 6, 30),
                    **when,
                )
            )
            for kind, value, note in FACTS:
                session.add(
                    UsageFact(
                        account_id=account.id,
                        workspace_id=workspace_id,
                        kind=kind,
                        value=value,
                        note=note,
                        observed_on=date(2026, 3, 1),
                        created_at=clock.now(),
                    )
                )
    return world


def _people(session: Any, world: World, account: Account, when: dict[str, Any]) -> None:
    for handle, name, persona in PEOPLE:
        slack = f"U{handle.upper()}_{account.key.upper()}"
        contact = Contact(
            account_id=account.id, email=f"{handle}@{account.key}.example", name=name, persona=persona,
            slack_user_id=slack, timezone="Europe/London", **when,
        )  # fmt: skip
        session.add(contact)
        session.flush()
        world.contacts[slack] = contact.id


@pytest.fixture
def clock() -> FixedClock:
    """Monday 2 March 2026, 10:30 UTC."""
    return FixedClock(START)


@pytest.fixture
def world(sqlite_database: Database, clock: FixedClock) -> World:
    """The company on SQLite."""
    return build(sqlite_database, clock, _workspace(sqlite_database, clock))


@pytest.fixture
def shipped_world(sqlite_database: Database, clock: FixedClock) -> World:
    """The company on SQLite, with the playbooks that are shipped."""
    return build(sqlite_database, clock, _workspace(sqlite_database, clock), SHIPPED)


@pytest.fixture
def world_on_both(database: Database, clock: FixedClock) -> World:
    """The company on SQLite and on PostgreSQL."""
    return build(database, clock, _workspace(database, clock))


def _workspace(database: Database, clock: FixedClock) -> str:
    with database.transaction() as session:
        row = Workspace(slack_team_id="T0US", name="Us", created_at=clock.now())
        session.add(row)
    return row.id


def days(n: int) -> timedelta:
    """That many days."""
    return timedelta(days=n)
