"""App Home: shown when somebody opens it, and anew after what they do there."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING, Any

from bot import asking
from bot.blocks.account import QuestionLine
from bot.blocks.digest import short_lines
from bot.blocks.home import CHECKINS, DONE, REFRESH, HomePage, SetupLine, home_view
from bot.blocks.run_story import MARKS
from bot.blocks.tasks import MINE
from bot.blocks.text import brief, escaped, slack_date
from bot.listeners.approvals import waiting
from bot.listeners.run_story import pace_of
from bot.listeners.tasks import items_of, mark_done, may_work_on
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import TryLater, Unreachable
from bot.slack.once import remember
from store import people
from store.errors import GuidepostError
from store.insights.digest import digest
from store.insights.installation import installation
from store.insights.scope import period_of, scope_for
from store.insights.standing import standing_of
from store.insights.wording import arr_words
from store.tables import accounts, answers, playbooks, sources, tasks, workspaces, writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.services import Services
    from store.insights.installation import Installation
    from store.people import Person
    from store.tables import Account, InboundEvent

log = logging.getLogger(__name__)

OPENED, PRESSED = "home_opened", "home_pressed"
PERIOD = "7d"
QUESTIONS_SHOWN = 5
TROUBLES_SHOWN = 3


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
    for action_id in (CHECKINS, DONE, REFRESH):
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
        return HomePage(person.name, person.role, opted_out=person.opted_out, questions=questions)
    seen = people.visible_accounts(session, services.workspace_id, person)
    own = [account for account in seen if (account.csm_email or "").lower() == (person.email or "").lower()]
    return HomePage(
        person.name,
        person.role,
        customer=False,
        questions=questions,
        setup=_setup(session, services) if person.may_act_as("admin") else (),
        digest=_digest(session, services, person) if person.may_act_as("manager") else (),
        approvals=waiting(session, services, {account.id: account.name for account in own or seen}),
        tasks=tuple(items_of(session, services, person, MINE)),
        runs=_runs(session, services, own or seen),
        accounts=_accounts(session, services, own or seen),
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
        since = f"since {run.started_at:%-d %b}"
        lines.append(f"{MARKS[doing.state]} {names[run.account_id]}: {run.playbook}, {doing.state}, {since}")
    return tuple(lines)


def _accounts(session: Session, services: Services, of: Sequence[Account]) -> tuple[str, ...]:
    """The accounts, the next renewal first."""
    lines = []
    terms = {account.id: accounts.running_subscription(session, account.id) for account in of}
    for account in sorted(of, key=lambda one: term.renews_on if (term := terms[one.id]) else date.max):
        term = terms[account.id]
        renewal = f"renews {term.renews_on:%-d %b %Y}" if term else "no renewal date"
        standing = standing_of(session, account, services.clock.now().date())
        health = "health unknown" if standing.score is None else f"health {standing.score}"
        worth = arr_words(account.arr_minor, account.currency)
        lines.append(f"*{escaped(account.name)}*  {account.segment} · {worth} · {renewal} · {health}")
    return tuple(lines)


def _setup(session: Session, services: Services) -> tuple[SetupLine, ...]:
    found = installation(session, services.workspace_id)
    unmapped = found.accounts - found.mapped_channels
    return (
        SetupLine(
            found.documents > 0,
            f"Knowledge: {found.documents} documents, {found.passages} passages"
            + (f", synced {slack_date(found.synced_at)}" if found.synced_at else ""),
            "Run `guidepost knowledge sync FOLDER`.",
        ),
        _sources(session, services),
        SetupLine(
            found.accounts > 0,
            f"Accounts: {found.accounts}, with {found.subscriptions} subscriptions",
            "Run `guidepost accounts import accounts FILE.csv`, then contacts and subscriptions.",
        ),
        SetupLine(
            found.staff > 0,
            f"Staff: {found.staff}",
            "Run `guidepost accounts import staff FILE.csv`: it gives CSMs and managers their roles.",
        ),
        SetupLine(
            found.accounts == 0 or found.mapped_channels > 0,
            f"Customer channels: {found.mapped_channels} mapped, {max(unmapped, 0)} accounts without one",
            "Fill the column `channel` of accounts.csv and invite me to these channels.",
        ),
        SetupLine(
            services.answers.ready,
            "Models: " + ("loaded" if services.answers.ready else "still loading"),
            "This takes half a minute after a start; `guidepost doctor` says if something is wrong.",
        ),
        _chat_model(session, services),
        _faults(found),
    )


def _sources(session: Session, services: Services) -> SetupLine:
    troubles = sources.troubles(session, services.workspace_id)
    return SetupLine(
        not troubles,
        "Sources: all synced" if not troubles else f"Sources: {len(troubles)} with failures",
        "\n      ".join(f"{brief(uri, 100)}: {brief(what, 250)}" for uri, what in troubles[:TROUBLES_SHOWN]),
    )


def _chat_model(session: Session, services: Services) -> SetupLine:
    settings = services.settings
    if settings.guidepost_chat_model is None:
        return SetupLine(ok=True, text="Chat model: none, answers are quotes")
    today = writing.spent(session, services.workspace_id, services.clock.now().date())
    limit = settings.guidepost_chat_tokens_a_day
    budget = f" of {limit}" if limit else ""
    return SetupLine(
        not limit or today.tokens < limit,
        f"Chat model: {escaped(settings.guidepost_chat_model)}, {today.tokens}{budget} tokens today, "
        f"{today.failures} of {today.calls} calls without a usable answer",
        "The day's budget is spent, so answers are quotes; GUIDEPOST_CHAT_TOKENS_A_DAY raises it.",
    )


def _faults(found: Installation) -> SetupLine:
    last = f" (last reference: {found.last_error})" if found.last_error else ""
    aside = f", {found.set_aside_events} set aside because they stopped me" if found.set_aside_events else ""
    return SetupLine(
        not (found.failed_messages or found.failed_events or found.set_aside_events),
        f"Failures: {found.failed_messages} messages not delivered, "
        f"{found.failed_events} requests failed{aside}{last}",
        "The log has the reason under that reference; a bot that is not in a channel cannot write there.",
    )
