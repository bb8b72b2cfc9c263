"""Plays the demo company's months: what happens, what the product does about it, what people do about that."""

from __future__ import annotations

import heapq
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import singledispatchmethod
from typing import TYPE_CHECKING, Any

from bot.blocks.answer import FEEDBACK, TALK
from bot.blocks.feedback import COMMENT, REASON
from bot.blocks.shortcuts import MOOD
from bot.demo.company import accounts_csv, as_csv, contacts_csv, term_row
from bot.demo.life import (
    Asks,
    Commands,
    Happening,
    Imports,
    Joins,
    Leaves,
    Remarks,
    TermEnds,
    happenings,
    next_term,
)
from bot.demo.people import Heard, People, Presses, Reaction, Writes
from bot.listeners import handover_cards
from bot.listeners.answers import NAME as ANSWER
from bot.listeners.shortcuts import SAVE
from store.accounts_import import import_csv
from store.errors import GuidepostError
from store.tables import tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.demo.company import Company, Customer
    from bot.demo.stage import Stage
    from bot.local.payloads import Payload
    from store.tables import OutboxMessage

RATES_AFTER, WISHES_AFTER = timedelta(minutes=2), timedelta(minutes=4)
MOODS = {1: "good", -1: "bad"}


class NotImported(GuidepostError):  # noqa: N818
    """A file of the demo company was refused; that is a mistake of ours."""


@dataclass(order=True)
class _Due:
    at: datetime
    number: int
    deed: Happening | Reaction = field(compare=False)


class Play:
    """Lets the company's days pass.

    Args:
        stage: the product.
        company: who there is.
        seed: the same gives the same rows.
    """

    def __init__(self, stage: Stage, company: Company, seed: int) -> None:
        self._stage, self._company, self._people = stage, company, People(company, seed)
        self._queue: list[_Due] = []
        self._count = 0
        self._asked: dict[tuple[str, str], Asks] = {}  # by channel and timestamp of the question
        self._terms: dict[str, int] = {}  # how many each customer has had
        for one in happenings(company, seed):
            self._plan(one)

    def until(self, end: datetime) -> Iterator[datetime]:
        """Play until that moment; gives the first moment of every day, when it is over."""
        day = None
        while (moment := self._next()) is not None and moment < end:
            self._stage.go_to(moment)
            while self._queue and self._queue[0].at <= moment:
                self._do(heapq.heappop(self._queue).deed)
            self._stage.settle()
            self._hear()
            if moment.date() != day:
                day = moment.date()
                yield moment
        self._stage.go_to(end)
        self._stage.settle()

    def _next(self) -> datetime | None:
        now = self._stage.clock.now()
        own = self._queue[0].at if self._queue else None
        due = self._stage.next_moment()
        due = (
            due if due is None or due > now else now + timedelta(minutes=1)
        )  # what could not be done just now
        return min((max(one, now) for one in (own, due) if one is not None), default=None)

    def _plan(self, deed: Happening | Reaction) -> None:
        self._count += 1
        heapq.heappush(self._queue, _Due(_rounded(deed.at), self._count, deed))

    # What is heard

    def _hear(self) -> None:
        for row in self._stage.new_messages():
            heard = _heard(row)
            if heard is not None:
                for reaction in self._reactions(heard, row):
                    self._plan(reaction)

    def _reactions(self, heard: Heard, row: OutboxMessage) -> Iterator[Reaction]:
        if heard.view == ANSWER:
            asks = self._asked.get((heard.channel_id, str(row.thread_ts)))
            if asks is not None:
                yield from _about_answer(asks, heard)
        elif heard.view == handover_cards.CARD and row.kind == "dm":
            yield from self._settle_request(heard)
        elif row.kind != "update":
            yield from self._people.react(heard)

    def _settle_request(self, heard: Heard) -> Iterator[Reaction]:
        stage = self._stage
        with stage.services.database.reading() as session:
            task = tasks.find_task(session, stage.services.workspace_id, str(heard.payload["task_id"]))
        if task is not None and task.link.get("ts"):
            thread = (str(task.link["channel"]), str(task.link["ts"]))
            asks = self._asked.get(thread)
            yield from self._people.settle_request(heard, thread, asks.answered_after if asks else None)

    # What is done

    @singledispatchmethod
    def _do(self, deed: Any) -> None:
        raise TypeError(f"nobody knows how to do {deed!r}")

    @_do.register
    def _(self, deed: Joins) -> None:
        customer, stage = deed.customer, self._stage
        self._import("accounts", accounts_csv([customer], deed.at.date()))
        self._import("contacts", contacts_csv([customer]))
        self._term(customer, "active", customer.joins_on)
        stage.workspace.share_with_bot(customer.channel)
        stage.touch(customer.key)

    @_do.register
    def _(self, deed: Asks) -> None:
        channel = deed.customer.channel.id
        self._stage.touch(deed.customer.key)
        mention = f"@{self._company.directory.app.name} {deed.text}"
        ts = self._stage.does(deed.by.user.id, "post", channel=channel, text=mention)["ts"]
        self._asked[channel, ts] = deed

    @_do.register
    def _(self, deed: Remarks) -> None:
        stage, csm, channel = self._stage, deed.customer.csm, deed.customer.channel.id
        stage.touch(deed.customer.key)
        ts = stage.does(deed.by.user.id, "post", channel=channel, text=deed.text)["ts"]
        stage.does(csm, "shortcut", callback_id=SAVE, channel=channel, ts=ts)
        stage.submit(csm, **{MOOD: MOODS[deed.rating]})

    @_do.register
    def _(self, deed: Commands) -> None:
        self._stage.command(deed.by, deed.text)

    @_do.register
    def _(self, deed: Imports) -> None:
        self._import(deed.noun, deed.text)

    @_do.register
    def _(self, deed: Leaves) -> None:
        self._stage.workspace.close_account(deed.person.user.id)
        self._touch_customer_of(deed.person.user.id)

    @_do.register
    def _(self, deed: TermEnds) -> None:
        customer = deed.customer
        outcome = "renewed_flat" if deed.renewed else f"churned {deed.reason}"
        self._stage.command(customer.csm, f"renew {customer.name} outcome {outcome}")
        self._stage.settle()  # the CSM's word is about the term that ends
        began = customer.joins_on
        self._term(customer, "renewed" if deed.renewed else "churned", began, is_new=False)
        if deed.renewed:
            self._term(customer, "active", next_term(customer)[0])

    @_do.register
    def _(self, deed: Presses) -> None:
        message = self._stage.message(deed.channel_id, deed.ts)
        use = message and _use_of(message, deed)
        if not use:
            return  # it was answered, or taken back
        target = {"channel": deed.channel_id, "ts": deed.ts}
        self._touch_customer_of(deed.by)
        self._stage.does(deed.by, "action", message=target, **use)
        if deed.form:
            self._stage.submit(deed.by, **deed.form)

    @_do.register
    def _(self, deed: Writes) -> None:
        self._touch_customer_of(deed.by)
        self._stage.does(deed.by, "post", channel=deed.channel_id, text=deed.text, thread_ts=deed.thread_ts)

    # Files

    def _touch_customer_of(self, user_id: str) -> None:
        customer = self._people.customer_of(user_id)
        if customer is not None:
            self._stage.touch(customer.key)

    def _term(self, customer: Customer, status: str, started_on: Any, *, is_new: bool = True) -> None:
        number = self._terms[customer.key] = self._terms.get(customer.key, 0) + is_new
        self._import("subscriptions", as_csv([term_row(customer, number, started_on, status=status)]))

    def _import(self, noun: str, text: str) -> None:
        services = self._stage.services
        report = import_csv(services.database, services.workspace_id, noun, text, now=services.clock.now())
        if report.failed:
            first = report.failed[0]
            raise NotImported(f"The demo company's {noun}, line {first.line}: {first.reason}")


def _rounded(at: datetime) -> datetime:
    """The next half hour: what happens within it is carried out together, which is what makes a year affordable."""
    behind = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
    return at if not behind else at - behind + timedelta(minutes=30)


def _heard(row: OutboxMessage) -> Heard | None:
    """What was said, if it stands somewhere in Slack."""
    if not row.sent_channel_id or not row.sent_ts or row.sent_at is None or not row.sent_ts[0].isdigit():
        return None
    return Heard(
        view=str(row.payload.get("view")),
        channel_id=row.sent_channel_id,
        ts=row.sent_ts,
        at=row.sent_at,
        to=row.slack_user_id,
        payload=row.payload,
    )


def _about_answer(asks: Asks, heard: Heard) -> Iterator[Reaction]:
    """What the asker makes of the answer."""
    where = (asks.by.user.id, heard.channel_id, heard.ts)
    if asks.rating is not None:
        form = {REASON: asks.reason, COMMENT: asks.comment} if asks.reason else {}
        value = "up" if asks.rating > 0 else "down"
        yield Presses(heard.at + RATES_AFTER, *where, FEEDBACK, value, form)
    if asks.wants_person:
        yield Presses(heard.at + WISHES_AFTER, *where, TALK)


def _use_of(message: Payload, deed: Presses) -> dict[str, Any] | None:
    """The button or option in the message that is meant, as the page would send it."""
    for block in message.get("blocks", ()):
        for element in (*block.get("elements", ()), block.get("accessory") or {}):
            action = (
                _action_of(element, deed)
                if str(element.get("action_id", "")).startswith(deed.action)
                else None
            )
            if action is not None:
                return {"block_id": block["block_id"], "action": action}
    return None


def _action_of(element: Payload, deed: Presses) -> Payload | None:
    action = {"action_id": element["action_id"], "type": element["type"]}
    if element["type"] == "feedback_buttons":
        side = "positive_button" if deed.value == "up" else "negative_button"
        return action | {"value": element[side]["value"]}
    if element["type"] == "static_select":
        options = (
            *element.get("options", ()),
            *(o for g in element.get("option_groups", ()) for o in g["options"]),
        )
        chosen = next((one for one in options if one["value"] == deed.value), None)
        return None if chosen is None else action | {"selected_option": chosen}
    value = str(element.get("value") or "")
    if deed.value is not None and not _carries(value, deed.value):
        return None
    return action | {"value": value}


def _carries(value: str, wanted: str) -> bool:
    """Whether a button's value is that answer: the answer itself, or a reference that names it."""
    try:
        return value == wanted or json.loads(value).get("value") == wanted
    except (ValueError, AttributeError):
        return False
