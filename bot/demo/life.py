"""What happens in the demo company, as values with their moments. Pure: company and seed in, happenings out.

How people react to what the bot says is `bot.demo.people`'s; here is what they do of their own accord.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING

from bot.demo import planted, words
from bot.demo.company import MANAGER, YEAR, as_csv
from playbooks.workdays import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.demo.company import Company, Customer, Person

QUESTIONS_A_MONTH = {"SMB": 1.0, "MM": 1.6, "ENT": 2.2}
NEW_ASK_MORE = 2.5  # times as much in their first weeks
NEW_WEEKS = 6
NOT_THERE = 0.1  # share of questions that nothing in the help centre answers
RENEWS = 0.9
HELPED, OF_NO_USE, WANTS_PERSON = 0.3, 0.08, 0.07  # shares of askers, by what they make of an answer
CALLS_EVERY = {"SMB": 80, "MM": 40, "ENT": 21}  # days
FORECAST_AT = (85, 40)  # days before the term ends
USAGE_EVERY = 7
BUSY_FROM, BUSY_TO = 9, 16


@dataclass(frozen=True)
class Joins:
    """A customer's files are imported, and its channel is shared with the bot."""

    at: datetime
    customer: Customer


@dataclass(frozen=True)
class Asks:
    """Somebody asks the bot in their channel. `rating` and `wants_person` are what they make of the answer."""

    at: datetime
    customer: Customer
    by: Person
    text: str
    rating: int | None = None
    reason: str = ""
    comment: str = ""
    wants_person: bool = False
    answered_after: timedelta | None = None  # by a person of ours; None: as soon as it can be


@dataclass(frozen=True)
class Remarks:
    """Somebody says something in their channel, and the CSM saves it as feedback."""

    at: datetime
    customer: Customer
    by: Person
    text: str
    rating: int


@dataclass(frozen=True)
class Commands:
    """One of ours uses /cs."""

    at: datetime
    by: str  # Slack id
    text: str


@dataclass(frozen=True)
class Imports:
    """A file comes in."""

    at: datetime
    noun: str
    text: str


@dataclass(frozen=True)
class Leaves:
    """Somebody's Slack account is closed."""

    at: datetime
    person: Person


@dataclass(frozen=True)
class TermEnds:
    """A term ends: renewed, or for good."""

    at: datetime
    customer: Customer
    renewed: bool
    reason: str = ""


Happening = Joins | Asks | Remarks | Commands | Imports | Leaves | TermEnds


def happenings(company: Company, seed: int) -> list[Happening]:
    """Everything that happens, in order."""
    life = _Life(company, seed)
    found = [one for one in life.everything() if life.begins <= one.at < life.ends]
    return sorted(found, key=lambda one: (one.at, type(one).__name__, repr(one)))


@dataclass
class _Life:
    company: Company
    seed: int
    begins: datetime = field(init=False)
    ends: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.begins = _at("UTC", self.company.first, 5)
        self.ends = _at("UTC", self.company.last + timedelta(days=1), 5)
        company = self.company
        self._troubled = {one.key for one in planted.troubled(company)}
        self._quiet = planted.quiet_week(company)
        self._silent = planted.silent(company).key

    def everything(self) -> Iterator[Happening]:
        for customer in self.company.customers:
            yield self._joins(customer)
            yield from self._questions(customer)
            yield from self._remarks(customer)
            yield from self._calls(customer)
            yield from self._renewal(customer)
        yield from self._usage()
        yield from self._planted()

    def _draw(self, *about: object) -> Random:
        return Random("|".join(map(str, (self.seed, *about))))  # noqa: S311 - chance, nothing secret

    def _joins(self, customer: Customer) -> Joins:
        is_old = customer.joins_on < self.company.first
        return Joins(self.begins if is_old else _at(customer.zone, customer.joins_on, 8), customer)

    def _days(self, customer: Customer) -> Iterator[date]:
        """The working days on which a customer may write of their own accord."""
        calendar, day = Calendar(customer.zone), max(customer.joins_on, self.company.first)
        until = self._over(customer)
        while day <= until:
            if calendar.is_workday(day) and not self._quiet[0] <= day <= self._quiet[1]:
                yield day
            day += timedelta(days=1)

    def _over(self, customer: Customer) -> date:
        """The last day on which they are heard of."""
        if customer.key == self._silent:
            return self.company.last - timedelta(days=planted.SILENT_FROM)
        return self.company.last

    def _questions(self, customer: Customer) -> Iterator[Asks]:
        draw = self._draw("questions", customer.key)
        topics = list(words.QUESTIONS)
        for day in self._days(customer):
            is_new = (day - customer.joins_on).days < NEW_WEEKS * 7
            chance = QUESTIONS_A_MONTH[customer.segment] / 21 * (NEW_ASK_MORE if is_new else 1)
            if customer.key == self._silent:
                chance = 0.35  # so that their silence is one
            if draw.random() >= chance:
                continue
            is_there = draw.random() >= NOT_THERE
            text = draw.choice(words.QUESTIONS[draw.choice(topics)] if is_there else words.NOT_THERE)
            yield self._asks(customer, day, text, draw)

    def _asks(self, customer: Customer, day: date, text: str, draw: Random) -> Asks:
        by, mood = draw.choice(customer.people), draw.random()
        at = _at(customer.zone, day, draw.randint(BUSY_FROM, BUSY_TO), draw.randint(0, 59))
        if mood < HELPED:
            return Asks(at, customer, by, text, 1, comment=draw.choice(words.GOOD))
        if mood < HELPED + OF_NO_USE:
            reason, comment = draw.choice(words.BAD)
            return Asks(at, customer, by, text, -1, reason, comment)
        return Asks(at, customer, by, text, wants_person=mood > 1 - WANTS_PERSON)

    def _remarks(self, customer: Customer) -> Iterator[Remarks]:
        draw = self._draw("remarks", customer.key)
        for day in self._days(customer):
            if draw.random() < 1 / 60:
                rating, text = draw.choice(words.REMARKS)
                at = _at(customer.zone, day, draw.randint(BUSY_FROM, BUSY_TO), draw.randint(0, 59))
                yield Remarks(at, customer, draw.choice(customer.people), text, rating)

    def _calls(self, customer: Customer) -> Iterator[Commands]:
        draw = self._draw("calls", customer.key)
        every, last = CALLS_EVERY[customer.segment], self._over(customer)
        day = max(customer.joins_on, self.company.first) + timedelta(days=draw.randint(3, every))
        while day <= last:
            on = Calendar(customer.zone).on_or_after(day)
            if not self._quiet[0] <= on <= self._quiet[1]:
                yield Commands(_at(customer.zone, on, 15, draw.randint(0, 50)), customer.csm,
                               f"log {customer.name} call {draw.choice(words.CALLS)}")  # fmt: skip
            day += timedelta(days=every + draw.randint(-5, 5))

    def _renewal(self, customer: Customer) -> Iterator[Happening]:
        """What the CSM expects of a term, how it ends, and the next one."""
        draw = self._draw("renewal", customer.key)
        is_lost = customer.key == self._silent
        renewed = not is_lost and draw.random() < RENEWS
        for days in FORECAST_AT:
            if customer.key == planted.forecast(self.company).key:
                break  # its one call is planted
            on = Calendar("UTC").on_or_before(customer.renews_on - timedelta(days=days))
            call = (
                "likely They use it every day."
                if renewed or is_lost
                else "at_risk_actionable They compare us."
            )
            yield Commands(
                _at("UTC", on, 13, draw.randint(0, 50)),
                customer.csm,
                f"renew {customer.name} forecast {call}",
            )
        on = Calendar("UTC").on_or_before(
            customer.renews_on - timedelta(days=0 if is_lost else draw.randint(0, 8))
        )
        reason = (
            ""
            if renewed
            else "value.low_adoption"
            if is_lost
            else draw.choice(("price.budget_cut", "competitor.switched"))
        )
        yield TermEnds(_at("UTC", on, 14, draw.randint(0, 50)), customer, renewed, reason)

    def _usage(self) -> Iterator[Imports]:
        """A week's figures of everybody, as the product of the company would export them."""
        day = self.company.first
        while day <= self.company.last:
            rows = [
                row for one in self.company.customers if one.joins_on < day for row in self._figures(one, day)
            ]
            yield Imports(_at("UTC", day, 6), "usage", as_csv(rows))
            day += timedelta(days=USAGE_EVERY)

    def _figures(self, customer: Customer, day: date) -> Iterator[dict[str, object]]:
        draw = self._draw("usage", customer.key, day)
        level = self._level(customer, day)
        grown = min(1.0, 0.3 + (day - customer.joins_on).days / 60)
        used = max(1, round(customer.seats * 0.85 * level * grown))
        logins = max(1, round(customer.seats * 20 * level * grown * draw.uniform(0.95, 1.05)))
        row = {"account_id": customer.key, "observed_on": day.isoformat()}
        yield row | {
            "kind": "seats_used",
            "value": used,
            "note": f"{used} of {customer.seats} seats are in use",
        }
        yield row | {"kind": "logins_30d", "value": logins, "note": ""}

    def _level(self, customer: Customer, day: date) -> float:
        """How much they use it, of what is usual with them."""
        company = self.company
        if customer.key == self._silent:
            return _falling(company.last - timedelta(days=planted.SILENT_FROM), day, 0.2)
        if customer.key == planted.forecast(company).key:
            return _falling(company.last - timedelta(days=planted.FALLS_FROM), day, 0.1)
        return 1.0

    def _planted(self) -> Iterator[Happening]:
        """What is planted, day by day."""
        company = self.company
        yield Leaves(
            self._ago(company, planted.CHAMPION_LEAVES, 10), planted.championless(company).persona("champion")
        )
        waits = planted.waiting(company)
        yield Asks(
            self._ago(company, planted.WAITS_FROM, 10), waits, waits.people[0], words.NOT_THERE[0],
            wants_person=True, answered_after=timedelta(days=4),
        )  # fmt: skip
        yield from self._two_tongued()
        yield from self._forecast()
        promised = planted.promised(company)
        due = company.last - timedelta(days=planted.PROMISE_DUE)
        yield Commands(
            self._ago(company, planted.PROMISED, 11), promised.csm,
            f"log {promised.name} promise {due.isoformat()} We send the comparison of their two depots",
        )  # fmt: skip
        for customer, days, text in zip(
            planted.new_ones(company), planted.ASK_THE_GAP, words.GAP, strict=False
        ):
            yield Asks(self._ago(company, days, 11), customer, customer.persona("admin"), text)
        for number, (customer, days) in enumerate(
            zip(planted.troubled(company), planted.ASK_THE_THEME, strict=False)
        ):
            text = words.RISING[number % len(words.RISING)]
            yield Asks(self._ago(company, days, 12), customer, customer.persona("end_user"), text)

    def _two_tongued(self) -> Iterator[Happening]:
        company = self.company
        customer = planted.two_tongued(company)
        day = company.last - timedelta(days=planted.HAPPY_SCORE)
        row = {"account_id": customer.key, "kind": "nps", "value": 9, "observed_on": day.isoformat()}
        yield Imports(_at("UTC", day, 9), "usage", as_csv([row]))
        yield Asks(
            self._ago(company, planted.LEAVING_WORDS, 13),
            customer,
            customer.persona("sponsor"),
            words.LEAVING,
        )

    def _forecast(self) -> Iterator[Happening]:
        company = self.company
        customer = planted.forecast(company)
        key, csm = customer.key, customer.csm
        late = {"account_id": key, "kind": "payment", "value": "failed", "observed_on": ""}
        day = company.last - timedelta(days=planted.COMMITS + 8)
        yield Imports(_at("UTC", day, 6), "usage", as_csv([late | {"observed_on": day.isoformat()}]))
        yield Commands(
            self._ago(company, planted.COMMITS, 9),
            csm,
            f"renew {customer.name} forecast commit They told me so on the phone.",
        )
        yield Commands(
            self._ago(company, planted.COMMITS + 5, 9),
            MANAGER,
            f"health {customer.name} red Their director told me that they look elsewhere",
        )

    @staticmethod
    def _ago(company: Company, days: int, hour: int) -> datetime:
        day = Calendar("UTC").on_or_before(company.last - timedelta(days=days))
        return _at("UTC", day, hour)


def next_term(customer: Customer) -> tuple[date, date]:
    """When the term after the present one begins and ends."""
    return customer.renews_on, customer.renews_on + YEAR


def _falling(since: date, day: date, lowest: float) -> float:
    """From one down to the lowest within four weeks."""
    return max(lowest, 1 - max(0, (day - since).days) / 28)


def _at(zone: str, day: date, hour: int, minute: int = 0) -> datetime:
    return Calendar(zone).at(day, time(hour, minute))
