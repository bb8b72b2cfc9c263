"""A year of a made-up company's playbooks, and whether any message of it broke a rule.

Customers of every segment and in many time zones; people who answer, stay silent, ask for a person or opt out;
health that falls and recovers. Everything is drawn from a seed. The playbooks run as they would run for real,
on the simulation's stage; `playbooks.audit` looks at what was sent.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from playbooks.audit import RULES, Truth, broken_rules
from playbooks.bands import CHURN_FACT, PLAN_FACT
from playbooks.loader import find, shipped
from playbooks.runner import PlaybookRunner
from playbooks.simulation import Stage
from playbooks.stand_ins import Sampled
from playbooks.starting import EventTrigger
from store import rehearsal
from store.clock import FixedClock
from store.tables import Account, Contact, StaffMember, Subscription, UsageFact, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlmodel import Session

    from playbooks.audit import Broken
    from playbooks.course import Line
    from playbooks.loader import Definition
    from store.database import Database

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)  # a Monday
ZONES = (
    "Europe/London",
    "America/Denver",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "Asia/Tokyo",
)
SEGMENTS = ("SMB", "SMB", "SMB", "MM", "MM", "ENT")
PERSONAS = ("admin", "champion", "buyer", "end_user", "sponsor")
LEADS = {"SMB": 60, "MM": 90, "ENT": 120}  # days before the renewal at which its playbook begins
RED_FROM = 50
WORDS_A_YEAR = 6  # at most, at an account
STAFF = (
    ("cleo@us.example", "Cleo Ames", "csm", "U0CLEO"),
    ("mona@us.example", "Mona Reyes", "manager", "U0MONA"),
)


@dataclass(frozen=True)
class Happening:
    """Something that happens in the world: a playbook is started, health changes, somebody opts out, a word."""

    at: datetime
    account: str  # key
    play: str | None = None
    health: int | None = None
    opts_out: str | None = None  # address
    event: str | None = None  # what playbooks may wait for


@dataclass
class Year:
    """What was sent, and what was wrong with it."""

    lines: list[Line] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    seconds: float = 0.0  # on the wall
    processor_seconds: float = 0.0  # of all processes together, however busy the machine is

    def figures(self, accounts: int, days: int) -> dict[str, Any]:
        """For a report: what was sent, and how many messages broke each rule."""
        kinds = Counter(line.kind for line in self.lines)
        wrong = Counter(one.rule for one in self.broken)
        return {
            "accounts": accounts,
            "days": days,
            "messages": kinds["message"],
            "reminders": kinds["nudge"],
            "to staff": sum(kinds[kind] for kind in ("preview", "approval", "notice", "question", "task")),
            "runs that ended": kinds["outcome"],
            "put off by another playbook": sum(line.collides_with is not None for line in self.lines),
            "broken": {rule: wrong[rule] for rule in RULES},
            "seconds": round(self.seconds, 1),
            "processor seconds": round(self.processor_seconds, 1),
        }


def simulate_year(
    accounts: int = 200, days: int = 365, seed: int = 1, workers: int = 1, only: Sequence[str] = ()
) -> Year:
    """Let a year pass for that many accounts, in that many processes.

    Raises:
        UnknownPlaybook: `only` names one that there is not.
    """
    for name in only:
        find(shipped(), name)
    began = time.monotonic()
    shares = [range(first, accounts, workers) for first in range(workers)]
    if workers == 1:
        parts = [_share(shares[0], days=days, seed=seed, only=only)]
    else:
        with ProcessPoolExecutor(workers) as pool:
            parts = list(pool.map(partial(_share, days=days, seed=seed, only=only), shares))
    year = Year(seconds=time.monotonic() - began)
    for part in parts:
        year.lines += part.lines
        year.broken += part.broken
        year.processor_seconds += part.processor_seconds
    return year


def _share(numbers: Sequence[int], days: int, seed: int, only: Sequence[str]) -> Year:
    """The years of some accounts, one after the other: what happens at one is nothing to another."""
    began = time.process_time()
    known = {name: one for name, one in shipped().items() if not only or name in only}
    year = Year()
    for number in numbers:
        sent, wrong = _year_of(number, days, seed, known)
        year.lines += sent
        year.broken += wrong
    year.processor_seconds = time.process_time() - began
    return year


def _year_of(
    number: int, days: int, seed: int, definitions: Mapping[str, Definition]
) -> tuple[Sequence[Line], list[Broken]]:
    with closing(rehearsal.empty()) as database:
        runner = PlaybookRunner(database, FixedClock(START), definitions=definitions)
        world = _Made(database, seed, days, events_that_begin(definitions.values()))
        workspace_id = world.people([number])
        for definition in runner.definitions.values():
            runner.publish(definition, STAFF[0][3], workspace_id)
        people = Sampled(lambda words: Random(f"{seed}|{words}"))  # noqa: S311
        stage = Stage(runner, database, workspace_id, START, people, list(world.ids.values()))
        end = START + timedelta(days=days)
        for happening in sorted(world.happenings, key=lambda one: one.at):
            if happening.at < end:
                stage.play(happening.at)
                world.let(happening, stage)
        stage.play(end)
        course = stage.course(frozenset(world.ids.values()), end, {})
        return course.lines, broken_rules(course.lines, world.truth(end))


@dataclass
class _Made:
    """The made-up company: its rows, and what will happen to it."""

    database: Database
    seed: int
    days: int
    listened: Sequence[str]  # events that some playbook begins with
    happenings: list[Happening] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)  # account ids by key
    health: dict[str, list[tuple[datetime, int]]] = field(default_factory=dict)
    opt_outs: dict[str, datetime] = field(default_factory=dict)  # by contact id

    def people(self, numbers: Sequence[int]) -> str:
        """Write staff and accounts; the workspace's id."""
        with self.database.transaction() as session:
            workspace = Workspace(slack_team_id="T0YEAR", name="Made up", created_at=START)
            session.add(workspace)
            session.flush()
            for email, name, role, slack in STAFF:
                manager = STAFF[1][0] if role == "csm" else None
                session.add(
                    StaffMember(
                        workspace_id=workspace.id, email=email, name=name, role=role, manager_email=manager,
                        slack_user_id=slack, timezone="Europe/London", created_at=START, updated_at=START,
                    )
                )  # fmt: skip
            for number in numbers:
                self._account(session, workspace.id, number)
        return workspace.id

    def _account(self, session: Session, workspace_id: str, number: int) -> None:
        draw = Random(f"{self.seed}|account {number}")  # noqa: S311 - chance, nothing secret
        segment, zone = draw.choice(SEGMENTS), draw.choice(ZONES)
        when: dict[str, Any] = {"workspace_id": workspace_id, "created_at": START, "updated_at": START}
        key, health = f"a{number}", draw.randint(55, 95)
        account = Account(
            key=key, name=f"Customer {number}", segment=segment, health=health, goal="fewer calls", timezone=zone,
            seats=draw.randint(5, 400), csm_email=STAFF[0][0], **when,
        )  # fmt: skip
        session.add(account)
        session.flush()
        self.ids[key] = account.id
        self.health[key] = [(START, health)]
        for persona in PERSONAS[: draw.randint(2, 5)]:
            self._contact(session, account, persona, draw, when)
        renews = START.date() + timedelta(days=draw.randint(LEADS[segment] + 1, LEADS[segment] + 245))
        session.add(
            Subscription(
                key=f"s{number}", account_id=account.id, started_on=START.date(), renews_on=renews, **when
            )
        )
        used = UsageFact(
            workspace_id=workspace_id, account_id=account.id, kind="seats_used", value="4",
            note="4 people have logged in", observed_on=START.date() + timedelta(days=3), created_at=START,
        )  # fmt: skip
        session.add(used)
        self.happenings += _fate(key, segment, renews, draw)
        self.happenings += _words(key, self.listened, self.days, Random(f"{self.seed}|words {number}"))  # noqa: S311

    def _contact(
        self, session: Session, account: Account, persona: str, draw: Random, when: dict[str, Any]
    ) -> None:
        zone = account.timezone if draw.random() < 0.8 else draw.choice(ZONES)
        address = f"{persona}@{account.key}.example"
        session.add(
            Contact(
                account_id=account.id, email=address, name=f"{persona.title()} {account.key}", persona=persona,
                slack_user_id=f"U{persona.upper()}{account.key.upper()}", timezone=zone, **when,
            )
        )  # fmt: skip
        if draw.random() < 0.05:
            self.happenings.append(
                Happening(
                    START + timedelta(hours=draw.randint(1, self.days * 24)), account.key, opts_out=address
                )
            )

    def let(self, happening: Happening, stage: Stage) -> None:
        """It happens."""
        account_id = self.ids[happening.account]
        stage.mornings.changed(account_id)
        if happening.play in stage.runner.definitions:
            stage.begin(happening.play, account_id, "U0CLEO")
        if happening.event:
            stage.tell(account_id, happening.event, f"{happening.account}:{happening.at}")
        with self.database.transaction() as session:
            if happening.health is not None:
                rehearsal.change(session, Account, self.ids[happening.account], health=happening.health)
                self.health[happening.account].append((happening.at, happening.health))
            for contact in rehearsal.contacts_with(session, happening.opts_out or ""):
                rehearsal.change(session, Contact, contact.id, opted_out_at=happening.at)
                self.opt_outs[contact.id] = happening.at

    def truth(self, end: datetime) -> Truth:
        """What was true when, as the world had it."""
        with self.database.reading() as session:
            names = {account_id: rehearsal.name_of(session, account_id) for account_id in self.ids.values()}
            said = rehearsal.facts_noted(session, (CHURN_FACT,))
            plans = rehearsal.facts_noted(session, (PLAN_FACT,))
        reds: dict[str, list[tuple[datetime, datetime | None]]] = {
            names[self.ids[key]]: list(_red_stretches(course, end)) for key, course in self.health.items()
        }
        for fact in said:
            reds[names[fact.account_id]].append((fact.created_at, None))
        for plan in plans:
            if plan.value == "accepted":  # with a plan, what is commercial goes on
                reds[names[plan.account_id]] = list(_until(reds[names[plan.account_id]], plan.created_at))
        return Truth(opt_outs=self.opt_outs, reds=reds)


def _fate(key: str, segment: str, renews: date, draw: Random) -> Iterator[Happening]:
    """When its playbooks begin, and how its health goes."""
    yield Happening(
        START + timedelta(days=draw.randint(0, 20), hours=draw.randint(0, 8)), key, play="onboarding"
    )
    begins = datetime.combine(renews, datetime.min.time(), UTC) - timedelta(days=LEADS[segment])
    yield Happening(max(begins, START) + timedelta(hours=8), key, play="renewal")
    at = START
    for _ in range(draw.randint(0, 5)):
        at += timedelta(days=draw.randint(10, 90), hours=draw.randint(0, 23))
        yield Happening(at, key, health=draw.choice((30, 45, 60, 80, 90)))


def events_that_begin(definitions: Iterable[Definition]) -> list[str]:
    """The events with which playbooks begin."""
    triggers = (trigger for one in definitions for trigger in one.playbook.trigger)
    return sorted({name for one in triggers if isinstance(one, EventTrigger) for name in one.event})


def _words(key: str, known: Sequence[str], days: int, draw: Random) -> Iterator[Happening]:
    """What else happens there in a year: signals, a stage, a word of growth."""
    for _ in range(draw.randint(0, WORDS_A_YEAR * days // 365) if known else 0):
        at = START + timedelta(hours=draw.randint(1, days * 24))
        yield Happening(at, key, event=draw.choice(known))


def _until(
    stretches: Iterable[tuple[datetime, datetime | None]], moment: datetime
) -> Iterator[tuple[datetime, datetime | None]]:
    for begin, end in stretches:
        if begin < moment:
            yield begin, min(end or moment, moment)


def _red_stretches(
    course: Sequence[tuple[datetime, int]], end: datetime
) -> Iterator[tuple[datetime, datetime | None]]:
    ends = [at for at, _ in course[1:]] + [end]
    for (begin, health), until in zip(course, ends, strict=True):
        if health < RED_FROM:
            yield begin, until
