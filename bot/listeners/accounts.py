"""`/cs account @x`: an account at a glance, for staff who may see it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks.account import (
    PICK,
    AccountCard,
    ContactLine,
    MomentLine,
    QuestionLine,
    account_speech,
    nobody_speech,
    picker_speech,
)
from bot.blocks.figures import USUAL
from bot.listeners.commands import Subcommand, finish
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Posted, Speech
from bot.slack.once import remember
from store import people
from store.finding import find_account
from store.insights.account_card import behind
from store.insights.account_health import work_out
from store.insights.account_rows import read_account
from store.insights.standing import standing_of
from store.tables import Account, accounts, answers, playbooks, tasks

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from store.access import Place
    from store.insights.account_card import Behind, Moment
    from store.tables import InboundEvent

PICKED = "account_picked"
QUESTIONS_SHOWN = 3
USAGE = "Which account? Write `/cs account` and a name, a #channel or an @person of theirs."
NOT_YOURS = "That account is not among yours."


def register(app: App, services: Services) -> None:
    """Listen to the picker."""

    def picked(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, PICKED, pressed.event_key, pressed.to_payload())
        ack()

    app.action(PICK)(picked)


def show(services: Services, call: Call) -> None:
    """The card of the account that is named, or the choice."""
    if not call.words and call.asked.account is None:
        finish(services, call, Speech(text=USAGE))
        return
    with services.database.reading() as session:
        account, speech = named_account(session, services, call, action_id=PICK)
        if account is not None:
            locale = USUAL if call.share else call.asked.person.locale
            card, found = _whole(session, services, account, locale)
    if account is not None:
        speech = account_speech(_linked(services, card, found))
    finish(services, call, speech, may_share=account is not None and _is_theirs(account, call.asked.place))


def named_account(
    session: Session, services: Services, call: Call, *, action_id: str, value: str = "{}"
) -> tuple[Account | None, Speech]:
    """The account that a command's words mean, or what to say instead: a picker, or that there is none.

    Nothing named: the account of the channel.

    Args:
        session: a session.
        services: the running bot.
        call: its words are the name, and nothing else.
        action_id: of the picker's menu.
        value: of the menu's options, `{}` standing for the account's id; at most 150 characters.
    """
    visible = people.visible_accounts(session, services.workspace_id, call.asked.person)
    ids = {account.id for account in visible}
    if not call.words and call.asked.account is not None and call.asked.account.id in ids:
        return call.asked.account, Speech(text="")
    match = find_account(session, services.workspace_id, call.words, ids)
    if match.account is not None:
        return match.account, Speech(text="")
    if not match.accounts:
        return None, nobody_speech(call.words, [account.name for account in visible])
    choices = [(account.name, value.replace("{}", account.id)) for account in match.accounts]
    return None, picker_speech(call.words, choices, action_id=action_id, certain=match.certain)


def carry_out_pick(services: Services, event: InboundEvent) -> None:
    """The card of the account that was chosen, in the place of the menu."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    with services.database.reading() as session:
        person = asking.person_of(session, services, pressed.user_id)
        account = session.get(Account, pressed.value)
        visible = people.visible_account_ids(session, services.workspace_id, person)
        is_theirs = account is not None and person.is_staff and account.id in visible
        if account is not None and is_theirs:
            card, found = _whole(session, services, account, person.locale)
    speech = account_speech(_linked(services, card, found)) if is_theirs else Speech(text=NOT_YOURS)
    with services.effect_of(event.id) as session:
        speaking.reply(session, services, event, speech, replace=is_theirs)


def _whole(session: Session, services: Services, account: Account, locale: str) -> tuple[AccountCard, Behind]:
    """The card, its health worked out now as `/cs health why` does, and what stands behind it."""
    rows = read_account(session, account, services.clock.now())
    card = replace(card_of(session, services, account, locale), health=work_out(session, rows).score)
    return card, behind(rows)


def _linked(services: Services, card: AccountCard, found: Behind) -> AccountCard:
    """The card with what stands behind it; asks Slack for addresses, so not for a transaction."""
    return replace(
        card,
        health_inputs=found.health,
        goals=found.goals,
        promises=found.promises,
        open_questions=tuple(_moment(services, one) for one in found.open_questions),
        moments=tuple(_moment(services, one) for one in found.moments),
    )


def _moment(services: Services, one: Moment) -> MomentLine:
    link = services.messenger.permalink(Posted(one.channel_id, one.ts)) if one.channel_id and one.ts else None
    return MomentLine(one.on, one.text, link)


def card_of(session: Session, services: Services, account: Account, locale: str = USUAL) -> AccountCard:
    """What the store knows of an account; `locale` is of the one person who reads it."""
    now, workspace_id = services.clock.now(), services.workspace_id
    term = accounts.running_subscription(session, account.id)
    standing = standing_of(session, account, now.date())
    csm = people.owner_of(session, account)
    todo = tasks.open_tasks(session, workspace_id, account_ids=[account.id])
    asked = answers.last_questions(session, workspace_id, limit=QUESTIONS_SHOWN, account_ids=[account.id])
    return AccountCard(
        account_id=account.id,
        name=account.name,
        segment=account.segment,
        stage=account.stage,
        plan=account.plan or "",
        seats=account.seats,
        arr_minor=account.arr_minor,
        currency=account.currency,
        health=standing.score,
        sentiment=standing.sentiment or "",
        goal=account.goal or "",
        renews_on=term.renews_on if term else None,
        days_to_renewal=(term.renews_on - now.date()).days if term else None,
        auto_renews=bool(term and term.auto_renews),
        csm=csm.name if csm else "",
        channel_id=account.slack_channel_id,
        contacts=tuple(
            ContactLine(one.name, one.persona, one.title or "", one.opted_out_at is not None)
            for one in accounts.contacts_of(session, account.id)
        ),
        usage=tuple(
            f"{fact.note or f'{fact.kind}: {fact.value}'} ({fact.observed_on:%-d %b %Y})"
            for fact in accounts.latest_usage(session, account.id)
        ),
        runs=tuple(
            f"{run.playbook}, {run.state}, since {run.started_at:%-d %b %Y}"
            for run in playbooks.open_runs(session, workspace_id, [account.id])
        ),
        open_tasks=len(todo),
        overdue_tasks=sum(task.due_at is not None and task.due_at < now for task in todo),
        questions=tuple(QuestionLine(one.text, one.status, one.asked_at) for one in asked),
        locale=locale,
    )


def _is_theirs(account: Account, place: Place) -> bool:
    """Whether a card may be shown in a channel: only where all members are staff who see the account."""
    return place.kind == "internal" and account.id in place.shared_account_ids


ACCOUNT = Subcommand(
    name="account",
    usage="account @customer",
    description="An account at a glance: renewal, health and why, goals, promises, people, last moments",
    role="csm",
    handler=show,
    example="account Harbour",
)
