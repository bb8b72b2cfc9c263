"""What a look at the accounts found: its owner hears of it, does it, or says why it is no risk."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import asking, speaking, watching
from bot.blocks import health as blocks
from bot.blocks.text import brief
from bot.deliver import View
from bot.listeners.health import quote_of
from bot.listeners.helpers import card_to_first, helpers_for, left_to_tell
from bot.listeners.tasks import NOT_YOURS, mark_done, may_work_on
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, tell
from bot.slack.once import remember
from store.tables import Account, Task, accounts, signals, tasks

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from store.people import Person
    from store.tables import InboundEvent, OutboxMessage

DID, PUT_ASIDE = "signal_did", "signal_put_aside"
CARD = "signal_card"
CLOSED = "That is settled already."
WHY = "Say in a few words why it is not a risk."


def register(app: App, services: Services) -> None:
    """Listen to the buttons of the cards and to the form."""

    def did(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, DID, pressed.event_key, pressed.to_payload())
        ack()

    def wants_aside(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        _open_form(services, parse_action(body, action))

    def put_aside(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        if not submitted.values.get(blocks.REASON, "").strip():
            ack(response_action="errors", errors={blocks.REASON: WHY})
            return
        remember(services, PUT_ASIDE, submitted.event_key, submitted.to_payload())
        ack()

    app.action(blocks.DONE)(did)
    app.action(blocks.DISMISS)(wants_aside)
    app.view(blocks.DISMISS_MODAL)(put_aside)


def carry_out_told(services: Services, event: InboundEvent) -> None:
    """Send the card to the account's CSM, or who stands in; who cannot be reached is followed by the next."""
    with services.database.reading() as session:
        account = session.get(Account, event.payload["account_id"])
    helpers = [one.slack_user_id for one in helpers_for(services, account)]
    with services.effect_of(event.id) as session:
        if helpers:
            _send(session, services, event.payload["task_id"], helpers)


def _send(
    session: Session, services: Services, task_id: str, helpers: list[str], instead_of: str = ""
) -> None:
    card_to_first(
        session, services, CARD, key="signal", task_id=task_id, helpers=helpers, instead_of=instead_of
    )


def _next_helper(services: Services, session: Session, message: OutboxMessage, _reason: str) -> None:
    if remaining := left_to_tell(message):
        missed = asking.person_of(session, services, message.slack_user_id or "").name
        _send(session, services, message.payload["task_id"], remaining, missed)


def carry_out_did(services: Services, event: InboundEvent) -> None:
    """The next step is done; the signal stays open until what it says is over."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        person, task = _task(session, services, pressed.user_id, pressed.value)
        if task is None:
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        mark_done(session, services, task, person)
        _show_again(session, services, event, task.id)


def _open_form(services: Services, pressed: Pressed) -> None:
    with services.database.reading() as session:
        _, task = _task(session, services, pressed.user_id, pressed.value)
    if task is None or task.state != "open":
        tell(services, pressed, NOT_YOURS if task is None else CLOSED)
        return
    until = services.clock.now().date() + timedelta(days=blocks.ASIDE_DAYS)
    context = context_of(pressed, task_id=task.id, message_ts=pressed.message_ts or "")
    open_modal(services, pressed, blocks.dismiss_modal(context, until))


def carry_out_put_aside(services: Services, event: InboundEvent) -> None:
    """The signal goes, its reason stays with the account, and the same does not come again for a while."""
    submitted = Submitted.from_payload(event.payload)
    services.directory.meet(submitted.user_id)
    now = services.clock.now()
    with services.effect_of(event.id) as session:
        task_id = str(submitted.context.get("task_id"))
        person, task = _task(session, services, submitted.user_id, task_id)
        if task is None:
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        accounts.lock_account(session, str(task.account_id))
        reason = submitted.values[blocks.REASON].strip()
        dismissed = signals.dismiss_signal(
            session,
            str(task.link.get("signal_id")),
            by=person.name,
            reason=reason,
            until=now.date() + timedelta(days=blocks.ASIDE_DAYS),
            now=now,
        )
        if dismissed is None:
            speaking.reply(session, services, event, Speech(text=CLOSED))
            return
        task.link = task.link | {"put_aside": reason, "done_by": person.name}
        tasks.end_task(session, services.workspace_id, task.key, state="cancelled", now=now)
        _show_again(session, services, event, task.id)


def _task(session: Session, services: Services, user_id: str, task_id: str) -> tuple[Person, Task | None]:
    person = asking.person_of(session, services, user_id)
    task = tasks.find_task(session, services.workspace_id, task_id)
    mine = task is not None and may_work_on(session, services, person, task)
    return person, task if mine else None


def _show_again(session: Session, services: Services, event: InboundEvent, task_id: str) -> None:
    """The card in its place, as it is now."""
    payload = event.payload
    ts = payload.get("message_ts") or (payload.get("context") or {}).get("message_ts")
    if payload.get("channel_id") and ts:
        speaking.send(
            session,
            services,
            CARD,
            key=f"shown:{event.id}",
            kind="update",
            channel_id=payload["channel_id"],
            task_id=task_id,
            ts=ts,
        )


def _render(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        task = session.get_one(Task, message.payload["task_id"])
        account = session.get_one(Account, task.account_id)
    return blocks.card_speech(
        blocks.SignalCard(
            task_id=task.id,
            account=account.name,
            title=task.title,
            body=task.body,
            quotes=tuple(quote_of(services, one) for one in task.link.get("evidence") or ()),
            signal_id=task.link.get("signal_id"),
            due_at=task.due_at,
            instead_of=str(message.payload.get("instead_of") or ""),
            ended=_ended(task),
        )
    )


def _ended(task: Task) -> str:
    by = brief(str(task.link.get("done_by") or ""))
    if task.link.get("put_aside"):
        return f"Not a risk, says {by}: {brief(task.link['put_aside'], 300)}"
    if task.state == "open":
        return ""
    return f"Done by {by}" if by else "Not needed any more"


VIEWS = {CARD: View(render=_render, undeliverable=_next_helper)}
HANDLERS = {
    watching.TOLD: carry_out_told,
    DID: carry_out_did,
    PUT_ASIDE: carry_out_put_aside,
}
