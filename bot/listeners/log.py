"""`/cs log @x`: calls, meetings, e-mails and notes, what was promised, and news that playbooks begin with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot import asking, goal_words, promise_keeping, speaking
from bot.blocks import log as blocks
from bot.listeners.about import About, account_seen, changing, reading
from bot.listeners.accounts import NOT_YOURS
from bot.listeners.commands import Subcommand
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.once import remember
from store import news
from store.errors import StoreError
from store.tables import Account, Activity, Promise, accounts, activities, promises

if TYPE_CHECKING:
    from datetime import date

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.about import Changes, Told
    from bot.services import Services
    from store.tables import InboundEvent

SETTLED = "promise_settled"
LONGEST = 3000  # characters of a note
SHOWN = 10
USAGE = (
    "Write `/cs log @account call They plan a second depot`, or `meeting`, `email`, `note`; "
    "`promise 2026-06-01 We send the export` for what you said you would do; `growth They open a second depot`, "
    "`department Finance`, `use Invoices` for what they need more for; `trial until 2026-06-01` when they try it."
)
PROSPECTS = ("consideration", "decision")


@dataclass(frozen=True)
class Sign:
    """A sign that a customer may need more: the fact that it is, in words for staff and for the customer."""

    kind: str
    title: str
    told: str  # the customer may read it; only what is short and theirs is quoted


SIGNS = {
    "growth": Sign(news.GROWTH, "Growth", "You told us that you expect to grow"),
    "department": Sign(news.DEPARTMENT, "A new department", "{} uses it now as well"),
    "use": Sign(news.USE_CASE, "A use", "You use it for this as well: {}"),
}
_ON = re.compile(r"^on\s+(\S+)\s+", re.IGNORECASE)


def register(app: App, services: Services) -> None:
    """Listen to the buttons of promises."""

    def settled(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, SETTLED, pressed.event_key, pressed.to_payload())
        ack()

    for action_id in blocks.SETTLES:
        app.action(action_id)(settled)


def show(services: Services, told: Told) -> Speech:
    """What was written down."""
    with services.database.reading() as session:
        return shown(session, services, told.account)


def _logging(kind: str) -> Changes:
    def log(session: Session, services: Services, told: Told) -> Speech:
        happened_on, text = _day_and_text(told.rest, services.clock.now().date())
        _write_down(session, services, told, kind=kind, text=text, on=happened_on)
        return shown(session, services, told.account, f":white_check_mark: {kind.capitalize()} noted.")

    return log


def _write_down(session: Session, services: Services, told: Told, *, kind: str, text: str, on: date) -> None:
    activity = Activity(
        workspace_id=services.workspace_id,
        key=f"command:{told.event.id}",
        account_id=told.account.id,
        kind=kind,
        text=text[:LONGEST],
        by_name=told.person.name,
        by_email=told.person.email,
        happened_on=on,
        created_at=services.clock.now(),
    )
    activities.log_activity(session, activity)


def _telling(verb: str) -> Changes:
    """`growth`, `department`, `use`: what the customer said of more, which playbooks may begin with."""

    def log(session: Session, services: Services, told: Told) -> Speech:
        happened_on, text = _day_and_text(told.rest, services.clock.now().date())
        words = f"{SIGNS[verb].title}: {text}"
        _write_down(session, services, told, kind="note", text=words, on=happened_on)
        said = note_sign(session, services, told.account, verb, text=text, on=happened_on)
        return shown(session, services, told.account, said)

    return log


def note_sign(
    session: Session, services: Services, account: Account, verb: str, *, text: str, on: date
) -> str:
    """Note a sign of growth and tell playbooks; what to say to whoever noted it."""
    sign, words = SIGNS[verb], text.strip(" .")
    happens = news.note(
        session, workspace_id=services.workspace_id, account_id=account.id, kind=sign.kind, value=words[:LONGEST],
        note=sign.told.format(words), on=on, now=services.clock.now(),
    )  # fmt: skip
    heard = (
        "Playbooks hear of it."
        if happens
        else "It was noted before, or is long ago: no playbook begins with it."
    )
    return f":white_check_mark: {sign.title} noted. {heard}"


def trial(session: Session, services: Services, told: Told) -> Speech:
    """`trial`, `trial until DATE`: they try it from today on."""
    word, _, day = told.rest.strip().partition(" ")
    now, account = services.clock.now(), told.account
    until = goal_words.read_date(day.strip()) if word.lower() == "until" else None
    if word and until is None:
        raise StoreError("Until when? Write `trial`, or `trial until 2026-06-01`.")
    if until and until <= now.date():
        raise StoreError(f"{until:%-d %b %Y} is over, so that the trial would be as well. Name its last day.")
    if account.stage not in PROSPECTS:
        raise StoreError(
            f"{account.name} is a customer; the playbook for trials is for prospects. "
            "Import them with the stage `consideration` or `decision` if they are one."
        )
    if until:
        accounts.note_fact(
            session, workspace_id=services.workspace_id, account_id=account.id, kind=news.TRIAL_END,
            value=until.isoformat(), on=now.date(), now=now,
        )  # fmt: skip
    news.note(
        session, workspace_id=services.workspace_id, account_id=account.id, kind=news.TRIAL,
        value=now.date().isoformat(), on=now.date(), now=now,
    )  # fmt: skip
    words = f"Trial begun, until {until:%-d %b %Y}" if until else "Trial begun"
    _write_down(session, services, told, kind="note", text=words, on=now.date())
    return shown(session, services, account, f":white_check_mark: {words}. Playbooks hear of it.")


def _day_and_text(words: str, today: date) -> tuple[date, str]:
    """`on 2026-03-01 They called` is about that day; without one, today."""
    found = _ON.match(words)
    text = words[found.end() :].strip() if found else words.strip()
    if not text:
        raise StoreError(f"What happened? {USAGE}")
    day = goal_words.read_date(found[1]) if found else today
    if day > today:
        raise StoreError(f"{day:%-d %b %Y} is still to come; log what has happened.")
    return day, text


def promise(session: Session, services: Services, told: Told) -> Speech:
    """`promise DATE TEXT`: what we said we would do, and until when."""
    day, _, text = told.rest.partition(" ")
    if not text.strip():
        raise StoreError("Until when, and what? Write `promise 2026-06-01 We send the export`.")
    made = Promise(
        workspace_id=services.workspace_id,
        key=f"command:{told.event.id}",
        account_id=told.account.id,
        text=text.strip()[:LONGEST],
        due_on=goal_words.read_date(day),
        owner_email=told.person.email,
        said_by=told.user_id,
        created_at=services.clock.now(),
    )
    promise_keeping.note(session, services, made)
    return shown(session, services, told.account, ":white_check_mark: Promise noted.")


def carry_out_settled(services: Services, event: InboundEvent) -> None:
    """A promise was kept, or is withdrawn."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    now = services.clock.now()
    with services.effect_of(event.id) as session:
        person = asking.person_of(session, services, pressed.user_id)
        row = session.get(Promise, pressed.value)
        account = account_seen(session, services, person, row.account_id) if row else None
        if account is None:
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        state = blocks.SETTLES[pressed.action_id]
        closed = promises.close_promise(session, services.workspace_id, pressed.value, state, now.date())
        note = f":white_check_mark: {blocks.SETTLED_WORDS[state]}" if closed else "That was settled already."
        speaking.reply(session, services, event, shown(session, services, account, note), replace=True)


def shown(session: Session, services: Services, account: Account, note: str = "") -> Speech:
    """The log of an account, with what has just happened before it."""
    return blocks.log_speech(
        account.name,
        activities.activities_of(session, account.id, limit=SHOWN),
        promises.promises_of(session, account.id, states=[promises.OPEN]),
        services.clock.now().date(),
        note,
        account_id=account.id,
    )


ABOUT = About(
    "log",
    verbs={
        "": reading(show),
        **{kind: changing(_logging(kind)) for kind in activities.KINDS},
        **{verb: changing(_telling(verb)) for verb in SIGNS},
        "trial": changing(trial),
        "promise": changing(promise),
    },
    usage=USAGE,
)
LOG = Subcommand(
    name="log",
    usage="log @customer [call | meeting | email | note | growth | department | use | trial | promise DATE] words",
    description="Write down a call, a note, a promise or a sign of growth, or see what was written down",
    role="csm",
    handler=ABOUT,
    example="log @Harbour call Asked for the audit log",
)
HANDLERS = {SETTLED: carry_out_settled}
