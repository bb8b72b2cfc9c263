"""Complaints and praise in conversations: proposed to the account's CSM, feedback once a person has said so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import voices as blocks
from bot.deliver import Moot, View
from bot.listeners.about import account_seen
from bot.listeners.accounts import NOT_YOURS
from bot.listeners.helpers import helpers_for
from bot.services import NoVoices
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Posted, Speech
from bot.slack.once import remember
from store.tables import (
    Account,
    Proposal,
    conversations,
    events,
    feedback,
    happenings,
    playbooks,
    proposals,
)

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.asking import Asked
    from bot.services import Services
    from bot.slack.incoming import Said
    from store.tables import InboundEvent, Message, OutboxMessage

HEARD, DECIDED = "voice_heard", "voice_decided"
CARD = "voice_proposal"
FEWEST_WORDS = 3
A_DAY, CARDS_A_DAY = timedelta(hours=24), 3  # more than that is not put before one person
RATINGS = {proposals.COMPLAINT: -1, proposals.PRAISE: 1}
PRAISED = "signal.praise"  # what playbooks wait for


def register(app: App, services: Services) -> None:
    """Listen to the buttons of the card."""

    def decided(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, DECIDED, pressed.event_key, pressed.to_payload())
        ack()

    app.action(blocks.YES)(decided)
    app.action(blocks.NO)(decided)


def listen(session: Session, services: Services, said: Said, asked: Asked) -> None:
    """In the transaction that records a customer's message: have it looked at. Answers to playbooks are read there."""
    if isinstance(services.voices, NoVoices):  # nobody would look at it
        return
    if asked.account_id is None or asked.person.is_staff or len(said.text.split()) < FEWEST_WORDS:
        return
    if playbooks.step_in_thread(session, services.workspace_id, said.channel_id, said.root_ts) is not None:
        return
    events.remember(
        session,
        workspace_id=services.workspace_id,
        kind=HEARD,
        event_key=f"voice:{said.message_key}",
        payload={"channel_id": said.channel_id, "ts": said.ts, "account_id": asked.account_id},
        now=services.clock.now(),
    )


def carry_out_heard(services: Services, event: InboundEvent) -> None:
    """Put it before the account's CSM if it is a complaint or praise; a few a day, the rest is let go."""
    where = event.payload
    with services.database.reading() as session:
        message = conversations.message_at(session, services.workspace_id, where["channel_id"], where["ts"])
        account = session.get(Account, where["account_id"])
    voice = services.voices.kind_of(message.text) if message and message.text.strip() else None
    helpers = helpers_for(services, account) if voice else []
    with services.effect_of(event.id) as session:
        if message is None or account is None or voice is None or not helpers:
            return
        first = helpers[0].slack_user_id
        since = services.clock.now() - A_DAY
        told = proposals.asked_since(session, services.workspace_id, first, proposals.VOICES, since)
        if told < CARDS_A_DAY:
            _propose(session, services, _proposal(services, message, account.id, voice.kind), first)


def _proposal(services: Services, message: Message, account_id: str, kind: str) -> Proposal:
    return Proposal(
        workspace_id=services.workspace_id,
        key=f"heard:{message.channel_id}:{message.ts}",
        kind=kind,
        account_id=account_id,
        slack_user_id=message.slack_user_id,
        channel_id=message.channel_id,
        message_ts=message.ts,
        text=message.text,
        created_at=services.clock.now(),
    )


def _propose(session: Session, services: Services, proposal: Proposal, asked_user_id: str) -> None:
    proposal.asked_user_id = asked_user_id
    if proposals.propose(session, proposal):
        speaking.send(
            session,
            services,
            CARD,
            key=f"proposal:{proposal.id}",
            kind="dm",
            slack_user_id=asked_user_id,
            proposal_id=proposal.id,
        )


def carry_out_decided(services: Services, event: InboundEvent) -> None:
    """Yes: it is feedback from now on, and praise may begin what waits for it. No: it was nothing."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        proposal = proposals.find_proposal(session, services.workspace_id, pressed.value)
        person = asking.person_of(session, services, pressed.user_id)
        account = account_seen(session, services, person, proposal.account_id) if proposal else None
        if proposal is None or account is None or proposal.kind not in proposals.VOICES:
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        yes = pressed.action_id == blocks.YES
        state = proposals.CONFIRMED if yes else proposals.DECLINED
        if not proposals.decide(session, proposal, state, by=pressed.user_id, now=services.clock.now()):
            told = blocks.SETTLED[proposal.state]
        else:
            told = _note(session, services, proposal, account.name) if yes else blocks.NOTHING
        speaking.reply(session, services, event, Speech(text=told), replace=True)
    services.wake_workers()


def _note(session: Session, services: Services, proposal: Proposal, account: str) -> str:
    """The feedback, dated when it was heard; an account's praise is told to playbooks."""
    new = feedback.record_remark(
        session,
        workspace_id=services.workspace_id,
        slack_user_id=proposal.slack_user_id,
        account_id=proposal.account_id,
        channel_id=proposal.channel_id,
        message_ts=proposal.message_ts,
        text=proposal.text,
        now=proposal.created_at,
        rating=RATINGS[proposal.kind],
        kind=proposal.kind,
    )
    if proposal.kind == proposals.PRAISE:
        happenings.tell(
            session,
            workspace_id=services.workspace_id,
            account_id=proposal.account_id,
            key=f"praise:{proposal.id}",
            name=PRAISED,
            now=services.clock.now(),
            data={"why": proposal.text},
        )
    return blocks.noted_text(proposal.kind, account) if new else blocks.NOTED_BEFORE


def _render(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        proposal = session.get(Proposal, message.payload["proposal_id"])
        if proposal is None or proposal.state != proposals.OPEN:
            raise Moot("That is decided.")
        account = session.get_one(Account, proposal.account_id)
        who = asking.person_of(session, services, proposal.slack_user_id).name
    link = services.messenger.permalink(Posted(proposal.channel_id, proposal.message_ts))
    return blocks.proposal_speech(proposal, who, account.name, link)


VIEWS = {CARD: View(render=_render)}
HANDLERS = {HEARD: carry_out_heard, DECIDED: carry_out_decided}
