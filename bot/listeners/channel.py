"""`/cs channel`: what the bot answers in a channel, by a word or by a modal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks.channel import (
    CHANGE,
    FOR_STAFF,
    IN_DM,
    MODAL,
    NOT_YOURS,
    POLICY,
    policy_modal,
    policy_speech,
    usage,
)
from bot.listeners.commands import Subcommand, answer
from bot.slack.incoming import parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, tell
from bot.slack.once import remember
from store import people
from store.tables import channels

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.asking import Asked
    from bot.listeners.commands import Call
    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.tables import InboundEvent

DECIDED = "channel_decided"


def register(app: App, services: Services) -> None:
    """Listen to the button that opens the modal, and to the modal."""

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        _open(services, parse_action(body, action))

    def decided(ack: Ack, body: dict[str, Any]) -> None:
        submitted = parse_submission(body)
        remember(services, DECIDED, submitted.event_key, submitted.to_payload())
        ack()

    app.action(CHANGE)(wanted)
    app.view(MODAL)(decided)


def show_or_set(services: Services, call: Call) -> None:
    """Say what holds, or decide by the word that is given."""
    wanted = call.words.lower().strip()
    channel_id = call.command.channel_id
    with services.effect_of(call.event.id) as session:
        refusal = refusal_for(session, services, call.asked)
        if refusal:
            answer(session, services, call, Speech(text=refusal))
        elif not wanted:
            policy = channels.policy_of(session, services.workspace_id, channel_id)
            answer(session, services, call, policy_speech(policy))
        elif wanted not in channels.POLICIES:
            answer(session, services, call, Speech(text=usage()))
        else:
            _set(session, services, channel_id, wanted, call.command.user_id)
            answer(session, services, call, policy_speech(wanted, changed=True), may_share=True)


def refusal_for(session: Session, services: Services, asked: Asked) -> str:
    """Why this person does not decide here; empty if they do."""
    if asked.place.kind == "dm":
        return IN_DM
    if not asked.person.may_act_as("csm"):
        return FOR_STAFF
    account = asked.place.account
    if account is None:
        return ""
    seen = people.visible_account_ids(session, services.workspace_id, asked.person)
    return "" if account.id in seen else NOT_YOURS


def carry_out(services: Services, event: InboundEvent) -> None:
    """Decide what the modal says."""
    submitted = Submitted.from_payload(event.payload)
    channel_id, policy = str(submitted.context.get("channel_id")), submitted.values.get(POLICY, "")
    asked = asking.who_asks(services, submitted.user_id, channel_id)
    with services.effect_of(event.id) as session:
        refusal = refusal_for(session, services, asked)
        if refusal or policy not in channels.POLICIES:
            speaking.reply(session, services, event, Speech(text=refusal or usage()))
            return
        _set(session, services, channel_id, policy, submitted.user_id)
        speaking.reply(session, services, event, policy_speech(policy, changed=True))


def _open(services: Services, pressed: Pressed) -> None:
    asked = asking.who_asks(services, pressed.user_id, pressed.channel_id or "")
    with services.database.reading() as session:
        refusal = refusal_for(session, services, asked)
        policy = channels.policy_of(session, services.workspace_id, pressed.channel_id or "")
    if refusal:
        tell(services, pressed, refusal)
    else:
        open_modal(services, pressed, policy_modal(policy, context_of(pressed)))


def _set(session: Session, services: Services, channel_id: str, policy: str, by: str) -> None:
    now = services.clock.now()
    channels.set_policy(session, services.workspace_id, channel_id, policy, by=by, now=now)


CHANNEL = Subcommand(
    name="channel",
    usage="channel [mention | every | private | silent]",
    description="What I answer in this channel",
    role="csm",
    handler=show_or_set,
    example="channel every",
)
