"""People in a simulation: what they do about what they see, as scripted or as drawn by chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from playbooks import events

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from random import Random

    from playbooks.events import Event

REPLY_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Seen:
    """Something that asks for a reaction. `view` is the outbox row's, or `task`; `options` are values."""

    view: str
    account: str
    playbook: str
    run_id: str
    step: str  # the step's key
    by: str  # Slack id of whoever sees it
    at: datetime
    ask_type: str | None = None
    options: tuple[dict[str, Any], ...] = ()
    slot: str = ""  # of a task


Reaction = tuple[timedelta, "Event"]


class StandIns(Protocol):
    """The people of a simulation."""

    def react(self, seen: Seen) -> Reaction | None:
        """What happens because of it, and how much later; None if nothing does."""
        ...


@dataclass(frozen=True)
class Scripted:
    """What a person would answer: an option's value, or words."""

    value: str | None = None
    text: str | None = None
    after: timedelta = REPLY_AFTER


@dataclass(frozen=True)
class Script:
    """People who answer what is written down for a step, and stay silent otherwise.

    `answers` are by a step's key or id; `approves` says whether the CSM approves at once. Tasks are done
    `does_tasks` later, if at all; the knowledge base says what it `finds`, by the step that asks it.
    """

    answers: Mapping[str, Scripted] = field(default_factory=dict)
    approves: bool = True
    does_tasks: timedelta | None = None
    finds: Mapping[str, str] = field(default_factory=dict)

    def react(self, seen: Seen) -> Reaction | None:
        """The scripted answer, or the CSM's approval."""
        if seen.view == "playbook_approval":
            return (timedelta(0), events.Approved(seen.step, by=seen.by)) if self.approves else None
        if seen.view == "playbook_lookup":
            return timedelta(0), events.LookedUp(seen.step, self.finds.get(_base(seen.step)))
        if seen.view == "task":
            done = events.TaskDone(seen.slot, by=seen.by)
            return (self.does_tasks, done) if self.does_tasks is not None else None
        answer = self.answers.get(seen.step) or self.answers.get(_base(seen.step))
        if answer is None or seen.view not in {"playbook_message", "playbook_question"} or not seen.ask_type:
            return None
        staff = seen.view == "playbook_question"
        return answer.after, events.Replied(
            seen.step, seen.by, answer.value, answer.text, confirmed=True, staff=staff
        )


@dataclass(frozen=True)
class Sampled:
    """People who do what chance says. The same seed gives the same course.

    The shares are judgements. Each draw is seeded by what it is about, so that one person's answer does not
    depend on how many others there are.

    Args:
        draws: makes a source of chance from words; `random.Random` with a seed before them.
        answers: how many questions are answered at all, the rest stay open.
        approves: how many approvals are given.
        does_tasks: how many tasks are done.
        finds: how often the knowledge base has an answer.
    """

    draws: Callable[[str], Random]
    answers: float = 0.6
    approves: float = 0.9
    does_tasks: float = 0.8
    finds: float = 0.5

    def react(self, seen: Seen) -> Reaction | None:
        """An answer of any kind, an approval, a task that is done, an article that is found."""
        draw = self.draws(
            f"{seen.account}|{seen.playbook}|{seen.step}|{seen.slot}|{seen.view}|{seen.at:%Y-%m-%d}"
        )
        if seen.view == "playbook_lookup":
            found = "The help centre says how." if draw.random() < self.finds else None
            return timedelta(0), events.LookedUp(seen.step, found)
        if seen.view == "playbook_approval":
            return _perhaps(draw, self.approves, 30, events.Approved(seen.step, by=seen.by))
        if seen.view == "task":
            return _perhaps(draw, self.does_tasks, 72, events.TaskDone(seen.slot, by=seen.by))
        if seen.view in {"playbook_message", "playbook_question"} and seen.ask_type:
            return _perhaps(draw, self.answers, 48, _reply(draw, seen))
        return None


def _perhaps(draw: Random, share: float, hours: int, event: Event) -> Reaction | None:
    return (timedelta(minutes=draw.randint(1, hours * 60)), event) if draw.random() < share else None


def _reply(draw: Random, seen: Seen) -> Event:
    staff = seen.view == "playbook_question"
    if not staff and draw.random() < 0.05:
        return draw.choice((events.Later, events.WantsPerson, events.NotMe))(seen.step, seen.by)
    option = draw.choice(seen.options) if seen.options else None
    words = "It depends, I would say." if option is None or option.get("wants_text") else None
    value = str(option["value"]) if option else None
    return events.Replied(seen.step, seen.by, value, words, confirmed=True, staff=staff)


def _base(key: str) -> str:
    """A step's id, without audience and round."""
    return key.split("#", maxsplit=1)[0].split(".", maxsplit=1)[0]
