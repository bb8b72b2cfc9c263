"""`/cs play`: what there is, what would be sent, start, and what staff do with a run."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import play as blocks
from bot.blocks.text import brief, escaped
from bot.listeners import play_drawing, play_publishing, play_segment
from bot.listeners.accounts import NOT_YOURS, named_account
from bot.listeners.commands import Subcommand, answer, finish
from bot.listeners.run_story import paces
from bot.slack.incoming import Pressed, StaleButton, parse_action
from bot.slack.messenger import Speech
from bot.slack.once import remember
from playbooks import events, loader
from playbooks.simulation import simulate
from store import people
from store.tables import Account, playbooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from playbooks.events import Event
    from playbooks.runner import RunOverview
    from playbooks.types import Playbook
    from store.tables import InboundEvent

STARTED, STEERED, PICKED = "playbook_started", "playbook_steered", "playbook_account_picked"
USAGE = (
    "Write `/cs play list`, `/cs play show onboarding` for its drawing, `/cs play preview onboarding @account` or a segment (`SMB`, `MM`, `ENT`), `/cs play start onboarding @account`, "
    "`/cs play status @account`, or `pause`, `resume`, `stop`, `outcome`, `accept` (a save plan) and `migrate` with an account; "
    "managers also `/cs play publish onboarding` and `retire`, for what begins by itself."
)
NO_RUN = "Nothing is running for {account}. Start something with `/cs play start onboarding @{account}`."
OPEN = frozenset({"active", "paused"})
PREVIEWS = frozenset({"preview", "simulate", "start"})  # what is shown before anything is sent


@dataclass(frozen=True)
class Wish:
    """What somebody wants done with the playbooks of an account."""

    verb: str
    argument: str  # a playbook's name to preview; for an outcome, its code and the reason
    account: Account
    user_id: str


def register(app: App, services: Services) -> None:
    """Listen to the buttons of previews and overviews, and to the choice of an account."""

    def stored(kind: str) -> Callable[[Ack, dict[str, Any], dict[str, Any]], None]:
        def store(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
            pressed = parse_action(body, action)
            remember(services, kind, pressed.event_key, pressed.to_payload())
            ack()

        return store

    app.action(blocks.START)(stored(STARTED))
    app.action(blocks.PICK)(stored(PICKED))
    app.action(re.compile(rf"^{blocks.STEER}_"))(stored(STEERED))


def play(services: Services, call: Call) -> None:
    """`/cs play VERB ...`."""
    verb, _, rest = call.words.partition(" ")
    verb, rest = verb.lower() or "list", rest.strip()
    nobody_named = not rest and call.asked.account is None
    if verb == "list" or (verb == "status" and nobody_named):
        _list(services, call)
    elif verb == "show":
        play_drawing.show(services, call, rest)
    elif verb == "preview" and play_segment.is_meant(rest):
        play_segment.preview(services, call, rest)
    elif verb in play_publishing.VERBS:
        play_publishing.publishing(services, call, verb, rest)
    elif verb in PREVIEWS or verb in VERBS:
        _for_account(services, replace(call, words=rest), verb)
    else:
        finish(services, call, Speech(text=USAGE))


def _list(services: Services, call: Call) -> None:
    with services.database.reading() as session:
        visible = people.visible_account_ids(session, services.workspace_id, call.asked.person)
        rows = playbooks.open_runs(session, services.workspace_id, visible)
        there_are = services.runner.definitions_for(session, services.workspace_id)
    running = [services.runner.run_overview(row.id) for row in rows]
    finish(services, call, blocks.list_speech(loader.described(there_are), running))


def _for_account(services: Services, call: Call, verb: str) -> None:
    """A verb for the account that is named; where the name may mean several, a menu goes on from there."""
    words, argument = call.words, ""
    if verb in PREVIEWS:
        argument, _, words = words.partition(" ")
        with services.database.reading() as session:
            _playbook(session, services, argument.lower())
    with services.database.reading() as session:
        account, rest, speech = _account_and_rest(
            session, services, replace(call, words=words.strip()), verb, argument.lower()
        )
    if account is None:
        finish(services, call, speech)
        return
    wish = Wish(verb, argument.lower() or rest, account, call.command.user_id)
    shown = previewed(services, wish)
    with services.effect_of(call.event.id) as session:
        answer(session, services, call, shown or VERBS[verb](session, services, wish))


def _account_and_rest(
    session: Session, services: Services, call: Call, verb: str, argument: str
) -> tuple[Account | None, str, Speech]:
    """The account that the words begin with, and the words after its name; only `outcome` has any."""
    words = call.words.split()
    value = f"{verb}|{argument}|{{}}"
    for n in range(len(words), -1, -1) if verb == "outcome" else ():
        account, _ = named_account(
            session, services, replace(call, words=" ".join(words[:n])), action_id=blocks.PICK, value=value
        )
        if account is not None:
            return account, " ".join(words[n:]), Speech(text="")
    account, speech = named_account(session, services, call, action_id=blocks.PICK, value=value)
    return account, "", speech


def carry_out_pick(services: Services, event: InboundEvent) -> None:
    """The account was chosen from a menu: go on with it, in the place of the menu."""
    pressed = Pressed.from_payload(event.payload)
    verb, _, rest = pressed.value.partition("|")
    argument, _, account_id = rest.partition("|")
    if verb not in PREVIEWS and verb not in VERBS:
        raise StaleButton
    services.directory.meet(pressed.user_id)
    with services.database.reading() as session:
        account = session.get(Account, account_id)
        if account is None or not _may(session, services, pressed.user_id, account_id):
            account = None
    wish = Wish(verb, argument, account, pressed.user_id) if account else None
    speech = previewed(services, wish) if wish else Speech(text=NOT_YOURS)
    with services.effect_of(event.id) as session:
        if wish and speech is None:
            speech = VERBS[verb](session, services, wish)
        speaking.reply(session, services, event, speech or Speech(text=USAGE), replace=wish is not None)


def _playbook(session: Session, services: Services, name: str) -> Playbook:
    """The playbook of that name as it begins here: what was published in this workspace comes first."""
    return loader.find(services.runner.definitions_for(session, services.workspace_id), name).playbook


def previewed(services: Services, wish: Wish) -> Speech | None:
    """What would be sent, when and to whom, with the button that starts it; None where something else is wanted.

    It is worked out beside every transaction: it takes seconds, for which nobody else could write.
    """
    if wish.verb not in PREVIEWS:
        return None
    with services.database.reading() as session:
        playbook = _playbook(session, services, wish.argument)
    account = wish.account
    course = simulate(
        services.runner,
        services.database,
        services.workspace_id,
        [account.id],
        now=services.clock.now(),
        plays=[playbook.playbook],
        started_by=wish.user_id,
    )
    value = json.dumps({"playbook": playbook.playbook, "account": account.id})
    return blocks.preview_speech(playbook.title, account.name, account.segment, course, value)


def carry_out_start(services: Services, event: InboundEvent) -> None:
    """Start what was previewed; a second press finds it running."""
    pressed = Pressed.from_payload(event.payload)
    wish = pressed.fields("playbook", "account")
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        if not _may(session, services, pressed.user_id, wish["account"]):
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        result = services.runner.start_in(
            session, wish["playbook"], wish["account"], pressed.user_id, services.workspace_id
        )
        speaking.reply(session, services, event, blocks.started_speech(result.sentence), replace=True)


def _status(session: Session, services: Services, wish: Wish) -> Speech:
    runs = services.runner.runs_for_account(wish.account.id)
    return blocks.status_speech(runs, paces(session, services, runs)) if runs else _no_run(wish.account)


def _steer(session: Session, services: Services, wish: Wish) -> Speech:
    """`pause`, `resume`, `stop` or `accept` for the open run of an account; several: one button each."""
    open_runs = _open_runs(services, wish.account)
    if len(open_runs) > 1:
        return blocks.which_run_speech(wish.verb, open_runs)
    if not open_runs:
        return _no_run(wish.account)
    return Speech(text=escaped(_carry_out(session, services, wish.verb, open_runs[0], wish.user_id)))


def carry_out_steer(services: Services, event: InboundEvent) -> None:
    """A button of the overview: pause, resume or stop that run."""
    pressed = Pressed.from_payload(event.payload)
    wish = pressed.fields("run", "verb")
    if wish["verb"] not in STEPS and wish["verb"] != play_publishing.MIGRATE:
        raise StaleButton
    run = services.runner.run_overview(wish["run"])
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        if not _may(session, services, pressed.user_id, run.account_id):
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        sentence = _carry_out(session, services, wish["verb"], run, pressed.user_id)
        speaking.reply(session, services, event, Speech(text=escaped(sentence)), replace=True)


def _outcome(session: Session, services: Services, wish: Wish) -> Speech:
    """`outcome @account CODE [REASON]`: how the run ended; without a code, what there is."""
    open_runs = _open_runs(services, wish.account)
    if not open_runs:
        return _no_run(wish.account)
    code, _, reason = wish.argument.partition(" ")
    fitting = [run for run in open_runs if code in services.runner.outcomes(run.run_id)]
    run = (fitting or open_runs)[0]
    if not code:
        return blocks.outcomes_speech([(one, services.runner.outcomes(one.run_id)) for one in open_runs])
    services.runner.record_outcome_in(session, run.run_id, wish.user_id, code, reason=reason.strip() or None)
    label = services.runner.outcomes(run.run_id)[code]
    return Speech(
        text=f"Noted: “{escaped(run.playbook)}” for {brief(run.account)} has ended: {escaped(label)}."
    )


def _migrate(session: Session, services: Services, wish: Wish) -> Speech:
    return play_publishing.migration(session, services, wish.account, wish.user_id)


def _carry_out(session: Session, services: Services, verb: str, run: RunOverview, by: str) -> str:
    if verb == play_publishing.MIGRATE:
        return play_publishing.migrate(session, services, run.run_id, by)
    make, done = STEPS[verb]
    if run.state not in OPEN:
        return f"“{run.playbook}” for {run.account} has ended already; nothing was changed."
    services.runner.handle_in(session, run.run_id, make(by))
    return f"“{run.playbook}” for {run.account} {done}."


def _no_run(account: Account) -> Speech:
    return Speech(text=NO_RUN.format(account=brief(account.name)))


def _open_runs(services: Services, account: Account) -> list[RunOverview]:
    return [run for run in services.runner.runs_for_account(account.id) if run.state in OPEN]


def _may(session: Session, services: Services, user_id: str, account_id: str) -> bool:
    person = asking.person_of(session, services, user_id)
    visible = people.visible_account_ids(session, services.workspace_id, person)
    return person.may_act_as("csm") and account_id in visible


PLAY = Subcommand(
    name="play",
    usage="play list | preview NAME @customer | start NAME @customer | status @customer",
    description="Onboarding check-ins and renewals: preview, start, watch, pause, stop",
    role="csm",
    handler=play,
    example="play preview onboarding @Harbour",
)
STEPS: dict[str, tuple[Callable[[str], Event], str]] = {
    "pause": (events.Paused, "is paused; nothing is sent until you resume it"),
    "resume": (events.Resumed, "goes on"),
    "stop": (events.Stopped, "is stopped"),
    "accept": (events.PlanAccepted, "goes on with its commercial steps: the save plan is accepted"),
}
VERBS: dict[str, Callable[[Session, Services, Wish], Speech]] = {
    "status": _status,
    "outcome": _outcome,
    play_publishing.MIGRATE: _migrate,
    **dict.fromkeys(STEPS, _steer),
}
HANDLERS = {STARTED: carry_out_start, STEERED: carry_out_steer, PICKED: carry_out_pick}
