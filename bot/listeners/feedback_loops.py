"""`/cs feedback`: what customers told us, found again by words or by meaning, decided, shipped, and told back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot import speaking
from bot.blocks import feedback_loops as blocks
from bot.listeners.commands import Subcommand, finish
from bot.listeners.gap_cards import link, reach
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, tell
from bot.slack.once import remember
from store.errors import GuidepostError
from store.insights.scope import scope_for
from store.insights.told_us import ASKED, matching, piece_seen, told_us
from store.tables import FeedbackLoop, LoopItem, loops

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from store.insights.told_us import Said
    from store.tables import InboundEvent

OPENED, DECIDED, SHIPPED = "told_us_opened", "told_us_decided", "told_us_shipped"
USAGE = 'Write `/cs feedback find "words" [@account]` to find what customers said, and open it to plan or decline it.'
_QUOTED = re.compile(r"[\"“”„«](.+?)[\"“”»]")


def register(app: App, services: Services) -> None:
    """Listen to the buttons of a piece of feedback and to its forms."""

    def opened(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, OPENED, pressed.event_key, pressed.to_payload())
        ack()

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        _open_form(services, parse_action(body, action))

    def taken(ack: Ack, body: dict[str, Any]) -> None:
        form, (kind, field, problem) = parse_submission(body), _FORMS[body["view"]["callback_id"]]
        if not form.values.get(field, "").strip():
            ack(response_action="errors", errors={field: problem})
            return
        remember(services, kind, form.event_key, form.to_payload())
        ack()

    app.action(blocks.OPEN)(opened)
    for action_id in (blocks.PLAN, blocks.DECLINE, blocks.SHIP):
        app.action(action_id)(wanted)
    for callback_id in _FORMS:
        app.view(callback_id)(taken)


_FORMS = {
    blocks.DECIDE_MODAL: (DECIDED, blocks.REASON, blocks.NO_REASON),
    blocks.SHIP_MODAL: (SHIPPED, blocks.WORDS, blocks.NO_WORDS),
}


def show(services: Services, call: Call) -> None:
    """Find what was said, or show what is planned."""
    verb, _, rest = call.words.partition(" ")
    if verb.lower() == "find" and rest.strip():
        _find(services, call, rest.strip())
    elif not verb:
        _planned(services, call)
    else:
        finish(services, call, Speech(text=USAGE))


def _find(services: Services, call: Call, rest: str) -> None:
    quoted = _QUOTED.search(rest)
    words, whose = (quoted[1], _QUOTED.sub("", rest, count=1)) if quoted else _without_account(rest)
    try:
        with services.database.reading() as session:
            scope = scope_for(session, services.workspace_id, call.asked.person, whose.strip())
            said = told_us(session, services.workspace_id, scope)
        scores = services.likeness.scores(words, [one.text for one in said])
    except GuidepostError as error:
        finish(services, call, Speech(text=str(error)))
        return
    found = matching(said, words, scores)
    finish(services, call, blocks.found_speech(words, found, lambda channel, ts: link(services, channel, ts)))


def _without_account(rest: str) -> tuple[str, str]:
    """Words and the account behind an @; without one, all are words."""
    words, at, account = rest.partition(" @")
    return words, f"@{account}" if at else ""


def _planned(services: Services, call: Call) -> None:
    with services.database.reading() as session:
        scope = reach(session, services, call.command.user_id)
        found = []
        for loop in loops.loops_in(session, services.workspace_id, (loops.PLANNED,)):
            mine = [one for one in loops.items_of(session, loop.id) if scope.covers(one.account_id)]
            found += [(loop, mine[0].feedback_id)] if mine else []
    finish(services, call, blocks.planned_speech(found, USAGE))


def carry_out_opened(services: Services, event: InboundEvent) -> None:
    """Show one piece with what became of it."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.database.reading() as session:
        speech = _card(session, services, pressed.user_id, pressed.value)
    with services.effect_of(event.id) as session:
        speaking.reply(session, services, event, speech)


def _card(session: Session, services: Services, user_id: str, feedback_id: str) -> Speech:
    scope = reach(session, services, user_id)
    said = piece_seen(session, services.workspace_id, feedback_id, scope)
    if said is None:
        return Speech(text=blocks.NOT_YOURS)
    loop = loops.find_loop(session, services.workspace_id, said.loop_id) if said.loop_id else None
    items = loops.items_of(session, loop.id) if loop else []
    seen = tuple(one for one in items if scope.covers(one.account_id))
    return blocks.loop_speech(
        blocks.LoopView(said, loop, seen, link(services, said.channel_id, said.message_ts))
    )


def _open_form(services: Services, pressed: Pressed) -> None:
    with services.database.reading() as session:
        scope = reach(session, services, pressed.user_id)
        said = piece_seen(session, services.workspace_id, pressed.value, scope)
        loop = (
            loops.find_loop(session, services.workspace_id, said.loop_id) if said and said.loop_id else None
        )
        asked = len({one.slack_user_id for one in loops.items_of(session, loop.id)}) if loop else 0
        others = told_us(session, services.workspace_id, scope) if said else []
    if said is None:
        tell(services, pressed, blocks.NOT_YOURS)
        return
    ships, planned = pressed.action_id == blocks.SHIP, pressed.action_id == blocks.PLAN
    if said.state in (loops.SHIPPED, loops.TOLD) or (ships and said.state != loops.PLANNED):
        tell(services, pressed, blocks.SETTLED)
        return
    context = context_of(pressed, feedback_id=said.id, state=loops.PLANNED if planned else loops.DECLINED)
    form = (
        blocks.ship_modal(context, loop, asked)
        if ships and loop
        else blocks.decide_modal(context, said, _alike(said, others), planned=planned)
    )
    open_modal(services, pressed, form)


def _alike(said: Said, others: list[Said]) -> list[Said]:
    """What others said, what has most words in common first; what is decided or no feedback is left out."""
    open_ones = [one for one in others if one.state == ASKED and one.id != said.id and one.kind != "churn"]
    words = set(re.findall(r"\w{4,}", said.text.casefold()))
    shared = [(len(words & set(re.findall(r"\w{4,}", one.text.casefold()))), one) for one in open_ones]
    return [one for count, one in sorted(shared, key=lambda pair: -pair[0]) if count]


def carry_out_decided(services: Services, event: InboundEvent) -> None:
    """Planned or declined, with its reason, for this piece and those that were added."""
    form = Submitted.from_payload(event.payload)
    services.directory.meet(form.user_id)
    state, reason = str(form.context.get("state")), form.values[blocks.REASON].strip()
    ids = [str(form.context.get("feedback_id")), *filter(None, form.values.get(blocks.ALSO, "").split(","))]
    with services.effect_of(event.id) as session:
        scope, now = reach(session, services, form.user_id), services.clock.now()
        pieces = [piece_seen(session, services.workspace_id, one, scope) for one in dict.fromkeys(ids)]
        seen = [one for one in pieces if one is not None]
        if pieces[0] is None or state not in (loops.PLANNED, loops.DECLINED):
            speaking.reply(session, services, event, Speech(text=blocks.NOT_YOURS))
            return
        loop = _loop(session, services, pieces[0])
        if loop is None:
            loop = FeedbackLoop(
                workspace_id=services.workspace_id, title=pieces[0].text, state=state, reason=reason,
                decided_by=form.user_id, decided_at=now,
            )  # fmt: skip
            session.add(loop)
            session.flush()
        elif not loops.decide(session, loop, state=state, reason=reason, by=form.user_id, now=now):
            speaking.reply(session, services, event, Speech(text=blocks.SETTLED))
            return
        for one in seen:
            loops.add_item(session, loop, _item(services, one))
        session.flush()
        speaking.reply(session, services, event, _card(session, services, form.user_id, pieces[0].id))


def _loop(session: Session, services: Services, said: Said) -> FeedbackLoop | None:
    return loops.find_loop(session, services.workspace_id, said.loop_id, lock=True) if said.loop_id else None


def _item(services: Services, said: Said) -> LoopItem:
    return LoopItem(
        workspace_id=services.workspace_id,
        loop_id="",
        feedback_id=said.id,
        account_id=said.account_id,
        slack_user_id=said.who,
        asked_at=said.at,
        added_at=services.clock.now(),
    )


def carry_out_shipped(services: Services, event: InboundEvent) -> None:
    """It is there: `bot.telling_back` tells those who asked."""
    form = Submitted.from_payload(event.payload)
    services.directory.meet(form.user_id)
    feedback_id, words = str(form.context.get("feedback_id")), form.values[blocks.WORDS].strip()
    with services.effect_of(event.id) as session:
        said = piece_seen(session, services.workspace_id, feedback_id, reach(session, services, form.user_id))
        loop = _loop(session, services, said) if said else None
        if loop is None or not loops.ship(session, loop, words, services.clock.now()):
            speaking.reply(
                session, services, event, Speech(text=blocks.SETTLED if said else blocks.NOT_YOURS)
            )
            return
        session.flush()
        speaking.reply(session, services, event, _card(session, services, form.user_id, feedback_id))


HANDLERS = {OPENED: carry_out_opened, DECIDED: carry_out_decided, SHIPPED: carry_out_shipped}

FEEDBACK = Subcommand(
    name="feedback",
    usage='feedback [find "words" [@account]]',
    description="What customers told us, and what became of it",
    role="csm",
    handler=show,
    example='feedback find "SSO"',
)
