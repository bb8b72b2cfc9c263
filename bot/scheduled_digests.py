"""Digests that come by themselves: put into the outbox when their time has come, made and checked when they are sent.

A digest is one message of its schedule and its time, whatever is killed and however many workers there are. Whose
accounts it holds, and who reads along, is asked again when it is sent; where that no longer fits, it is not sent,
and the person in whose name it was gets a sentence that says why.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from bot import asking, speaking
from bot.blocks.digest import digest_speech
from bot.blocks.digest_schedules import not_sent
from bot.deliver import Moot, View
from bot.digest_times import covered, newest, next_time
from bot.digesting import Recipe, headline, is_open_to, make, scope_of
from bot.slack.messenger import Speech, Unreachable
from store.errors import StoreError
from store.tables import DigestSchedule, digest_schedules

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.services import Services
    from store.insights.values import Scope
    from store.tables import OutboxMessage

VIEW_NAME = "scheduled_digest"
FOR_MANAGERS = "Digests that come by themselves are for managers and admins."
INVITE_ME = "I am not in that channel. Invite me there, then schedule it again."
NOT_INTERNAL = (
    "Digests are only posted where everybody is on our own team, and never in a customer's channel. Choose another "
    "channel, or schedule it in our direct messages."
)
NOT_ALL_SEE = (
    "Not everybody in that channel sees all of these accounts. Name a segment, a CSM or an account that they see, "
    "or schedule it in our direct messages."
)
NO_ACCOUNTS = (
    "There are no accounts in it. Check which team you manage, or name a segment, a CSM or an account."
)


class ScheduledDigests:
    """Looks which digests are due.

    Args:
        services: the running bot.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def next_due(self) -> datetime | None:
        """When the next one is; None if none is scheduled."""
        with self._services.database.reading() as session:
            return digest_schedules.next_due(session, self._services.workspace_id)

    def run_due(self) -> int:
        """Put what is due into the outbox; how many schedules that were."""
        services, due = self._services, self.next_due()
        if due is None or due > services.clock.now():
            return 0
        with services.database.transaction() as session:
            taken = digest_schedules.take_due(session, services.workspace_id, services.clock.now())
            for schedule in taken:
                self._send(session, schedule)
        services.wake_outbox()
        return len(taken)

    def _send(self, session: Session, schedule: DigestSchedule) -> None:
        services, now = self._services, self._services.clock.now()
        calendar, at = services.calendar_of(schedule.zone), time.fromisoformat(schedule.at)
        moment = newest(schedule.every, calendar, at, schedule.next_at, now)
        in_dm = is_dm(schedule.channel_id)
        speaking.send(
            session, services, VIEW_NAME, key=f"digest:{schedule.id}:{moment.isoformat()}",
            kind="dm" if in_dm else "post", channel_id=None if in_dm else schedule.channel_id,
            slack_user_id=schedule.set_by if in_dm else None, schedule_id=schedule.id, moment=moment.isoformat(),
        )  # fmt: skip
        schedule.next_at = next_time(schedule.every, calendar, at, moment)
        session.add(schedule)


def is_dm(channel_id: str) -> bool:
    """Whether it is a conversation of two: a digest goes to the one whose it is."""
    return channel_id.startswith("D")


def scope_to_send(services: Services, by: str, channel_id: str, recipe: Recipe) -> Scope:
    """Whose accounts a person's digest holds in a channel, as things stand now.

    Raises:
        StoreError: it may not be sent there, or not by them; the sentence says why.
        TryLater: Slack cannot say now who reads along.
    """
    if not is_dm(channel_id) and services.bot_user_id not in services.directory.channel(channel_id).members:
        raise StoreError(INVITE_ME)
    asked = asking.who_asks(services, by, channel_id)
    if not asked.person.may_act_as("manager"):
        raise StoreError(FOR_MANAGERS)
    if not is_dm(channel_id) and asked.place.kind != "internal":
        raise StoreError(NOT_INTERNAL)
    with services.database.reading() as session:
        scope = scope_of(session, services, recipe)
        if scope.account_ids is not None and not scope.account_ids:
            raise StoreError(NO_ACCOUNTS)
        if is_dm(channel_id) or is_open_to(asked.place, scope):
            return scope
        if scope.account_ids is None and _are_admins(session, services, channel_id):
            return scope
    raise StoreError(NOT_ALL_SEE)


def _are_admins(session: Session, services: Services, channel_id: str) -> bool:
    members = set(services.directory.channel(channel_id).members) - {services.bot_user_id}
    return all(asking.person_of(session, services, member).may_act_as("admin") for member in members)


def _render(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        schedule = session.get(DigestSchedule, message.payload["schedule_id"])
    if schedule is None:
        raise Moot("It is not scheduled any more.")
    moment = datetime.fromisoformat(message.payload["moment"])
    period = covered(schedule.every, services.calendar_of(schedule.zone), moment)
    recipe = Recipe(period, moment, schedule.scope, schedule.set_by)
    try:
        scope = scope_to_send(services, schedule.set_by, schedule.channel_id, recipe)
    except StoreError as error:
        raise Unreachable(str(error)) from error
    with services.database.reading() as session:
        made = make(session, services, recipe, scope)
    return digest_speech(made, recipe.packed(), headline(services.headlines, made))


def _tell(services: Services, session: Session, message: OutboxMessage, reason: str) -> None:
    """Its owner hears why it was not sent; who is not with us any more hears nothing, and it ends."""
    schedule = session.get(DigestSchedule, message.payload["schedule_id"])
    if schedule is None:
        return
    if not asking.person_of(session, services, schedule.set_by).is_staff:
        session.delete(schedule)
        return
    speaking.say(
        session, services, not_sent(schedule, reason), key=f"{message.key}:not_sent", kind="dm",
        slack_user_id=schedule.set_by,
    )  # fmt: skip


VIEWS = {VIEW_NAME: View(render=_render, undeliverable=_tell)}
