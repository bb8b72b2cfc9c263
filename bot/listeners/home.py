"""App Home: shown when somebody opens it, and anew after what they do there."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks.account import QuestionLine
from bot.blocks.digest import short_lines
from bot.blocks.figures import arr_of
from bot.blocks.home import CADENCE, CHECKINS, DONE, REFRESH, HomePage, home_view
from bot.blocks.run_story import MARKS
from bot.blocks.tasks import MINE
from bot.blocks.text import brief, escaped, slack_date, slack_day
from bot.listeners.admin import setup_lines
from bot.listeners.approvals import waiting
from bot.listeners.run_story import pace_of
from bot.listeners.tasks import items_of, mark_done, may_work_on
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import TryLater, Unreachable
from bot.slack.once import remember
from store import people
from store.errors import GuidepostError
from store.insights.digest import digest
from store.insights.scope import period_of, scope_for
from store.insights.standing import standings_of
from store.tables import accounts, answers, playbooks, tasks, workspaces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from store.people import Person
    from store.tables import Account, InboundEvent

log = logging.getLogger(__name__)

OPENED, PRESSED = "home_opened", "home_pressed"
PERIOD = "7d"
QUESTIONS_SHOWN = 5


def is_home_tab(event: dict[str, Any]) -> bool:
    """Whether the Home tab was opened, not the messages."""
    return event.get("tab") != "messages"


def register(app: App, services: Services) -> None:
    """Listen to the Home tab and to the buttons on it."""

    def opened(body: dict[str, Any], event: dict[str, Any]) -> None:
        key = str(body.get("event_id") or f"home:{event['user']}:{event.get('event_ts')}")
        remember(services, OPENED, key, {"user_id": event["user"]})

    def pressed(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        press = parse_action(body, action)
        remember(services, PRESSED, press.event_key, press.to_payload())
        ack()

    app.event("app_home_opened", matchers=[is_home_tab])(opened)
    for action_id in (CHECKINS, CADENCE, DONE, REFRESH):
        app.action(action_id)(pressed)


def carry_out_opened(services: Services, event: InboundEvent) -> None:
    """Show the person's page."""
    with services.effect_of(event.id):
        pass
    publish(services, event.payload["user_id"])


def carry_out_pressed(services: Services, event: InboundEvent) -> None:
    """Do what was pressed, and show the page as it is then."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    now = services.clock.now()
    with services.effect_of(event.id) as session:
        if pressed.action_id == CHECKINS:
            change = workspaces.opt_out if pressed.value == "out" else workspaces.opt_in
            change(session, services.workspace_id, pressed.user_id, now)
        elif pressed.action_id == CADENCE:
            workspaces.set_cadence(session, services.workspace_id, pressed.user_id, pressed.value, now)
        elif pressed.action_id == DONE:
            person = asking.person_of(session, services, pressed.user_id)
            task = tasks.find_task(session, services.workspace_id, pressed.value)
            if task is not None and may_work_on(session, services, person, task):
                mark_done(session, services, task, person)
    publish(services, pressed.user_id)


def publish(services: Services, user_id: str) -> None:
    """Show a person their page. It can be shown again at any time, so a refusal is only logged."""
    services.directory.meet(user_id)
    with services.database.transaction() as session:
        people.link_by_email(session, services.workspace_id, user_id, services.clock.now())
    with services.database.reading() as session:
        page = page_of(session, services, asking.person_of(session, services, user_id))
    try:
        services.messenger.publish_home(user_id, home_view(page))
    except (TryLater, Unreachable) as error:
        log.warning("App Home of %s could not be shown: %s", user_id, error)


def page_of(session: Session, services: Services, person: Person) -> HomePage:
    """What a person's page holds, by their role."""
    asked = answers.last_questions(
        session, services.workspace_id, limit=QUESTIONS_SHOWN, asked_by=person.slack_user_id or ""
    )
    questions = tuple(QuestionLine(one.text, one.status, one.asked_at) for one in asked)
    if not person.is_staff:
        return HomePage(
            person.name,
            person.role,
            opted_out=person.opted_out,
            cadence=_cadence(session, services, person),
            next_check_in=_next_check_in(session, services, person),
            questions=questions,
        )
    seen = people.visible_accounts(session, services.workspace_id, person)
    own = [account for account in seen if (account.csm_email or "").lower() == (person.email or "").lower()]
    return HomePage(
        person.name,
        person.role,
        customer=False,
        questions=questions,
        setup=setup_lines(session, services) if person.may_act_as("admin") else (),
        digest=_digest(session, services, person) if person.may_act_as("manager") else (),
        approvals=waiting(session, services, {account.id: account.name for account in own or seen}),
        tasks=tuple(items_of(session, services, person, MINE)),
        runs=_runs(session, services, own or seen),
        accounts=_accounts(session, services, own or seen, person.locale),
    )


def _cadence(session: Session, services: Services, person: Person) -> str:
    user = workspaces.find_user(session, services.workspace_id, person.slack_user_id or "")
    return user.cadence if user else "usual"


def _next_check_in(session: Session, services: Services, person: Person) -> datetime | None:
    """When the person, or a colleague of theirs, is asked next; who it will be is known when the time comes."""
    if person.contact is None:
        return None
    return playbooks.next_question(
        session,
        services.workspace_id,
        account_ids=[account.id for account in person.accounts],
        contact_id=person.contact.id,
        after=services.clock.now(),
    )


def _digest(session: Session, services: Services, person: Person) -> tuple[str, ...]:
    now = services.clock.now()
    try:
        scope = scope_for(session, services.workspace_id, person)
        made = digest(session, services.workspace_id, period_of(PERIOD, now), scope, now)
    except GuidepostError as error:
        return (str(error),)
    return (*short_lines(made), f"`/cs digest {PERIOD}` opens the rows behind each number.")


def _runs(session: Session, services: Services, of: Sequence[Account]) -> tuple[str, ...]:
    names = {account.id: account.name for account in of}
    lines = []
    for run in playbooks.open_runs(session, services.workspace_id, names):
        doing = pace_of(session, services, run)
        since = f"since {slack_date(run.started_at)}"
        what = f"{brief(names[run.account_id])}: {brief(run.playbook)}, {doing.state}, {since}"
        lines.append(f"{MARKS[doing.state]} {what}")
    return tuple(lines)


def _accounts(session: Session, services: Services, of: Sequence[Account], locale: str) -> tuple[str, ...]:
    """The accounts, the next renewal first."""
    terms = accounts.running_subscriptions(session, [account.id for account in of])
    standings = standings_of(session, of, services.clock.now().date())
    lines = []
    for account in sorted(of, key=lambda one: terms[one.id].renews_on if one.id in terms else date.max):
        term, standing = terms.get(account.id), standings[account.id]
        renewal = f"renews {slack_day(term.renews_on)}" if term else "no renewal date"
        health = "health unknown" if standing.score is None else f"health {standing.score}"
        worth = arr_of(account.arr_minor, account.currency, locale)
        lines.append(f"*{escaped(account.name)}*  {account.segment} · {worth} · {renewal} · {health}")
    return tuple(lines)
