"""What playbooks say to staff: shown with its tasks, done with a button, and never lost on a closed door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import playbook as blocks
from bot.blocks.tasks import TaskItem
from bot.deliver import View
from bot.listeners import playbook_posts as posts
from bot.listeners.helpers import helpers_for
from bot.listeners.playbook_marks import show_again
from bot.listeners.tasks import NOT_YOURS, mark_done, may_work_on
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Posted, Speech
from bot.slack.once import remember
from playbooks import events
from store.tables import Account, OutboxMessage, Task, outbox, tasks
from store.tables import events as inbound

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.helpers import Helper
    from bot.services import Services
    from store.tables import InboundEvent

DONE, UNREACHED = "playbook_task_done", "playbook_staff_unreached"
QUESTION, APPROVAL = "playbook_question", "playbook_approval"


def register(app: App, services: Services) -> None:
    """Listen to the Done buttons of tasks that a message tells of."""

    def done(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, DONE, pressed.event_key, pressed.to_payload())
        ack()

    app.action(blocks.TASK_DONE)(done)


def carry_out_done(services: Services, event: InboundEvent) -> None:
    """Close the task and show the message that told of it as it is then; a second press changes nothing."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        person = asking.person_of(session, services, pressed.user_id)
        task = tasks.find_task(session, services.workspace_id, pressed.value)
        if task is None or not may_work_on(session, services, person, task):
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        mark_done(session, services, task, person)
        _show_again(session, services, pressed, key=f"done:{event.id}")


def _show_again(session: Session, services: Services, pressed: Pressed, *, key: str) -> None:
    """The message whose button was pressed, as it is now; a card was closed with its task."""
    channel, ts = str(pressed.channel_id), str(pressed.message_ts)
    shown = outbox.find_sent(session, workspace_id=services.workspace_id, channel_id=channel, ts=ts)
    if shown is not None and shown.payload["view"] != APPROVAL:
        show_again(session, services, Posted(channel, ts), key=key)


# What cannot be shown to whom it is for


def _unreached(services: Services, session: Session, message: OutboxMessage, _reason: str) -> None:
    """Keep it as an event: finding somebody else asks Slack, which is nothing for a transaction."""
    if message.kind == "update":
        return
    inbound.remember(
        session,
        workspace_id=services.workspace_id,
        kind=UNREACHED,
        event_key=f"unreached:{message.key}",
        payload={"message_id": message.id},
        now=services.clock.now(),
    )
    services.wake_workers()


def carry_out_unreached(services: Services, event: InboundEvent) -> None:
    """Tell the next who answers for the account (managers, then admins), and the run that it was so."""
    with services.database.reading() as session:
        message = session.get_one(OutboxMessage, event.payload["message_id"])
        account = session.get(Account, message.payload["account_id"])
    payload = message.payload
    tried = [*payload.get("tried", ()), *filter(None, (message.slack_user_id, payload.get("staff_email")))]
    free = (one for one in helpers_for(services, account) if not {one.slack_user_id, one.email} & {*tried})
    helper = next(free, None)
    missed = str(payload.get("staff_name") or "the CSM")
    with services.effect_of(event.id) as session:
        if helper:
            _pass_on(session, services, message, helper, {"tried": tried, "instead_of": missed})
        happened = events.StaffUnreached(
            payload["step_key"], payload["view"], missed, helper.name if helper else None
        )
        services.runner.handle_in(session, payload["run_id"], happened)
        if helper is None and payload["view"] == QUESTION:
            lost = events.Undeliverable(payload["step_key"], f"{missed} cannot be reached in Slack")
            services.runner.handle_in(session, payload["run_id"], lost)


def _pass_on(
    session: Session, services: Services, message: OutboxMessage, helper: Helper, why: dict[str, Any]
) -> None:
    payload = {name: value for name, value in message.payload.items() if name != "view"}
    payload |= why | {"staff_name": helper.name, "staff_email": helper.email}
    speaking.send(
        session,
        services,
        message.payload["view"],
        key=f"{message.key}:{len(why['tried'])}",
        kind="dm",
        slack_user_id=helper.slack_user_id,
        **payload,
    )


# Going out


def _render_with(
    build: Callable[[blocks.StepMessage], Speech],
) -> Callable[[Services, OutboxMessage], Speech]:
    def render(services: Services, message: OutboxMessage) -> Speech:
        return build(posts.step_message(message, _tasks(services, message)))

    return render


def _tasks(services: Services, message: OutboxMessage) -> tuple[tuple[TaskItem, str], ...]:
    """The tasks that a message tells of, each with what became of it; empty while it is open."""
    ids = message.payload.get("task_ids") or ()
    with services.database.reading() as session:
        found = [tasks.find_task(session, services.workspace_id, one) for one in ids]
    return tuple((_item(services, task), _what_became(task)) for task in found if task is not None)


def _item(services: Services, task: Task) -> TaskItem:
    return TaskItem(
        task_id=task.id,
        title=task.title,
        due_at=task.due_at,
        overdue=task.due_at is not None and task.due_at < services.clock.now(),
        high=task.priority == "high",
    )


def _what_became(task: Task) -> str:
    if task.state == "open":
        return ""
    by = task.link.get("done_by")
    return f"done by {by}" if by else {"done": "done", "cancelled": "not needed any more"}[task.state]


def _view(build: Callable[[blocks.StepMessage], Speech]) -> View:
    return View(render=_render_with(build), addressed=posts.address, undeliverable=_unreached)


VIEWS = {
    QUESTION: View(
        render=_render_with(blocks.staff_question),
        addressed=posts.address,
        after=posts.delivered,
        undeliverable=_unreached,
    ),
    "playbook_notice": _view(blocks.notice),
    "playbook_task": _view(blocks.task),
    "playbook_preview": _view(blocks.preview),
    APPROVAL: _view(blocks.approval),
}
HANDLERS = {DONE: carry_out_done, UNREACHED: carry_out_unreached}
