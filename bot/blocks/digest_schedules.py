"""Digests that come by themselves, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.blocks.text import brief, escaped
from bot.slack.messenger import Speech
from playbooks.workdays import zone_of
from store.tables.digest_schedules import WEEKLY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.tables import DigestSchedule

USAGE = (
    "Write `/cs digest schedule #channel weekly` or `monthly`, then, if you like, a segment, a CSM or an account, "
    "`at 08:00`, and a time zone such as `Europe/London`. Without a channel it is for where you write it."
)
NOT_A_CHANNEL = "I do not know that channel. Choose it from the list that Slack shows after `#`."
NOT_A_TIME = "“{text}” is no time of day. Write it from 00:00 to 23:59, like `at 08:30`."
TOO_LONG = "That is too long for a segment, a CSM or an account."
NONE_HERE = "No digest comes by itself{where}. " + USAGE
NOTHING_STOPPED = "No digest of yours comes by itself there. `/cs digest schedules` lists them."


def set_speech(schedule: DigestSchedule) -> Speech:
    """It is scheduled."""
    return Speech(text=f"Done. {_line(schedule)}\nStop it with `/cs digest unschedule`{_there(schedule)}.")


def list_speech(schedules: Sequence[DigestSchedule]) -> Speech:
    """Which digests come by themselves."""
    if not schedules:
        return Speech(text=NONE_HERE.format(where=""))
    return Speech(text="\n".join(f"• {_line(one)}" for one in schedules))


def stopped_speech(schedules: Sequence[DigestSchedule]) -> Speech:
    """Which do not come any more."""
    if not schedules:
        return Speech(text=NOTHING_STOPPED)
    return Speech(text="Stopped:\n" + "\n".join(f"• {_what(one)} {_where(one)}" for one in schedules))


def not_sent(schedule: DigestSchedule, reason: str) -> Speech:
    """Why a digest was not sent, to the person in whose name it is."""
    return Speech(
        text=f"I did not send {_what(schedule)} {_where(schedule)}. {escaped(reason)}\n"
        "`/cs digest schedules` lists what comes by itself, `/cs digest unschedule` stops it."
    )


def _line(schedule: DigestSchedule) -> str:
    when = "every Monday" if schedule.every == WEEKLY else "on the first working day of every month"
    following = schedule.next_at.astimezone(zone_of(schedule.zone))
    return (
        f"{_what(schedule)[0].upper()}{_what(schedule)[1:]} {_where(schedule)} {when} at {schedule.at} "
        f"({schedule.zone}), next on {following:%a} {following.day} {following:%b %Y}."
    )


def _what(schedule: DigestSchedule) -> str:
    scope = f"“{brief(schedule.scope)}”" if schedule.scope else f"the accounts of <@{schedule.set_by}>"
    return f"the {schedule.every} digest of {scope}"


def _where(schedule: DigestSchedule) -> str:
    return "in our direct messages" if schedule.channel_id.startswith("D") else f"in <#{schedule.channel_id}>"


def _there(schedule: DigestSchedule) -> str:
    return " there" if schedule.channel_id.startswith("D") else f" in <#{schedule.channel_id}>"
