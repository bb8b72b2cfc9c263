"""A task that rests until another day, or goes to somebody else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import tasks as blocks
from bot.blocks.text import brief, slack_day
from bot.listeners.tasks import NOT_YOURS, items_of, may_work_on
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, take_form, tell
from store.tables import tasks

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from store.people import Person
    from store.tables import InboundEvent, Task

SNOOZED, GIVEN = "task_snoozed", "task_given"
NOT_STAFF = "That is nobody of our team, so they cannot take a task. Choose a colleague."
NOTHING = "There is no open task left in that list."
CLOSED = "That task is done already."


def register(app: App, services: Services) -> None:
    """Listen to the two buttons under the list and to their forms."""

    def opened(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        _open_form(services, parse_action(body, action))

    def snoozed(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        problem = _problem_of_day(submitted.values.get(blocks.DAY, ""), services.clock.now().date())
        take_form(ack, services, SNOOZED, submitted, {blocks.DAY: problem} if problem else {})

    def given(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        is_staff = _is_staff(services, submitted.values.get(blocks.PERSON, ""))
        take_form(ack, services, GIVEN, submitted, {} if is_staff else {blocks.PERSON: NOT_STAFF})

    app.action(blocks.SNOOZE)(opened)
    app.action(blocks.GIVE)(opened)
    app.view(blocks.SNOOZE_MODAL)(snoozed)
    app.view(blocks.GIVE_MODAL)(given)


def _problem_of_day(day: str, today: date) -> str:
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        return "Choose a day."
    return "" if chosen > today else "Choose a day after today."


def _is_staff(services: Services, user_id: str) -> bool:
    with services.database.reading() as session:
        return bool(user_id) and asking.person_of(session, services, user_id).may_act_as("csm")


def _open_form(services: Services, pressed: Pressed) -> None:
    whose = pressed.value if pressed.value in (blocks.MINE, blocks.TEAM) else blocks.MINE
    with services.database.reading() as session:
        person = asking.person_of(session, services, pressed.user_id)
        items = items_of(session, services, person, whose) if person.may_act_as("csm") else []
    if not items:
        tell(services, pressed, NOTHING)
        return
    context = context_of(pressed, whose=whose)
    tomorrow = services.clock.now().date() + timedelta(days=1)
    form = (
        blocks.give_modal(context, items)
        if pressed.action_id == blocks.GIVE
        else blocks.snooze_modal(context, items, tomorrow)
    )
    open_modal(services, pressed, form)


def carry_out_snoozed(services: Services, event: InboundEvent) -> None:
    """The task is shown again when that day begins, where its owner is."""
    submitted = Submitted.from_payload(event.payload)
    services.directory.meet(submitted.user_id)
    with services.effect_of(event.id) as session:
        person, task = _task(session, services, submitted)
        if task is None:
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        day = date.fromisoformat(submitted.values[blocks.DAY])
        calendar = services.calendar_of(person.timezone)
        until = calendar.at(day, calendar.begins)
        done = tasks.snooze_task(session, task.id, until)
        note = f":zzz: {brief(task.title, 200)} is back on {slack_day(day)}." if done else CLOSED
        _show_list(session, services, event, person, note)


def carry_out_given(services: Services, event: InboundEvent) -> None:
    """The task is another colleague's, who hears of it."""
    submitted = Submitted.from_payload(event.payload)
    taker_id = submitted.values[blocks.PERSON]
    services.directory.meet(submitted.user_id)
    services.directory.meet(taker_id)
    with services.effect_of(event.id) as session:
        person, task = _task(session, services, submitted)
        taker = asking.person_of(session, services, taker_id)
        if task is None or not taker.email:
            speaking.reply(session, services, event, Speech(text=NOT_YOURS if task is None else NOT_STAFF))
            return
        done = tasks.give_task(session, task.id, taker.email)
        if done and taker_id != submitted.user_id:
            item = blocks.TaskItem(task.id, task.title, due_at=task.due_at, high=task.priority == "high")
            speech = blocks.given_speech(item, person.name)
            key = f"given:{event.id}"
            speaking.say(session, services, speech, key=key, kind="dm", slack_user_id=taker_id)
        note = f"{brief(task.title, 200)} is {brief(taker.name)}'s now." if done else CLOSED
        _show_list(session, services, event, person, note)


def _task(session: Session, services: Services, submitted: Submitted) -> tuple[Person, Task | None]:
    person = asking.person_of(session, services, submitted.user_id)
    task = tasks.find_task(session, services.workspace_id, submitted.values.get(blocks.TASK, ""))
    mine = task is not None and may_work_on(session, services, person, task)
    return person, task if mine else None


def _show_list(session: Session, services: Services, event: InboundEvent, person: Person, note: str) -> None:
    whose = str(event.payload["context"].get("whose") or blocks.MINE)
    speech = blocks.tasks_speech(items_of(session, services, person, whose), whose, note)
    speaking.reply(session, services, event, speech)


HANDLERS = {SNOOZED: carry_out_snoozed, GIVEN: carry_out_given}
