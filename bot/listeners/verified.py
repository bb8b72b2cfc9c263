"""The message shortcut "Add to knowledge base": a CSM writes a draft; once an editor approves it, it is a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks.kb_draft import no_editor, proposed
from bot.blocks.verified import MODAL, NOT_FOR_YOU, approval_modal, approved_text, readers
from bot.listeners import kb_drafts
from bot.slack.messenger import Posted, Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, take_form, tell
from bot.verifying.answers import (
    USUAL_LIFE,
    Approver,
    Draft,
    approve,
    draft_of,
    problems,
)
from store import access
from store.tables import Account, conversations

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.tables import InboundEvent

SHORTCUT = "add_to_knowledge_base"
PROPOSED = "answer_approved"
LOOKED_BACK = 12  # messages of the thread in which the question is looked for


def register(app: App, services: Services) -> None:
    """Listen to the shortcut and to the modal that it opens."""

    def wanted(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        pressed = asking.shortcut_used(services, body)
        view = _modal_for(services, pressed, spoken_by=(body.get("message") or {}).get("user") or "")
        if view is None:
            tell(services, pressed, NOT_FOR_YOU)
        else:
            open_modal(services, pressed, view)

    def approved(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        take_form(
            ack,
            services,
            PROPOSED,
            submitted,
            problems(draft_of(submitted.values), services.clock.now().date()),
        )

    app.shortcut(SHORTCUT)(wanted)
    app.view(MODAL)(approved)


def carry_out(services: Services, event: InboundEvent) -> None:
    """Show the draft to an editor. The only editor there is approves their own at once; others need one."""
    submitted = Submitted.from_payload(event.payload)
    channel, ts = submitted.context.get("channel_id"), submitted.context.get("ts")
    link = services.messenger.permalink(Posted(channel, ts)) if channel and ts else None
    draft = draft_of(submitted.values)
    editors = kb_drafts.editors_besides(services, submitted.user_id)
    with services.effect_of(event.id) as session:
        person = asking.person_of(session, services, submitted.user_id)
        choices = _choices(session, services, channel)
        if not person.may_act_as("csm") or draft.audience not in choices:
            speaking.reply(session, services, event, Speech(text=NOT_FOR_YOU))
            return
        if editors:
            key = f"kb:{event.id}"
            kb_drafts.propose(session, services, draft, person, editors, key=key, choices=choices, link=link)
            speaking.reply(session, services, event, proposed(editors[0].name, draft.question))
            return
        if not person.may_act_as("manager"):
            speaking.reply(session, services, event, Speech(text=no_editor(draft.question, draft.answer)))
            return
        approver = Approver(person.email or submitted.user_id, person.name)
        pair = approve(session, services.workspace_id, draft, approver, now=services.clock.now(), link=link)
        text = approved_text(pair.id, draft.question, choices[draft.audience], draft.expires_on)
        speaking.reply(session, services, event, Speech(text=text))


def _modal_for(services: Services, pressed: Pressed, spoken_by: str) -> dict[str, Any] | None:
    """The modal with question and answer as far as the thread tells them; None for who may not approve."""
    with services.database.reading() as session:
        if not asking.person_of(session, services, pressed.user_id).may_act_as("csm"):
            return None
        choices = _choices(session, services, pressed.channel_id)
        question, answer = _found(session, services, pressed, spoken_by)
    expires_on = (services.clock.now() + USUAL_LIFE).date()
    draft = Draft(question, answer, next(iter(choices)), expires_on)
    return approval_modal(draft, choices, context_of(pressed, ts=pressed.message_ts or ""))


def _found(session: Session, services: Services, pressed: Pressed, spoken_by: str) -> tuple[str, str]:
    """The message as the answer, with the customer's last question before it; or as the question itself."""
    speaker = asking.person_of(session, services, spoken_by) if spoken_by else None
    if spoken_by != services.bot_user_id and (speaker is None or not speaker.is_staff):
        return pressed.value, ""
    conversation = conversations.find_conversation(
        session,
        workspace_id=services.workspace_id,
        channel_id=pressed.channel_id or "",
        thread_ts=pressed.thread_ts or pressed.message_ts or "",
    )
    before = pressed.message_ts or ""
    if conversation is None:  # written beside the threads: what was asked last in the channel
        last = conversations.last_question_before(
            session, services.workspace_id, pressed.channel_id or "", before
        )
        return (last.text if last else ""), pressed.value
    earlier = conversations.earlier_messages(session, conversation.id, before_ts=before, limit=LOOKED_BACK)
    asked = [message.text for message in earlier if message.author == "person" and message.is_question]
    return (asked[-1] if asked else ""), pressed.value


def _choices(session: Session, services: Services, channel_id: str | None) -> dict[str, str]:
    account: Account | None = (
        access.account_of_channel(session, services.workspace_id, channel_id) if channel_id else None
    )
    return readers(account.id if account else None, account.name if account else "")
