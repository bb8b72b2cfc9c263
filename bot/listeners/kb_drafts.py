"""Drafts for the knowledge base: somebody else than their author reads and approves them, changes them, or declines.

Editors are the managers and admins. Where the author is the only one, what they write is approved at once.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import kb_draft as blocks
from bot.blocks.verified import EDIT_MODAL, approval_modal
from bot.deliver import View
from bot.listeners.helpers import card_to_first, helpers_for, left_to_tell
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, take_form, tell
from bot.slack.once import remember
from bot.verifying.answers import Approver, Draft, approve, draft_of, problems
from store.tables import Task, gaps, tasks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.helpers import Helper
    from bot.services import Services
    from store.people import Person
    from store.tables import InboundEvent, OutboxMessage

KIND, CARD = "kb_draft", "kb_draft"
DECIDED, CHANGED = "kb_draft_decided", "kb_draft_changed"


def register(app: App, services: Services) -> None:
    """Listen to the editor's buttons and to the modal with their changes."""

    def decided(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, DECIDED, pressed.event_key, pressed.to_payload())
        ack()

    def to_change(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        _open(services, parse_action(body, action))

    def changed(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        take_form(
            ack,
            services,
            CHANGED,
            submitted,
            problems(draft_of(submitted.values), services.clock.now().date()),
        )

    app.action(blocks.APPROVE)(decided)
    app.action(blocks.DECLINE)(decided)
    app.action(blocks.CHANGE)(to_change)
    app.view(EDIT_MODAL)(changed)


def editors_besides(services: Services, author_id: str) -> list[Helper]:
    """Who may approve what this person writes: managers, then admins, whom Slack knows. Asks Slack."""
    return [one for one in helpers_for(services, None) if one.slack_user_id != author_id]


def propose(
    session: Session,
    services: Services,
    draft: Draft,
    author: Person,
    editors: Sequence[Helper],
    *,
    key: str,
    choices: Mapping[str, str],
    link: str | None,
    gap_id: str = "",
) -> None:
    """Keep a draft as a task of the first editor, and show it to them; the others are next where Slack refuses.

    `gap_id`: the gap of the knowledge base that it fills once it is approved.
    """
    now = services.clock.now()
    task = Task(
        workspace_id=services.workspace_id,
        key=key,
        kind=KIND,
        owner_email=editors[0].email,
        title=f"Read a draft for the knowledge base by {author.name}",
        body=draft.question,
        due_at=None,
        link={
            "question": draft.question,
            "answer": draft.answer,
            "audience": draft.audience,
            "expires_on": draft.expires_on.isoformat() if draft.expires_on else "",
            "choices": dict(choices),
            "source": link or "",
            "author": author.slack_user_id,
            "author_name": author.name,
            "gap_id": gap_id,
        },
        created_at=now,
    )
    if tasks.open_task(session, task):
        _show(session, services, task.id, [one.slack_user_id for one in editors])


def _show(session: Session, services: Services, task_id: str, editors: list[str]) -> None:
    card_to_first(session, services, CARD, key=KIND, task_id=task_id, helpers=editors)


def _next_editor(services: Services, session: Session, message: OutboxMessage, _reason: str) -> None:
    if remaining := left_to_tell(message):
        _show(session, services, message.payload["task_id"], remaining)


def _draft(task: Task) -> Draft:
    link = task.link
    expires = date.fromisoformat(link["expires_on"]) if link["expires_on"] else None
    return Draft(link["question"], link["answer"], link["audience"], expires)


def _render(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        task = session.get_one(Task, message.payload["task_id"])
    return blocks.draft_speech(
        blocks.DraftView(
            task_id=task.id,
            author=task.link["author_name"],
            draft=_draft(task),
            readers=task.link["choices"].get(task.link["audience"], task.link["audience"]),
            link=task.link["source"],
            decision=task.link.get("decision") or "",
        )
    )


def _allowed(
    session: Session, services: Services, user_id: str, task_id: str
) -> tuple[Person, Task | None, str]:
    """The person, the open draft if they may decide on it, and what to say if they may not."""
    person = asking.person_of(session, services, user_id)
    task = tasks.find_task(session, services.workspace_id, task_id)
    if not person.may_act_as("manager"):
        return person, None, blocks.FOR_EDITORS
    if task is None or task.kind != KIND or task.state != "open":
        return person, None, blocks.CLOSED
    return (person, None, blocks.YOUR_OWN) if task.link["author"] == user_id else (person, task, "")


def _open(services: Services, pressed: Pressed) -> None:
    with services.database.reading() as session:
        _, task, refusal = _allowed(session, services, pressed.user_id, pressed.value)
    if task is None:
        tell(services, pressed, refusal)
        return
    context = context_of(pressed, task_id=task.id, message_ts=pressed.message_ts or "")
    view = approval_modal(
        _draft(task), task.link["choices"], context, callback_id=EDIT_MODAL, submit="Approve"
    )
    open_modal(services, pressed, view)


def carry_out_decision(services: Services, event: InboundEvent) -> None:
    """An editor approves or declines."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        person, task, refusal = _allowed(session, services, pressed.user_id, pressed.value)
        if task is None:
            speaking.reply(session, services, event, Speech(text=refusal))
            return
        if pressed.action_id == blocks.APPROVE:
            _approve(session, services, task, _draft(task), person)
        else:
            if gap := _gap(session, services, task):
                gaps.take_back(session, gap, services.clock.now())
            _close(
                session, services, task, blocks.declined(person.name, task.body), f"Declined by {person.name}"
            )
        address = speaking.address_of(event, replace=True)
        speaking.send(session, services, CARD, **address, task_id=task.id)


def carry_out_change(services: Services, event: InboundEvent) -> None:
    """An editor approves with changes."""
    submitted = Submitted.from_payload(event.payload)
    services.directory.meet(submitted.user_id)
    with services.effect_of(event.id) as session:
        task_id = str(submitted.context.get("task_id"))
        person, task, refusal = _allowed(session, services, submitted.user_id, task_id)
        draft = draft_of(submitted.values)
        if task is None or draft.audience not in task.link["choices"]:
            speaking.reply(session, services, event, Speech(text=refusal or blocks.CLOSED))
            return
        task.link = task.link | {
            "question": draft.question,
            "answer": draft.answer,
            "audience": draft.audience,
            "expires_on": draft.expires_on.isoformat() if draft.expires_on else "",
        }
        _approve(session, services, task, draft, person)
        speaking.send(
            session,
            services,
            CARD,
            key=f"{KIND}:{task.id}:changed",
            kind="update",
            channel_id=submitted.context.get("channel_id"),
            ts=submitted.context.get("message_ts"),
            task_id=task.id,
        )


def _approve(session: Session, services: Services, task: Task, draft: Draft, editor: Person) -> None:
    approver = Approver(editor.email or editor.slack_user_id or "", editor.name)
    now, link = services.clock.now(), task.link["source"] or None
    pair = approve(session, services.workspace_id, draft, approver, now=now, link=link)
    if gap := _gap(session, services, task):
        gaps.publish(session, gap, pair.id, now)
    _close(
        session, services, task, blocks.approved(editor.name, draft.question), f"Approved by {editor.name}"
    )


def _gap(session: Session, services: Services, task: Task) -> gaps.KnowledgeGap | None:
    """The gap that a draft is to fill."""
    return gaps.find_gap(session, services.workspace_id, task.link.get("gap_id") or "", lock=True)


def _close(session: Session, services: Services, task: Task, told: Speech, decision: str) -> None:
    """The draft is decided, and its author hears how."""
    tasks.close_task(session, task.id, services.clock.now())
    task.link = task.link | {"decision": decision}
    session.add(task)
    key = f"{KIND}:{task.id}:told"
    speaking.say(session, services, told, key=key, kind="dm", slack_user_id=task.link["author"])


HANDLERS = {DECIDED: carry_out_decision, CHANGED: carry_out_change}
VIEWS = {CARD: View(render=_render, undeliverable=_next_editor)}
