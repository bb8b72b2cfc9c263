"""`/cs goals @x`: what a customer wants to reach, and how far they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import goal_words
from bot.blocks.goals import goals_speech
from bot.blocks.text import brief
from bot.listeners.about import About, changing, reading
from bot.listeners.commands import Subcommand
from store.errors import NotFound, StoreError
from store.tables import Account, goals

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.listeners.about import Told
    from bot.services import Services
    from bot.slack.messenger import Speech
    from store.tables import Goal

USAGE = "Whose goals? Write `/cs goals` and a name, a #channel or an @person of theirs."


def show(services: Services, told: Told) -> Speech:
    """The goals as they stand."""
    with services.database.reading() as session:
        return _shown(session, services, told)


def add(session: Session, services: Services, told: Told) -> Speech:
    """`add TITLE: BASELINE -> TARGET UNIT by DATE`."""
    wanted = goal_words.read_goal(told.rest)
    goals.add_goal(
        session,
        account=session.get_one(Account, told.account.id),
        title=wanted.title,
        unit=wanted.unit,
        baseline=wanted.baseline,
        target=wanted.target,
        due_on=wanted.due_on,
        said_by=told.user_id,
        now=services.clock.now(),
    )
    return _shown(session, services, told, f":white_check_mark: Added “{brief(wanted.title)}”.")


def note_now(session: Session, services: Services, told: Told) -> Speech:
    """`now NUMBER VALUE`: how far a goal is today."""
    goal, rest = _goal(session, told)
    value = goal_words.read_number(rest)
    now = services.clock.now()
    goals.read_goal(session, goal, value, on=now.date(), said_by=told.user_id, now=now)
    return _shown(session, services, told, f":white_check_mark: {goal.number} is at {value:g} now.")


def move(session: Session, services: Services, told: Told) -> Speech:
    """`due NUMBER DATE`: until when it should be reached."""
    goal, rest = _goal(session, told)
    goals.change_goal(session, goal, due_on=goal_words.read_date(rest), now=services.clock.now())
    return _shown(session, services, told)


def met(session: Session, services: Services, told: Told) -> Speech:
    """`met NUMBER`: it is reached."""
    goal, _ = _goal(session, told)
    goals.change_goal(session, goal, state=goals.MET, now=services.clock.now())
    return _shown(session, services, told, f":tada: “{brief(goal.title)}” is met.")


def drop(session: Session, services: Services, told: Told) -> Speech:
    """`drop NUMBER`: it does not matter any more."""
    goal, _ = _goal(session, told)
    goals.change_goal(session, goal, state=goals.DROPPED, now=services.clock.now())
    return _shown(session, services, told, f"“{brief(goal.title)}” is dropped.")


def _goal(session: Session, told: Told) -> tuple[Goal, str]:
    """The goal whose number the words begin with, and the words after it."""
    number, _, rest = told.rest.partition(" ")
    if not number.strip().isdecimal():
        raise StoreError(f"Which goal? Begin with its number, as `/cs goals @{told.account.name}` shows it.")
    goal = goals.find_goal(session, told.account.id, int(number))
    if goal is None:
        raise NotFound(
            f"{told.account.name} has no goal {number} that was written down here. "
            f"`/cs goals @{told.account.name}` shows what there is; `add` writes one down."
        )
    return goal, rest.strip()


def shown(session: Session, services: Services, account: Account, note: str = "") -> Speech:
    """The goals of an account as they stand, and what has just happened."""
    standing = goals.goals_of(session, account)
    return goals_speech(account.name, standing, services.clock.now().date(), note, account_id=account.id)


def _shown(session: Session, services: Services, told: Told, note: str = "") -> Speech:
    return shown(session, services, session.get_one(Account, told.account.id), note)


ABOUT = About(
    "goals",
    verbs={
        "": reading(show),
        "add": changing(add),
        "now": changing(note_now),
        "due": changing(move),
        "met": changing(met),
        "drop": changing(drop),
    },
    usage=USAGE,
)
GOALS = Subcommand(
    name="goals",
    usage="goals @customer [add | now | due | met | drop]",
    description="What they want to reach: baseline, now, target, until when",
    role="csm",
    handler=ABOUT,
    example="goals @Harbour",
)
