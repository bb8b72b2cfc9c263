"""What our own team does with a customer's wish for a person: take it, answer it here or in the thread, resolve it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import handover as blocks
from bot.listeners import handover_cards as cards
from bot.listeners.tasks import may_work_on
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, tell
from bot.slack.once import remember
from store.tables import tasks

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.asking import Asked
    from bot.services import Services
    from bot.slack.incoming import Said
    from store.people import Person
    from store.tables import InboundEvent, Task

CLICKED, WRITTEN = "handover_clicked", "handover_written"


def register(app: App, services: Services) -> None:
    """Listen to the team's buttons and to the modal with a person's answer."""

    def clicked(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, CLICKED, pressed.event_key, pressed.to_payload())
        ack()

    def to_answer(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        _open_answer_modal(services, parse_action(body, action))

    def written(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        remember(services, WRITTEN, submitted.event_key, submitted.to_payload())
        ack()

    app.action(blocks.TAKE)(clicked)
    app.action(blocks.RESOLVE)(clicked)
    app.action(blocks.ANSWER)(to_answer)
    app.view(blocks.ANSWER_MODAL)(written)


def hear(session: Session, services: Services, said: Said, asked: Asked) -> None:
    """One of our own writes in the thread of a request: it is theirs now, and nobody further up is told."""
    if not asked.person.is_staff or said.thread_ts is None:
        return
    here = {"channel_id": said.channel_id, "thread_ts": said.thread_ts}
    for task in tasks.open_in_thread(session, services.workspace_id, "handover", **here):
        if task.link.get("heard"):
            continue
        name = asked.person.name
        task.link = task.link | {"heard": name, "taken_by": task.link.get("taken_by") or name}
        session.add(task)
        cards.stop_climbing(session, services, task)
        cards.refresh_cards(session, services, task, tag="heard")


def carry_out_click(services: Services, event: InboundEvent) -> None:
    """Somebody of the team takes a request, or resolves it."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        person, task, refusal = _allowed(session, services, pressed.user_id, pressed.value)
        if task is None:
            speaking.reply(session, services, event, Speech(text=refusal))
            return
        if pressed.action_id == blocks.RESOLVE:
            _settle(session, services, task, person)
        else:
            _take(session, services, task, person)
        address = speaking.address_of(event, replace=True)
        speaking.send(session, services, cards.CARD, **address, task_id=task.id)
        cards.refresh_cards(session, services, task, tag=pressed.action_id, but=pressed.message_ts)


def _settle(session: Session, services: Services, task: Task, person: Person) -> None:
    tasks.close_task(session, task.id, services.clock.now())
    task.link = task.link | {"done_by": person.name}
    session.add(task)
    cards.stop_climbing(session, services, task)


def _take(session: Session, services: Services, task: Task, person: Person) -> None:
    task.owner_email = person.email or task.owner_email
    task.link = task.link | {"taken_by": person.name}
    session.add(task)
    cards.begin_anew(session, services, task, person)
    if task.link.get("ts"):
        speaking.say(
            session,
            services,
            blocks.looking(person.name),
            key=f"handover:{task.id}:taken",
            channel_id=task.link["channel"],
            thread_ts=task.link["ts"],
        )


def _allowed(
    session: Session, services: Services, user_id: str, task_id: str
) -> tuple[Person, Task | None, str]:
    """The person, the open task if it is theirs to work on, and what to say if it is not."""
    person = asking.person_of(session, services, user_id)
    task = tasks.find_task(session, services.workspace_id, task_id)
    if not person.may_act_as("csm"):
        return person, None, blocks.FOR_STAFF
    if task is None:
        return person, None, blocks.GONE
    if not may_work_on(session, services, person, task):
        return person, None, blocks.FOR_STAFF
    return (person, task, "") if task.state == "open" else (person, None, blocks.CLOSED)


def _open_answer_modal(services: Services, pressed: Pressed) -> None:
    with services.database.reading() as session:
        _, task, refusal = _allowed(session, services, pressed.user_id, pressed.value)
    if task is None:
        tell(services, pressed, refusal)
        return
    context = context_of(pressed, task_id=task.id, message_ts=pressed.message_ts or "")
    open_modal(services, pressed, blocks.answer_modal(task.body, context))


def carry_out_written(services: Services, event: InboundEvent) -> None:
    """A person's answer goes to the customer in that person's name, and the task is done."""
    submitted = Submitted.from_payload(event.payload)
    words = submitted.values.get(blocks.WORDS, "").strip()
    services.directory.meet(submitted.user_id)
    with services.effect_of(event.id) as session:
        task_id = str(submitted.context.get("task_id"))
        person, task, refusal = _allowed(session, services, submitted.user_id, task_id)
        if task is None or not words:
            speaking.reply(session, services, event, Speech(text=refusal or blocks.GONE))
            return
        _settle(session, services, task, person)
        cards.send_reply(session, services, task, person, words)
        cards.refresh_cards(session, services, task, tag="answered")


HANDLERS = {CLICKED: carry_out_click, WRITTEN: carry_out_written}
