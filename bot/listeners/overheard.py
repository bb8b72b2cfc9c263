"""What our own people promise in a customer's channel is proposed to who said it, and noted once they say yes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot import asking, promise_keeping, speaking
from bot.blocks import promise as blocks
from bot.deliver import Moot, View
from bot.slack.incoming import Pressed, Said, parse_action
from bot.slack.messenger import Posted, Speech
from bot.slack.modals import context_of, open_modal, tell
from bot.slack.once import remember
from playbooks.promising import promised
from playbooks.workdays import Calendar
from store.tables import Account, InboundEvent, Promise, Proposal, channels, proposals

if TYPE_CHECKING:
    from datetime import date

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from store.tables import OutboxMessage

HEARD, DECIDED = "promise_heard", "proposal_decided"
CARD = "promise_proposal"
NOT_THEIRS = "That card is for who wrote the message; only they can say whether it is a promise."
GONE = "That is not there any more, so there is nothing to note."


def register(app: App, services: Services) -> None:
    """Listen to the buttons of the card."""

    def decided(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, DECIDED, pressed.event_key, pressed.to_payload())
        ack()

    def other_day(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        _open_form(services, parse_action(body, action))

    app.action(blocks.YES)(decided)
    app.action(blocks.NO)(decided)
    app.action(blocks.OTHER_DAY)(other_day)


def overhear(services: Services, said: Said) -> None:
    """Keep a message that may be a promise of ours; every other message is forgotten at once.

    A silent channel is not listened to, nor is whoever is known not to be ours.
    """
    if said.surface == "dm" or promised(said.text, _moment(said).date(), Calendar()) is None:
        return
    with services.database.reading() as session:
        policy = channels.policy_of(session, services.workspace_id, said.channel_id)
        is_customer = asking.person_of(session, services, said.user_id).kind == "contact"
    if policy != channels.SILENT and not is_customer:
        remember(services, HEARD, f"promise:{said.message_key}", said.to_payload())


def carry_out_heard(services: Services, event: InboundEvent) -> None:
    """Ask who said it whether it is a promise; what somebody else said is forgotten."""
    said = Said.from_payload(event.payload)
    services.directory.meet(said.user_id, team_id=said.user_team)
    asked = asking.who_asks(services, said.user_id, said.channel_id)
    calendar = services.calendar_of(asked.person.timezone)
    found = promised(said.text, calendar.date_of(_moment(said)), calendar)
    with services.effect_of(event.id) as session:
        if not asked.person.is_staff or asked.place.kind == "internal" or not asked.account_id or not found:
            session.get_one(InboundEvent, event.id).payload = event.payload | {"text": ""}
            return
        proposal = Proposal(
            workspace_id=services.workspace_id,
            key=f"heard:{said.message_key}",
            kind=proposals.PROMISE,
            account_id=asked.account_id,
            slack_user_id=said.user_id,
            channel_id=said.channel_id,
            message_ts=said.ts,
            text=found.text,
            due_on=found.due_on,
            asked_user_id=said.user_id,
            created_at=services.clock.now(),
        )
        if proposals.propose(session, proposal):
            speaking.send(
                session,
                services,
                CARD,
                key=f"proposal:{proposal.id}",
                kind="dm",
                slack_user_id=said.user_id,
                proposal_id=proposal.id,
            )


def _moment(said: Said) -> datetime:
    return datetime.fromtimestamp(float(said.ts), UTC)


def carry_out_decided(services: Services, event: InboundEvent) -> None:
    """Yes: it is a promise from now on. No: it never was."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        proposal = proposals.find_proposal(session, services.workspace_id, pressed.value)
        refusal = refusal_of(proposal, pressed.user_id)
        if proposal is None or proposal.due_on is None or refusal:
            speaking.reply(session, services, event, Speech(text=refusal or GONE))
            return
        yes = pressed.action_id == blocks.YES
        state = proposals.CONFIRMED if yes else proposals.DECLINED
        proposals.decide(session, proposal, state, by=pressed.user_id, now=services.clock.now())
        told = _note(session, services, proposal, proposal.due_on) if yes else blocks.NO_PROMISE
        speaking.reply(session, services, event, Speech(text=told), replace=True)


def refusal_of(proposal: Proposal | None, user_id: str) -> str:
    """Why somebody cannot decide about a proposal; empty if they can."""
    if proposal is None:
        return GONE
    if proposal.asked_user_id != user_id:
        return NOT_THEIRS
    return "" if proposal.state == proposals.OPEN else blocks.SETTLED[proposal.state]


def _note(session: Session, services: Services, proposal: Proposal, due: date) -> str:
    person = asking.person_of(session, services, proposal.slack_user_id)
    account = session.get_one(Account, proposal.account_id)
    promise = Promise(
        workspace_id=services.workspace_id,
        key=proposal.key,
        account_id=account.id,
        text=proposal.text,
        due_on=due,
        owner_email=person.email,
        said_by=proposal.slack_user_id,
        channel_id=proposal.channel_id,
        message_ts=proposal.message_ts,
        created_at=services.clock.now(),
    )
    promise_keeping.note(session, services, promise)
    return blocks.made_text(account.name, promise.due_on)


def _open_form(services: Services, pressed: Pressed) -> None:
    """Another day or other words: the form of "Make a promise", with what was understood."""
    with services.database.transaction() as session:
        proposal = proposals.find_proposal(session, services.workspace_id, pressed.value)
        account = session.get(Account, proposal.account_id) if proposal else None
        refusal = refusal_of(proposal, pressed.user_id)
    if proposal is None or account is None or proposal.due_on is None or refusal:
        tell(services, pressed, refusal or GONE)
        return
    said_at = {"said_in": proposal.channel_id, "ts": proposal.message_ts}
    context = context_of(pressed, account_id=account.id, proposal_id=proposal.id, **said_at)
    due = max(proposal.due_on, services.clock.now().date())
    open_modal(services, pressed, blocks.promise_modal(account.name, proposal.text, due, context))


def _render(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        proposal = session.get(Proposal, message.payload["proposal_id"])
        if proposal is None or proposal.state != proposals.OPEN or proposal.due_on is None:
            raise Moot("That is decided.")
        account = session.get_one(Account, proposal.account_id)
    link = services.messenger.permalink(Posted(proposal.channel_id, proposal.message_ts))
    return blocks.proposal_speech(proposal, account.name, proposal.due_on, link)


VIEWS = {CARD: View(render=_render)}
HANDLERS = {HEARD: carry_out_heard, DECIDED: carry_out_decided}
