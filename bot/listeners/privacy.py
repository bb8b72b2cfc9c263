"""`/cs privacy`: what is stored about somebody, and being forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import ConfirmObject

from bot import asking, privacy, speaking
from bot.blocks import parts
from bot.blocks.text import brief, escaped
from bot.listeners.commands import Subcommand, answer, finish
from bot.listeners.consent import PACED
from bot.slack.incoming import Pressed, parse_action
from bot.slack.messenger import Speech
from bot.slack.once import remember
from store import people
from store.errors import NotFound
from store.personal import export_person
from store.tables import Task, tasks, workspaces

if TYPE_CHECKING:
    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from store.tables import InboundEvent

ERASE, PRESSED = "privacy_erase", "privacy_erase_pressed"
DUE = timedelta(hours=72)  # our own target; the law gives a month
USAGE = (
    "Write `/cs privacy` to see what is stored about you, `/cs privacy erase` to be forgotten. Admins: "
    "`/cs privacy export @person` and `/cs privacy erase @person`."
)
CADENCE_USAGE = (
    "How often may I ask you how things are going? `/cs privacy cadence usual`, `fewer` (at most every two weeks) "
    "or `monthly`; `stop check-ins` in our DM ends them."
)
FOR_ADMINS = "Only an admin may do that for somebody else."
ASKED = "Noted: an admin will erase what is stored about you within three days, and you will not be asked anything until then."
NOTHING = "Nothing is stored about you but this command."


def register(app: App, services: Services) -> None:
    """Listen to the button that erases."""

    def pressed(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        press = parse_action(body, action)
        remember(services, PRESSED, press.event_key, press.to_payload())
        ack()

    app.action(ERASE)(pressed)


def run(services: Services, call: Call) -> None:
    """`/cs privacy [export | erase] [@person]`."""
    verb, _, whom = call.words.partition(" ")
    verb, whom = verb.lower() or "export", whom.strip()
    if verb == "cadence":
        _cadence(services, call, whom.lower())
    elif verb not in {"export", "erase", "consents"}:
        finish(services, call, Speech(text=USAGE))
    elif whom and not call.asked.person.may_act_as("admin"):
        finish(services, call, Speech(text=FOR_ADMINS))
    elif verb == "erase" and whom:
        finish(services, call, _confirm(services, whom))
    elif verb == "erase":
        _ask_to_be_forgotten(services, call)
    else:
        finish(services, call, _stored(services, whom or call.command.user_id, is_self=not whom))


def _cadence(services: Services, call: Call, wanted: str) -> None:
    """How often the caller may be asked: said, or changed."""
    if wanted not in workspaces.CADENCES:
        finish(services, call, Speech(text=CADENCE_USAGE))
        return
    now = services.clock.now()
    with services.effect_of(call.event.id) as session:
        workspaces.set_cadence(session, services.workspace_id, call.command.user_id, wanted, now)
        answer(session, services, call, Speech(text=PACED[wanted]))


def _stored(services: Services, name: str, *, is_self: bool) -> Speech:
    """How much of what is stored about somebody, and how to get it all."""
    try:
        with services.database.reading() as session:
            found = export_person(session, services.workspace_id, name)
    except NotFound:
        if is_self:
            return Speech(text=NOTHING)
        raise
    whom = "you" if is_self else brief(name.strip("<@>"))
    counts = "\n".join(f"• {len(rows)} {key.replace('_', ' ')}" for key, rows in found.items() if rows)
    names = ", ".join(brief(one["name"]) for one in found["contacts"])
    seen = f"Name: {names}. The team that looks after the account sees it.\n" if names else ""
    opted = any(one.get("opted_out_at") for one in (*found["contacts"], *found["profiles"]))
    rest = "Check-ins are off. " if opted else "`stop check-ins` ends check-ins. "
    how = "`/cs privacy erase` has it erased; for a copy of all of it, ask your contact."
    if not is_self:
        how = "An admin gets all of it with `guidepost privacy export USER`."
    return Speech(text=f"*What is stored about {whom}*\n{counts}\n{seen}{rest}{how}")


def _confirm(services: Services, name: str) -> Speech:
    """The button that erases somebody, with what it will do."""
    told = _stored(services, name, is_self=False).text
    sure = ConfirmObject(
        title="Erase this person?",
        text="Their words and names go for good, everywhere. What was counted stays.",
        confirm="Erase",
        deny="Keep",
    )
    button = parts.button("Erase for good", ERASE, name, style="danger", confirm=sure)
    return parts.speech(told, [parts.section(told), parts.actions(button)])


def _ask_to_be_forgotten(services: Services, call: Call) -> None:
    """A task for the admins; nobody erases themselves by a typing error."""
    now, who = services.clock.now(), call.asked.person
    with services.effect_of(call.event.id) as session:
        task = Task(
            workspace_id=services.workspace_id,
            key=f"erase:{call.command.user_id}",
            kind="privacy",
            account_id=None,
            owner_email=None,
            title=f"Erase {who.name or call.command.user_id}, who asked to be forgotten",
            body=f"/cs privacy erase <@{call.command.user_id}>",
            priority="high",
            due_at=now + DUE,
            link={"asker": call.command.user_id},
            created_at=now,
        )
        tasks.open_task(session, task)
        workspaces.opt_out(session, services.workspace_id, call.command.user_id, now)
        for admin in _admins(session, services):
            text = (
                f":wastebasket: {escaped(task.title)}. `{escaped(task.body)}` does it; due within three days."
            )
            key = f"erase:{call.command.user_id}:{admin}"
            speaking.say(session, services, Speech(text=text), key=key, kind="dm", slack_user_id=admin)
        answer(session, services, call, Speech(text=ASKED))


def _admins(session: Session, services: Services) -> list[str]:
    """Slack ids of the admins, those of the settings included."""
    staff = people.ladder(session, services.workspace_id, None)
    known = {one.slack_user_id for one in staff if one.role == "admin" and one.slack_user_id}
    return sorted(known | {one for one in services.settings.admins if "@" not in one})


def carry_out_erase(services: Services, event: InboundEvent) -> None:
    """An admin pressed the button."""
    pressed = Pressed.from_payload(event.payload)
    services.directory.meet(pressed.user_id)
    now = services.clock.now()
    with services.effect_of(event.id) as session:
        person = asking.person_of(session, services, pressed.user_id)
        if not person.may_act_as("admin"):
            speaking.reply(session, services, event, Speech(text=FOR_ADMINS))
            return
        wanted = pressed.value.strip("<@>").split("|")[0]
        tasks.end_task(session, services.workspace_id, f"erase:{wanted}", state="done", now=now)
        done = privacy.erase(
            session, services.runner, services.workspace_id, wanted, by=pressed.user_id, now=now
        )
        speaking.reply(session, services, event, Speech(text=done.sentence), replace=True)


PRIVACY = Subcommand(
    name="privacy",
    usage="privacy [erase | cadence fewer]",
    description="What is stored about you, how often I ask, and being forgotten",
    role="end_user",
    handler=run,
    example="privacy cadence monthly",
)
HANDLERS = {PRESSED: carry_out_erase}
