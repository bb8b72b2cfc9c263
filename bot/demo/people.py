"""How people of the demo company react to what the bot says: what they press or write, and when. Pure.

Each draw is seeded by what it is about, so that one person's answer does not depend on how many others there are.
Customers and staff act in their own working hours; in the quiet week no customer does anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from bot.blocks import handover, health
from bot.blocks import playbook as blocks
from bot.demo import planted, words
from bot.listeners import signals
from bot.office_hours import opening_after
from playbooks.workdays import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.demo.company import Company, Customer
    from bot.local.directory import User

ANSWERS, APPROVES, ANSWERS_AS_STAFF, DOES_TASKS = 0.65, 0.92, 0.8, 0.75  # shares; judgements
SCALES = {"0-10": (7, 8, 9, 9, 10), "1-5": (4, 5, 4, 5, 3), "1-7": (5, 6, 7)}
SEEMS_FINE = 0.7  # how often the first option is taken, which is the good one
IN_WORDS = {"text": words.TEXTS, "reason": words.TEXTS, "number": ("4", "12", "30")}
LOW = "2"


@dataclass(frozen=True)
class Heard:
    """Something that the bot said to somebody: the outbox row, reduced to what people see."""

    view: str
    channel_id: str
    ts: str
    at: datetime
    to: str | None  # Slack id
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Presses:
    """Somebody presses the first button whose action begins so; of several, the one that carries this value.

    If a form opens, they fill it in with `form` (by block) and send it; without, they leave it.
    """

    at: datetime
    by: str
    channel_id: str
    ts: str
    action: str
    value: str | None = None
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Writes:
    """Somebody writes in a thread."""

    at: datetime
    by: str
    channel_id: str
    thread_ts: str
    text: str


Reaction = Presses | Writes


class People:
    """Everybody at the customers and at Fernway.

    Args:
        company: who there is.
        seed: the same gives the same reactions.
    """

    def __init__(self, company: Company, seed: int) -> None:
        self._company, self._seed = company, seed
        self._by_mail = {user.email: user for user in company.directory.users}
        self._customers = {person.user.id: one for one in company.customers for person in one.people}
        self._low = {one.key for one in planted.dissatisfied(company)}
        self._silent = planted.silent(company).key
        self._quiet = planted.quiet_week(company)

    def customer_of(self, user_id: str) -> Customer | None:
        """The customer at which somebody works; None for our own people."""
        return self._customers.get(user_id)

    def react(self, heard: Heard) -> Iterator[Reaction]:
        """What they do about it; nothing, if they do nothing."""
        draw = self._draw(heard)
        if heard.view == "playbook_message":
            yield from self._customer_answers(heard, draw)
        elif heard.view == "playbook_question":
            yield from self._staff_answers(heard, draw)
        elif heard.view == "playbook_approval" and draw.random() < APPROVES:
            yield from self._presses(heard, draw, blocks.APPROVE, hours=5)
        elif heard.view in {"playbook_notice", "playbook_task"} and draw.random() < DOES_TASKS:
            yield from self._presses(heard, draw, blocks.TASK_DONE, hours=40)
        elif heard.view == signals.CARD and draw.random() < DOES_TASKS:
            yield from self._presses(heard, draw, health.DONE, hours=30)

    def settle_request(
        self, heard: Heard, thread: tuple[str, str], after: timedelta | None
    ) -> Iterator[Reaction]:
        """A request for a person: one of ours answers in the customer's thread, and closes it.

        Args:
            heard: the card.
            thread: channel and timestamp of the customer's question.
            after: how long they wait; as soon as it can be if None.
        """
        user, draw = self._user(heard.to), self._draw(heard)
        if user is None:
            return
        at = self._working(user, heard.at + (after or timedelta(minutes=draw.randint(10, 200))))
        yield Writes(
            at, user.id, *thread, "I had a look at it: I have sent you the steps, and call you tomorrow."
        )
        yield Presses(at + timedelta(minutes=5), user.id, heard.channel_id, heard.ts, handover.RESOLVE)

    def _customer_answers(self, heard: Heard, draw: Random) -> Iterator[Reaction]:
        user = self._by_mail.get(str(heard.payload.get("contact_email"))) or self._user(heard.to)
        customer = self._customers.get(user.id) if user else None
        if user is None or customer is None or not heard.payload.get("ask_type"):
            return
        asks_for_the_start = str(heard.payload.get("step_key", "")).startswith(planted.START_SURVEY)
        low = LOW if asks_for_the_start and customer.key in self._low else None
        if low is None and draw.random() >= ANSWERS:
            return
        at = self._working(user, heard.at + timedelta(minutes=draw.randint(3, 2000)))
        if self._says_nothing(customer, at):
            return
        yield from self._answers(heard, user, at, draw, low)

    def _staff_answers(self, heard: Heard, draw: Random) -> Iterator[Reaction]:
        user = self._user(heard.to)
        if user is not None and draw.random() < ANSWERS_AS_STAFF:
            at = self._working(user, heard.at + timedelta(minutes=draw.randint(5, 600)))
            yield from self._answers(heard, user, at, draw, None)

    def _answers(
        self, heard: Heard, user: User, at: datetime, draw: Random, wanted: str | None
    ) -> Iterator[Reaction]:
        ask_type = str(heard.payload.get("ask_type"))
        options = [one for one in heard.payload.get("options") or () if not one.get("wants_text")]
        if ask_type in IN_WORDS:
            yield Writes(at, user.id, heard.channel_id, heard.ts, draw.choice(IN_WORDS[ask_type]))
        elif ask_type in SCALES:
            value = wanted or str(draw.choice(SCALES[ask_type]))
            yield Presses(at, user.id, heard.channel_id, heard.ts, blocks.ANSWER, value)
        elif options:
            chosen = options[0] if draw.random() < SEEMS_FINE else draw.choice(options)
            yield Presses(at, user.id, heard.channel_id, heard.ts, "playbook_", str(chosen["value"]))

    def _presses(self, heard: Heard, draw: Random, action: str, *, hours: int) -> Iterator[Reaction]:
        user = self._user(heard.to)
        if user is not None:
            at = self._working(user, heard.at + timedelta(minutes=draw.randint(5, hours * 60)))
            yield Presses(at, user.id, heard.channel_id, heard.ts, action)

    def _says_nothing(self, customer: Customer, at: datetime) -> bool:
        silent_from = self._company.last - timedelta(days=planted.SILENT_FROM)
        is_silent = customer.key == self._silent and at.date() > silent_from
        return is_silent or self._quiet[0] <= at.date() <= self._quiet[1]

    def _user(self, user_id: str | None) -> User | None:
        return self._company.directory.user(user_id) if user_id else None

    def _working(self, user: User, at: datetime) -> datetime:
        return opening_after(Calendar(user.tz), at)

    def _draw(self, heard: Heard) -> Random:
        told = heard.payload
        about = (
            told.get("account"),
            told.get("playbook"),
            told.get("step_key"),
            heard.view,
            heard.at.date(),
            heard.to,
        )
        return Random("|".join(map(str, (self._seed, *about))))  # noqa: S311 - chance, nothing secret
