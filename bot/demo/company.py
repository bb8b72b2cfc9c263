"""Who is in the demo company: customers of Fernway, their people, their terms. Pure, drawn from a seed."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from bot.demo import words
from bot.local import sample
from bot.local.directory import Channel, Directory, User
from playbooks.workdays import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SEGMENTS = ("SMB", "SMB", "MM", "MM", "ENT")
CSMS = {"SMB": "U0TOM", "MM": "U0PRIYA", "ENT": "U0DIEGO"}
MANAGER, ADMIN = "U0GRACE", "U0NOOR"
INTERNAL = frozenset({"general", "cs-team"})  # channels
SIZES = {"SMB": (6, 40), "MM": (50, 200), "ENT": (250, 1200)}  # seats
PRICES = {"SMB": 190, "MM": 230, "ENT": 280}  # dollars a seat and year
PLANS = {"SMB": "Starter", "MM": "Growth", "ENT": "Enterprise"}
PERSONAS = {
    "SMB": ("admin", "end_user"),
    "MM": ("champion", "admin", "end_user"),
    "ENT": ("champion", "sponsor", "admin", "end_user"),
}
TITLES = {
    "admin": "Operations manager",
    "champion": "Head of logistics",
    "sponsor": "Chief operating officer",
    "end_user": "Dispatcher",
}
ZONES = {
    "SMB": ("Europe/London", "Europe/Dublin", "America/New_York"),
    "MM": ("Europe/London", "Europe/Berlin", "America/Denver"),
    "ENT": ("Europe/London", "Europe/Madrid", "America/Chicago"),
}
NEWCOMERS = 0.4  # share of accounts that join while the demo is played
NOT_NEW_IN_THE_LAST = 10  # days
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Person:
    """Somebody at a customer."""

    user: User
    persona: str


@dataclass(frozen=True)
class Customer:
    """A customer. `joins_on` is the first day of their term; before it nobody has heard of them."""

    key: str
    name: str
    segment: str
    industry: str
    seats: int
    zone: str
    csm: str  # Slack id
    csm_email: str
    joins_on: date
    renews_on: date
    people: tuple[Person, ...]
    channel: Channel

    @property
    def arr(self) -> int:
        """In dollars a year."""
        return self.seats * PRICES[self.segment]

    def persona(self, *wanted: str) -> Person:
        """The first person of these personas, else anybody."""
        return next((one for name in wanted for one in self.people if one.persona == name), self.people[0])


@dataclass(frozen=True)
class Company:
    """Fernway's customers from the first day that is played to the last."""

    first: date
    last: date
    directory: Directory
    customers: tuple[Customer, ...]

    def customer(self, key: str) -> Customer:
        """The customer with that key."""
        return next(one for one in self.customers if one.key == key)

    def joined(self, since: date, until: date) -> tuple[Customer, ...]:
        """Who joined in these days, both included, in the order in which they did."""
        found = [one for one in self.customers if since <= one.joins_on <= until]
        return tuple(sorted(found, key=lambda one: (one.joins_on, one.key)))

    def old(self) -> tuple[Customer, ...]:
        """Who was there before the first day."""
        return tuple(one for one in self.customers if one.joins_on < self.first)


def make_company(accounts: int, seed: int, first: date, last: date) -> Company:
    """The company of a seed.

    Args:
        accounts: how many customers.
        seed: the same gives the same company.
        first: the first day that is played.
        last: the last one.
    """
    making = _Making(accounts, seed, first, last, sample.directory())
    staff = making.staff
    ours = tuple(user for user in staff.users if user.is_staff)
    customers = tuple(making.customer(number) for number in range(accounts))
    people = tuple(person.user for one in customers for person in one.people)
    internal = tuple(channel for channel in staff.channels if channel.name in INTERNAL)
    directory = Directory(
        team_id=staff.team_id,
        team_name=staff.team_name,
        app=staff.app,
        users=(*ours, *people),
        channels=internal,
        personas=(MANAGER, ADMIN, *CSMS.values(), *(one.people[0].user.id for one in customers[:3])),
    )
    return Company(first, last, directory, customers)


@dataclass(frozen=True)
class _Making:
    accounts: int
    seed: int
    first: date
    last: date
    staff: Directory

    def customer(self, number: int) -> Customer:
        """The customer of that number."""
        draw = Random(f"{self.seed}|customer|{number}")  # noqa: S311 - chance, nothing secret
        segment = SEGMENTS[number % len(SEGMENTS)]
        name, industry = words.company_name(number)
        key, zone = words.slug(name), draw.choice(ZONES[segment])
        csm = self.csm_of(segment)
        joins = self._joins_on(number, draw)
        people = tuple(_person(number, index, segment, name, zone) for index in range(len(PERSONAS[segment])))
        members = (self.staff.app.user_id, csm.id, MANAGER, *(one.user.id for one in people))
        return Customer(
            key=key,
            name=name,
            segment=segment,
            industry=industry,
            seats=draw.randint(*SIZES[segment]),
            zone=zone,
            csm=csm.id,
            csm_email=csm.email,
            joins_on=joins,
            renews_on=joins + YEAR,
            people=people,
            channel=Channel(
                f"C0{number:03d}DEMO", f"fernway-{key}", members, f"{name} and Fernway", is_ext_shared=True
            ),
        )

    def csm_of(self, segment: str) -> User:
        """Who of ours looks after a segment."""
        return next(one for one in self.staff.users if one.id == CSMS[segment])

    def _joins_on(self, number: int, draw: Random) -> date:
        """Old customers come first: their terms end on days spread over the year that begins with the first."""
        old = round(self.accounts * (1 - NEWCOMERS))
        if number < old:
            ago = 1 + round((old - number) * 340 / old) + draw.randint(0, 14)
            return self.first - timedelta(days=ago)
        days = (self.last - self.first).days - NOT_NEW_IN_THE_LAST
        joins = self.first + timedelta(days=1 + round((number - old) * days / max(1, self.accounts - old)))
        return Calendar("UTC").on_or_after(joins)


def _person(number: int, index: int, segment: str, company: str, zone: str) -> Person:
    persona = PERSONAS[segment][index]
    name = words.person_name(number * 7 + index * 13)
    first_name = name.partition(" ")[0].lower()
    user = User(
        id=f"U0{number:03d}{index}DEMO",
        name=f"{first_name}.{number:03d}",
        real_name=name,
        email=f"{words.slug(name)}@{words.slug(company)}.example",
        tz=zone,
        title=f"{TITLES[persona]}, {company}",
        role_hint="End user",
        team_id=f"T0{number:03d}DEMO",
    )
    return Person(user, persona)


# As files for the account import


def accounts_csv(customers: Iterable[Customer], today: date) -> str:
    """Customers as the account import reads them, with the stage of that day."""
    rows = [
        {
            "account_id": one.key,
            "name": one.name,
            "domain": f"{one.key}.example",
            "segment": one.segment,
            "stage": "renewal" if one.renews_on - today <= timedelta(days=90) else "adoption",
            "plan": PLANS[one.segment],
            "seats": one.seats,
            "arr": one.arr,
            "currency": "USD",
            "timezone": one.zone,
            "csm_email": one.csm_email,
            "channel": one.channel.name,
        }
        for one in customers
    ]
    return as_csv(rows)


def contacts_csv(customers: Iterable[Customer]) -> str:
    """Their people."""
    rows = [
        {
            "account_id": one.key,
            "email": person.user.email,
            "name": person.user.real_name,
            "title": person.user.title.partition(",")[0],
            "persona": person.persona,
            "timezone": person.user.tz,
            "status": "active",
        }
        for one in customers
        for person in one.people
    ]
    return as_csv(rows)


def term_row(one: Customer, number: int, started_on: date, *, status: str = "active") -> dict[str, object]:
    """One of their terms, the first, second … with us."""
    return {
        "subscription_id": f"{one.key}-{number}",
        "account_id": one.key,
        "plan": PLANS[one.segment],
        "started_on": started_on.isoformat(),
        "renews_on": (started_on + YEAR).isoformat(),
        "period": "annual",
        "arr": one.arr,
        "currency": "USD",
        "status": status,
    }


def as_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows of one shape as a file's text."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
