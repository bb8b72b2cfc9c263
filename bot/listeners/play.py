"""`/cs play`: what there is, what would be sent, start, and what staff do with a run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import asking, speaking
from bot.blocks import play as blocks
from bot.listeners.accounts import NOT_YOURS, named_account
from bot.listeners.commands import Subcommand, answer, finish
from bot.slack.incoming import Pressed, StaleButton, parse_action
from bot.slack.messenger import Speech
from bot.slack.once import remember
from playbooks import events, loader
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
    from store.tables import InboundEvent

STARTED, STEERED = "playbook_started", "playbook_steered"
USAGE = (
    "Write `/cs play list`, `/cs play preview onboarding @account`, `/cs play start onboarding @account`, "
    "`/cs play status @account`, or `pause`, `resume`, `stop`, `outcome` and `accept` (a save plan) with an account."
)
NO_RUN = "Nothing is running for {account}. Start something with `/cs play start onboarding @{account}`."


def register(app: App, services: Services) -> None:
    """Listen to the buttons of previews and overviews."""

    def stored(kind: str) -> Callable[[Ack, dict[str, Any], dict[str, Any]], None]:
        def store(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
            pressed = parse_action(body, action)
            remember(services, kind, pressed.event_key, pressed.to_payload())
            ack()

        return store

    app.action(blocks.START)(stored(STARTED))
    app.action(re.compile(rf"^{blocks.STEER}_"))(stored(STEERED))


def play(services: Services, call: Call) -> None:
    """`/cs play VERB ...`."""
    verb, _, rest = call.words.partition(" ")
    verbs: dict[str, Callable[[Services, Call], None]] = {
        "list": _list,
        "preview": _preview,
        "simulate": _preview,
        "start": _preview,
        "status": _status,
        "pause": _steer,
        "resume": _steer,
        "stop": _steer,
        "accept": _steer,
        "outcome": _outcome,
    }
    run = verbs.get(verb.lower() or "list")
    if run is None:
        finish(services, call, Speech(text=USAGE))
    else:
        run(
            services,
            replace(call, words=rest.strip() if run in {_list, _preview, _status, _outcome} else call.words),
        )


def _list(services: Services, call: Call) -> None:
    with services.database.reading() as session:
        visible = people.visible_account_ids(session, services.workspace_id, call.asked.person)
        rows = playbooks.open_runs(session, services.workspace_id, visible)
    running = [services.runner.run_overview(row.id) for row in rows]
    finish(services, call, blocks.list_speech(loader.describe_all(), running))


def _preview(services: Services, call: Call) -> None:
    """What would be sent, when and to whom; with the button that starts it."""
    name, _, rest = call.words.partition(" ")
    definition = loader.find(services.runner.definitions, name.lower())
    with services.database.reading() as session:
        account, speech = named_account(
            session, services, replace(call, words=rest.strip()), action_id=blocks.PICK
        )
    if account is not None:
        lines = services.runner.preview(
            definition.playbook.playbook, account.id, services.workspace_id, started_by=call.command.user_id
        )
        value = json.dumps({"playbook": definition.playbook.playbook, "account": account.id})
        speech = blocks.preview_speech(definition.playbook.title, account.name, account.segment, lines, value)
    finish(services, call, speech)


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


def _status(services: Services, call: Call) -> None:
    with services.database.reading() as session:
        account, speech = named_account(session, services, call, action_id=blocks.PICK)
    if account is not None:
        runs = services.runner.runs_for_account(account.id)
        speech = blocks.status_speech(runs) if runs else Speech(text=NO_RUN.format(account=account.name))
    finish(services, call, speech)


def _steer(services: Services, call: Call) -> None:
    """`pause`, `resume` or `stop` the open run of an account; several: one button each."""
    verb, _, rest = call.words.partition(" ")
    with services.database.reading() as session:
        account, speech = named_account(
            session, services, replace(call, words=rest.strip()), action_id=blocks.PICK
        )
    if account is None:
        finish(services, call, speech)
        return
    open_runs = _open_runs(services, account)
    if len(open_runs) != 1:
        many = blocks.which_run_speech(verb, open_runs)
        finish(services, call, many if open_runs else Speech(text=NO_RUN.format(account=account.name)))
        return
    with services.effect_of(call.event.id) as session:
        sentence = _carry_out(session, services, verb, open_runs[0], call.command.user_id)
        answer(session, services, call, Speech(text=sentence))


def carry_out_steer(services: Services, event: InboundEvent) -> None:
    """A button of the overview: pause, resume or stop that run."""
    pressed = Pressed.from_payload(event.payload)
    wish = pressed.fields("run", "verb")
    run = services.runner.run_overview(wish["run"])
    services.directory.meet(pressed.user_id)
    with services.effect_of(event.id) as session:
        if not _may(session, services, pressed.user_id, run.account_id):
            speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        sentence = _carry_out(session, services, wish["verb"], run, pressed.user_id)
        speaking.reply(session, services, event, Speech(text=sentence), replace=True)


def _outcome(services: Services, call: Call) -> None:
    """`outcome @account CODE [REASON]`: how the run ended; without a code, what there is."""
    name, _, rest = call.words.partition(" ")
    with services.database.reading() as session:
        account, speech = named_account(session, services, replace(call, words=name), action_id=blocks.PICK)
    if account is None:
        finish(services, call, speech)
        return
    open_runs = _open_runs(services, account)
    if not open_runs:
        finish(services, call, Speech(text=NO_RUN.format(account=account.name)))
        return
    run, (code, _, reason) = open_runs[0], rest.strip().partition(" ")
    if not code:
        finish(services, call, blocks.outcomes_speech(run, services.runner.outcomes(run.run_id)))
        return
    with services.effect_of(call.event.id) as session:
        services.runner.record_outcome_in(
            session, run.run_id, call.command.user_id, code, reason=reason.strip() or None
        )
        answer(
            session,
            services,
            call,
            Speech(text=f"Noted: “{run.playbook}” for {run.account} ended as {code}."),
        )


def _carry_out(session: Session, services: Services, verb: str, run: RunOverview, by: str) -> str:
    steps: dict[str, tuple[Event, str]] = {
        "pause": (events.Paused(by), "is paused; nothing is sent until you resume it"),
        "resume": (events.Resumed(by), "goes on"),
        "stop": (events.Stopped(by), "is stopped"),
        "accept": (events.PlanAccepted(by), "goes on with its commercial steps: the save plan is accepted"),
    }
    if verb.lower() not in steps:
        raise StaleButton
    event, done = steps[verb.lower()]
    services.runner.handle_in(session, run.run_id, event)
    return f"“{run.playbook}” for {run.account} {done}."


def _open_runs(services: Services, account: Account) -> list[RunOverview]:
    return [run for run in services.runner.runs_for_account(account.id) if run.state in {"active", "paused"}]


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
)
HANDLERS = {STARTED: carry_out_start, STEERED: carry_out_steer}
