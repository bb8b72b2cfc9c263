"""`/cs tasks`: what is to be done, overdue first; done is done once. Who is away is covered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks.tasks import DONE, MINE, TEAM, TaskItem, tasks_speech
from bot.blocks.text import escaped
from bot.listeners import absences as away
from bot.listeners.commands import Subcommand, finish
from bot.listeners.playbook_marks import close_cards
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.once import remember
from playbooks import events
from store import people
from store.tables import absences, accounts, tasks

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from store.people import Person
    from store.tables import InboundEvent, Task

TICKED = "task_ticked"
USAGE = (
    "Write `/cs tasks` for your own, `/cs tasks team` for those of all accounts that you see, "
    "`/cs tasks away 2026-07-01 2026-07-14 @who` if somebody stands in for you, `/cs tasks back` when you are."
)
NOT_YOURS = "That task belongs to the team of another account."


def register(app: App, services: Services) -> None:
    """Listen to the Done buttons of both lists."""

    def ticked(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, TICKED, pressed.event_key, pressed.to_payload())
        ack()

    for whose in (MINE, TEAM):
        app.action(f"{DONE}_{whose}")(ticked)


def show(services: Services, call: Call) -> None:
    """The list that is asked for, or who is away."""
    verb, _, rest = call.words.partition(" ")
    whose = verb.lower() or MINE
    if whose in away.VERBS:
        away.VERBS[whose](services, call, rest.strip())
        return
    if whose not in (MINE, TEAM) or rest:
        finish(services, call, Speech(text=USAGE))
        return
    with services.database.reading() as session:
        items = items_of(session, services, call.asked.person, whose)
    finish(services, call, tasks_speech(items, whose))


def carry_out_tick(services: Services, event: InboundEvent) -> None:
    """Close a task and show the list without it."""
    pressed = Pressed.from_payload(event.payload)
    whose = pressed.action_id.removeprefix(f"{DONE}_")
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        person = asking.person_of(session, services, pressed.user_id)
        task = tasks.find_task(session, services.workspace_id, pressed.value)
        if task is None or not may_work_on(session, services, person, task):
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        closed = mark_done(session, services, task, person)
        note = f":white_check_mark: {escaped(task.title)}" if closed else "That one was done already."
        items = items_of(session, services, person, whose)
        speaking.reply(session, services, event, tasks_speech(items, whose, note), replace=True)


def mark_done(session: Session, services: Services, task: Task, person: Person) -> bool:
    """Close a task, once, and tell the playbook's run that made it; False if it was not open any more."""
    if task.account_id:
        accounts.lock_account(session, task.account_id)  # before the task, as whatever happens to a run does
    if not tasks.close_task(session, task.id, services.clock.now()):
        return False
    task.link = task.link | {"done_by": person.name}
    session.add(task)
    if task.run_id and person.slack_user_id:
        slot = task.key.removeprefix(f"{task.run_id}:")
        done = events.TaskDone(slot, person.slack_user_id)
        run = services.runner.handle_in(session, task.run_id, done).run
        step = run.steps.get(str(task.link.get("step_key")))
        if (
            step and step.state == "done" and not step.sent_at
        ):  # somebody did it in person: no card waits any more
            close_cards(session, services, (run.id, step.key), step.note or "", key=task.id)
    return True


def may_work_on(session: Session, services: Services, person: Person, task: Task) -> bool:
    """Whether it is a member of staff's own task, one of an account that they see, or of whom they cover."""
    if not person.may_act_as("csm"):
        return False
    owner = (task.owner_email or "").lower()
    if person.email and owner in {person.email.lower(), *_covered(session, services, person)}:
        return True
    visible = people.visible_account_ids(session, services.workspace_id, person)
    return task.account_id in visible if task.account_id else person.may_act_as("manager")


def _covered(session: Session, services: Services, person: Person) -> list[str]:
    """For whom this person stands in today."""
    today = services.clock.now().date()
    return absences.covered_by(session, services.workspace_id, person.email, today) if person.email else []


def items_of(session: Session, services: Services, person: Person, whose: str) -> list[TaskItem]:
    """The open tasks of a person and of whom they cover, or of all accounts that they see; snoozed ones rest."""
    now, workspace_id = services.clock.now(), services.workspace_id
    names = {one.id: one.name for one in people.visible_accounts(session, workspace_id, person)}
    covered = _covered(session, services, person)
    found = tasks.open_tasks(
        session,
        workspace_id,
        owner_email=person.email or "",
        owner_emails=covered,
        account_ids=names if whose == TEAM else None,
        awake_at=now,
    )
    return [
        TaskItem(
            task_id=task.id,
            title=task.title,
            account=name if (name := names.get(task.account_id or "", "")) not in task.title else "",
            owner=task.owner_email or "nobody's",
            due_at=task.due_at,
            overdue=task.due_at is not None and task.due_at < now,
            high=task.priority == "high",
            covered=(task.owner_email or "").lower() in covered,
        )
        for task in found
    ]


TASKS = Subcommand(
    name="tasks",
    usage="tasks [mine | team | away FROM TO @who | back]",
    description="What is to be done, overdue first; who stands in while you are away",
    role="csm",
    handler=show,
    example="tasks team",
)
