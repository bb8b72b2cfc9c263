"""`/cs digest schedule | unschedule | schedules`: digests that come by themselves, for managers and admins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from bot.blocks import digest_schedules as words
from bot.digest_times import EIGHT, covered, next_time
from bot.digesting import SCOPE_LIMIT, Recipe
from bot.listeners.commands import answer, finish
from bot.scheduled_digests import FOR_MANAGERS, scope_to_send
from bot.slack.messenger import Speech
from store.errors import StoreError
from store.tables import DigestSchedule, digest_schedules

if TYPE_CHECKING:
    from bot.listeners.commands import Call
    from bot.services import Services

_CHANNEL = re.compile(r"<#([CGD][A-Z0-9]+)(?:\|[^>]*)?>")
_AT = re.compile(r"(?:^|\s)at\s+(\S+)", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?", re.ASCII)
_EVERY = re.compile(r"(?:^|\s)(weekly|monthly)(?=\s|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to come by itself; None where nothing was said."""

    channel_id: str | None
    every: str | None
    scope: str
    at: time
    zone: str | None


def schedule(services: Services, call: Call, said: str) -> None:
    """Have a digest come by itself, if it may."""
    now, person = services.clock.now(), call.asked.person
    try:
        _refuse_others(call)
        wanted = parse(said)
        every = _said(wanted.every)
        zone, channel = wanted.zone or person.timezone, wanted.channel_id or call.command.channel_id
        calendar = services.calendar_of(zone)
        moment = next_time(every, calendar, wanted.at, now)
        recipe = Recipe(covered(every, calendar, moment), now, wanted.scope, call.command.user_id)
        scope_to_send(services, call.command.user_id, channel, recipe)
    except StoreError as error:
        finish(services, call, Speech(text=str(error)))
        return
    row = DigestSchedule(
        workspace_id=services.workspace_id, channel_id=channel, every=every, scope=wanted.scope, zone=zone,
        at=f"{wanted.at:%H:%M}", set_by=call.command.user_id, created_at=now, next_at=moment,
    )  # fmt: skip
    with services.effect_of(call.event.id) as session:
        digest_schedules.set_schedule(session, row)
        answer(session, services, call, words.set_speech(row))


def unschedule(services: Services, call: Call, said: str) -> None:
    """Stop what comes by itself in a channel: one's own, an admin anybody's."""
    try:
        _refuse_others(call)
        wanted = parse(said)
    except StoreError as error:
        finish(services, call, Speech(text=str(error)))
        return
    channel = wanted.channel_id or call.command.channel_id
    with services.effect_of(call.event.id) as session:
        stopped = [
            one
            for one in digest_schedules.schedules_of(
                session, services.workspace_id, set_by=_whose(call), channel_id=channel
            )
            if wanted.every in (None, one.every) and wanted.scope.lower() in ("", one.scope.lower())
        ]
        for one in stopped:
            session.delete(one)
        answer(session, services, call, words.stopped_speech(stopped))


def schedules(services: Services, call: Call, _said: str) -> None:
    """List them: one's own, for an admin all."""
    try:
        _refuse_others(call)
    except StoreError as error:
        finish(services, call, Speech(text=str(error)))
        return
    with services.database.reading() as session:
        found = digest_schedules.schedules_of(session, services.workspace_id, set_by=_whose(call))
    finish(services, call, words.list_speech(found))


def parse(said: str) -> Wanted:
    """`#channel weekly MM at 08:00 Europe/London`, in any order.

    Raises:
        StoreError: the channel or the time cannot be read.
    """
    channel, at, every = _CHANNEL.search(said), _AT.search(said), _EVERY.search(said)
    for found in (one for one in (channel, at, every) if one):
        said = said.replace(found[0], " ", 1)
    zones = [one for one in said.split() if _is_zone(one)]
    scope = " ".join(one for one in said.split() if one not in zones and one.lower() != "to")
    if scope.startswith("#"):
        raise StoreError(words.NOT_A_CHANNEL)
    if len(scope) > SCOPE_LIMIT:
        raise StoreError(words.TOO_LONG)
    return Wanted(
        channel_id=channel[1] if channel else None,
        every=every[1].lower() if every else None,
        scope=scope,
        at=_time(at[1]) if at else EIGHT,
        zone=zones[-1] if zones else None,
    )


def _is_zone(name: str) -> bool:
    return name == "UTC" or ("/" in name and name in available_timezones())


def _time(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (24, 0)
    if hour > 23 or minute > 59:
        raise StoreError(words.NOT_A_TIME.format(text=text[:20]))
    return time(hour, minute)


def _said(every: str | None) -> str:
    if every is None:
        raise StoreError(words.USAGE)
    return every


def _refuse_others(call: Call) -> None:
    if not call.asked.person.may_act_as("manager"):
        raise StoreError(FOR_MANAGERS)


def _whose(call: Call) -> str | None:
    return None if call.asked.person.may_act_as("admin") else call.command.user_id


WORDS = {"schedule": schedule, "unschedule": unschedule, "schedules": schedules}
