"""`/cs gaps`: what was asked and not found, whom it touches, and the way from there to an article.

A gap is opened, drafted from the threads where a person solved it, edited and proposed; an editor approves it as any
draft for the knowledge base (`kb_drafts`), and `bot.telling_back` tells the askers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import asking, gap_drafts, speaking
from bot.blocks import gaps as blocks
from bot.blocks.kb_draft import no_editor, proposed
from bot.blocks.text import brief
from bot.blocks.verified import approval_modal, approved_text
from bot.listeners import gap_cards as cards
from bot.listeners import kb_drafts
from bot.listeners.commands import Subcommand, finish
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.modals import Submitted, context_of, open_modal, parse_submission, take_form, tell
from bot.slack.once import remember
from bot.verifying.answers import USUAL_LIFE, Approver, Draft, approve, draft_of, problems
from store.errors import GuidepostError
from store.gathering import gather
from store.insights.gaps import top_gaps
from store.insights.scope import scope_for
from store.tables import gaps

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from store.insights.gaps import Gap
    from store.tables import InboundEvent

OPENED, DRAFTED, PROPOSED = "gap_opened", "gap_drafted", "gap_proposed"
DISMISSED, GIVEN = "gap_dismissed", "gap_given"
FILLED = (gaps.PUBLISHED, gaps.TOLD)


def register(app: App, services: Services) -> None:
    """Listen to the buttons of a gap and to its forms."""

    def opened(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        _store(services, OPENED, parse_action(body, action))
        ack()

    def drafted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        _store(services, DRAFTED, parse_action(body, action))
        ack()

    def wanted(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        _open_form(services, parse_action(body, action))

    def submitted(ack: Ack, body: dict[str, Any]) -> None:
        form, kind = parse_submission(body), _KINDS[body["view"]["callback_id"]]
        take_form(ack, services, kind, form, _problems(services, kind, form))

    app.action(blocks.OPEN)(opened)
    app.action(blocks.DRAFT)(drafted)
    for action_id in (blocks.EDIT, blocks.DISMISS, blocks.OWNER):
        app.action(action_id)(wanted)
    for callback_id in _KINDS:
        app.view(callback_id)(submitted)


_KINDS = {blocks.DRAFT_MODAL: PROPOSED, blocks.DISMISS_MODAL: DISMISSED, blocks.OWNER_MODAL: GIVEN}


def _store(services: Services, kind: str, pressed: Pressed) -> None:
    remember(services, kind, pressed.event_key, pressed.to_payload())


def show(services: Services, call: Call) -> None:
    """The gaps of the accounts that are named, or of the reader's own."""
    with services.database.transaction() as session:  # what was asked a moment ago is in it, too
        gather(session, services.workspace_id, services.clock.now())
    try:
        with services.database.reading() as session:
            scope = scope_for(session, services.workspace_id, call.asked.person, call.words)
            found = top_gaps(session, services.workspace_id, scope, limit=None)
            filled = top_gaps(session, services.workspace_id, scope, limit=None, states=FILLED)
            owners = {
                one.owner_email: cards.name(session, services, one.owner_email)
                for one in found
                if one.owner_email
            }
    except GuidepostError as error:
        finish(services, call, Speech(text=str(error)))
        return
    finish(services, call, blocks.list_speech(scope.label, found, owners, len(filled)))


def carry_out_opened(services: Services, event: InboundEvent) -> None:
    """Show one gap to whoever pressed."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.database.reading() as session:
        gap = cards.seen(session, services, pressed.user_id, pressed.value)
        speech = cards.card(session, services, gap) if gap else Speech(text=blocks.NOT_YOURS)
    with services.effect_of(event.id) as session:
        speaking.reply(session, services, event, speech)


def carry_out_drafted(services: Services, event: InboundEvent) -> None:
    """Put a draft together from the threads where a person solved it; with a chat model that takes a while."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.database.reading() as session:
        gap = cards.seen(session, services, pressed.user_id, pressed.value)
        solved = gap_drafts.solved_in(session, services, gap) if gap else []
    article = gap_drafts.compose(services, gap, solved) if gap else None
    with services.effect_of(event.id) as session:
        row = gaps.find_gap(session, services.workspace_id, pressed.value, lock=True)
        if gap is None or article is None or row is None:
            speaking.reply(session, services, event, Speech(text=blocks.NOT_YOURS))
        elif row.state != gaps.OPEN:
            speaking.reply(session, services, event, Speech(text=blocks.CLOSED))
        else:
            words = {"question": article.question, "answer": article.answer, "written": article.written}
            gaps.draft(session, row, words, services.clock.now())
            speaking.reply(session, services, event, cards.card(session, services, gap), replace=True)


def _open_form(services: Services, pressed: Pressed) -> None:
    with services.database.reading() as session:
        gap = cards.seen(session, services, pressed.user_id, pressed.value)
        row = gaps.find_gap(session, services.workspace_id, pressed.value)
        words = dict(row.draft) if row else {}
    if gap is None or gap.state != gaps.OPEN:
        tell(services, pressed, blocks.NOT_YOURS if gap is None else blocks.CLOSED)
        return
    context = context_of(pressed, gap_id=gap.id)
    if pressed.action_id == blocks.DISMISS:
        open_modal(services, pressed, blocks.dismiss_modal(context, gap.title))
    elif pressed.action_id == blocks.OWNER:
        open_modal(services, pressed, blocks.owner_modal(context, gap.title))
    else:
        choices = cards.choices(gap)
        expires = (services.clock.now() + USUAL_LIFE).date()
        draft = Draft(
            words.get("question") or gap.title, words.get("answer") or "", cards.usual(choices, gap), expires
        )
        form = approval_modal(draft, choices, context, callback_id=blocks.DRAFT_MODAL, submit="Propose")
        open_modal(services, pressed, form)


def _problems(services: Services, kind: str, form: Submitted) -> dict[str, str]:
    values = form.values
    if kind == PROPOSED:
        return problems(draft_of(values), services.clock.now().date())
    if kind == DISMISSED:
        return {} if values.get(blocks.REASON, "").strip() else {blocks.REASON: blocks.NO_REASON}
    with services.database.reading() as session:
        taker = asking.person_of(session, services, values.get(blocks.PERSON, ""))
    return {} if taker.may_act_as("csm") and taker.email else {blocks.PERSON: blocks.NOT_STAFF}


def carry_out_proposed(services: Services, event: InboundEvent) -> None:
    """The edited draft goes to an editor; an editor who is the only one approves at once."""
    form = Submitted.from_payload(event.payload)
    services.directory.meet(form.user_id)
    draft, gap_id = draft_of(form.values), str(form.context.get("gap_id"))
    editors = kb_drafts.editors_besides(services, form.user_id)
    with services.effect_of(event.id) as session:
        gap, row = _to_change(session, services, form)
        if gap is None or row is None or draft.audience not in cards.choices(gap):
            speaking.reply(session, services, event, Speech(text=blocks.CLOSED))
            return
        person, now = asking.person_of(session, services, form.user_id), services.clock.now()
        if editors:
            kb_drafts.propose(
                session, services, draft, person, editors,
                key=f"kb:{event.id}", choices=cards.choices(gap), link=cards.solved_link(session, services, gap), gap_id=gap_id,
            )  # fmt: skip
            gaps.propose(session, row, now)
            speaking.reply(session, services, event, proposed(editors[0].name, draft.question))
        elif person.may_act_as("manager"):
            approver = Approver(person.email or form.user_id, person.name)
            pair = approve(session, services.workspace_id, draft, approver, now=now)
            gaps.publish(session, row, pair.id, now)
            said = approved_text(
                pair.id, draft.question, cards.choices(gap)[draft.audience], draft.expires_on
            )
            speaking.reply(session, services, event, Speech(text=said))
        else:
            speaking.reply(session, services, event, Speech(text=no_editor(draft.question, draft.answer)))


def carry_out_dismissed(services: Services, event: InboundEvent) -> None:
    """Nobody will fill it, and why."""
    form = Submitted.from_payload(event.payload)
    services.directory.meet(form.user_id)
    with services.effect_of(event.id) as session:
        gap, row = _to_change(session, services, form)
        reason = form.values[blocks.REASON].strip()[: blocks.REASON_LIMIT]
        if gap is None or row is None or not gaps.dismiss(session, row, reason, services.clock.now()):
            speaking.reply(session, services, event, Speech(text=blocks.CLOSED))
            return
        text = f"Dismissed: “{brief(gap.title, 150)}”. It stays closed, also when it is asked again."
        speaking.reply(session, services, event, Speech(text=text))


def carry_out_given(services: Services, event: InboundEvent) -> None:
    """It is another colleague's, who hears of it."""
    form = Submitted.from_payload(event.payload)
    taker_id = form.values[blocks.PERSON]
    for user_id in (form.user_id, taker_id):
        services.directory.meet(user_id)
    with services.effect_of(event.id) as session:
        gap, row = _to_change(session, services, form)
        taker = asking.person_of(session, services, taker_id)
        if gap is None or row is None or not taker.email:
            speaking.reply(session, services, event, Speech(text=blocks.CLOSED))
            return
        gaps.give(session, row, taker.email, services.clock.now())
        if taker_id != form.user_id:
            giver = asking.person_of(session, services, form.user_id).name
            key = f"gap_given:{event.id}"
            speech = blocks.given_speech(gap, giver)
            speaking.say(session, services, speech, key=key, kind="dm", slack_user_id=taker_id)
        text = f"“{brief(gap.title, 150)}” is {brief(taker.name)}'s now."
        speaking.reply(session, services, event, Speech(text=text))


def _to_change(
    session: Session, services: Services, form: Submitted
) -> tuple[Gap | None, gaps.KnowledgeGap | None]:
    """The gap of a form and its row, if whoever sent it sees the gap and it is open."""
    gap_id = str(form.context.get("gap_id"))
    row = gaps.find_gap(session, services.workspace_id, gap_id, lock=True)
    gap = cards.seen(session, services, form.user_id, gap_id)
    return (gap, row) if gap is not None and row is not None and row.state == gaps.OPEN else (None, None)


HANDLERS = {
    OPENED: carry_out_opened,
    DRAFTED: carry_out_drafted,
    PROPOSED: carry_out_proposed,
    DISMISSED: carry_out_dismissed,
    GIVEN: carry_out_given,
}

GAPS = Subcommand(
    name="gaps",
    usage="gaps [@account | segment | csm]",
    description="What was asked and not found, and the way to an article",
    role="csm",
    handler=show,
    example="gaps @Harbour",
)
