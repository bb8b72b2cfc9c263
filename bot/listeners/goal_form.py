"""`/cs goals @x` has a form for a new goal, where one line of words is clumsy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from bot import asking, goal_words, speaking
from bot.blocks import goal_form as blocks
from bot.blocks.text import brief
from bot.listeners.about import account_seen
from bot.listeners.accounts import NOT_YOURS
from bot.listeners.goals import shown
from bot.slack.incoming import parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, take_form, tell
from store.errors import StoreError
from store.tables import accounts, goals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.tables import Account, InboundEvent

FILLED = "goal_form_filled"
SAME = "The goal is where they are already. Give another number, or leave one of the two out."


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in; what was left out is None."""

    title: str
    unit: str
    baseline: float | None
    target: float | None
    due_on: date | None

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Filled:
        """From what was entered.

        Raises:
            StoreError: a number or a day is none.
        """
        texts = {name: value.strip() for name, value in values.items()}

        def number(name: str) -> float | None:
            return goal_words.read_number(texts[name]) if texts.get(name) else None

        due = texts.get(blocks.DUE)
        return cls(
            texts.get(blocks.TITLE, ""),
            texts.get(blocks.UNIT, ""),
            number(blocks.BASELINE),
            number(blocks.TARGET),
            date.fromisoformat(due) if due else None,
        )


def problems(values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a form, by block; empty if nothing is."""
    if not values.get(blocks.TITLE, "").strip():
        return {blocks.TITLE: "Write what they want to reach."}
    for name in (blocks.BASELINE, blocks.TARGET):
        try:
            Filled.of({name: values.get(name, "")})
        except StoreError as error:
            return {name: str(error)}
    filled = Filled.of(values)
    same = filled.baseline is not None and filled.baseline == filled.target
    return {blocks.TARGET: SAME} if same else {}


def register(app: App, services: Services) -> None:
    """Listen to the button and to its form."""

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        pressed = parse_action(body, action)
        account = _account(services, pressed)
        if account is None:
            tell(services, pressed, NOT_YOURS)
            return
        context = context_of(pressed, account_id=account.id)
        open_modal(services, pressed, blocks.goal_modal(account.name, context))

    def filled(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        take_form(ack, services, FILLED, submitted, problems(submitted.values))

    app.action(blocks.OPEN)(wanted)
    app.view(blocks.MODAL)(filled)


def _account(services: Services, pressed: Pressed) -> Account | None:
    with services.database.reading() as session:
        person = asking.person_of(session, services, pressed.user_id)
        return account_seen(session, services, person, pressed.value)


def carry_out_filled(services: Services, event: InboundEvent) -> None:
    """Write the goal down, once, and show how the goals stand."""
    submitted = Submitted.from_payload(event.payload)
    services.directory.meet(submitted.user_id)
    with services.effect_of(event.id) as session:
        speaking.reply(session, services, event, _add(session, services, submitted))


def _add(session: Session, services: Services, submitted: Submitted) -> Speech:
    person = asking.person_of(session, services, submitted.user_id)
    account = account_seen(session, services, person, str(submitted.context.get("account_id")))
    if account is None:
        return Speech(text=NOT_YOURS)
    accounts.lock_account(session, account.id)
    wanted = Filled.of(submitted.values)
    goals.add_goal(
        session,
        account=account,
        title=wanted.title,
        unit=wanted.unit,
        baseline=wanted.baseline,
        target=wanted.target,
        due_on=wanted.due_on,
        said_by=submitted.user_id,
        now=services.clock.now(),
    )
    return shown(session, services, account, f":white_check_mark: Added “{brief(wanted.title)}”.")


HANDLERS = {FILLED: carry_out_filled}
