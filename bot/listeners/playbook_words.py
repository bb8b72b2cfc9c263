"""What people write in words, in the thread of a playbook's question or while one is open, is its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playbooks import events
from store.tables import RunStep, outbox, playbooks

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot import asking
    from bot.services import Services
    from bot.slack.incoming import Said
    from store.people import Person
    from store.tables import InboundEvent


def read(services: Services, event: InboundEvent, said: Said, asked: asking.Asked) -> bool:
    """Words in the thread of a playbook's question, or to the bot while one is open, are its answer."""
    with services.database.reading() as session:
        step = step_answered(session, services, said, asked.person)
    if step is None:
        return False
    with services.effect_of(event.id) as session:
        replied = events.Replied(step.key, said.user_id, text=said.text)
        services.runner.handle_in(session, step.run_id, replied)
        if not said.thread_ts:
            _answer_there(session, services, step, said.user_id)
    return True


def _answer_there(session: Session, services: Services, step: RunStep, user_id: str) -> None:
    """Who answered outside the question's thread is answered where they wrote, not in that thread."""
    for kind in ("ack", "confirm", "again"):
        waiting = outbox.pending_with_prefix(
            session, workspace_id=services.workspace_id, key_prefix=f"{step.run_id}:{step.key}:{kind}:"
        )
        for message in waiting:
            if message.payload.get("to_slack_user_id") in (None, user_id):
                message.payload = message.payload | {"reply_to": None}
                session.add(message)


def step_answered(session: Session, services: Services, said: Said, person: Person) -> RunStep | None:
    """The step that a contact's words belong to.

    In a thread every word counts, once the question has expired what does not look like a question (it is passed
    on to the CSM); in a DM's top level only that, while a question is open.
    """
    if person.contact is None or said.mentions_bot:
        return None
    asks = said.text.rstrip().endswith("?")
    if said.thread_ts:
        step = playbooks.step_in_thread(session, services.workspace_id, said.channel_id, said.thread_ts)
        step = step or _step_asked_about(session, services, said.channel_id, said.thread_ts)
        heard = {"sent"} if asks else {"sent", "expired"}
        return step if step is not None and step.state in heard and step.asks else None
    if said.surface != "dm" or asks:
        return None
    return playbooks.open_question_of(session, services.workspace_id, [person.contact.id])


def _step_asked_about(session: Session, services: Services, channel_id: str, ts: str) -> RunStep | None:
    """The step that a message of ours beside its question is about: "right?", a reminder."""
    sent = outbox.find_sent(session, workspace_id=services.workspace_id, channel_id=channel_id, ts=ts)
    about = sent.payload if sent else {}
    return playbooks.find_step(session, about.get("run_id") or "", about.get("step_key") or "")
