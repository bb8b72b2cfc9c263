"""Sub-commands about one account: `/cs NAME @customer [VERB words]`.

The account is named before the verb; nothing named is the account of the channel. Where a name may mean several,
a menu goes on from there with the words that were written. To add one:

    GOALS = About("goals", verbs={"": reading(show), "add": changing(add)}, usage="Write ...")

and name it in ABOUT of bot/app.py. What reads runs outside a transaction and may ask Slack and the knowledge base;
what changes runs inside the one that ends the event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from bot import asking, speaking
from bot.listeners.accounts import NOT_YOURS, named_account
from bot.listeners.commands import answer, parse
from bot.slack.incoming import Commanded, Pressed, StaleButton, parse_action
from bot.slack.messenger import Speech
from bot.slack.once import remember
from store import people
from store.tables import Account, InboundEvent, accounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_bolt import Ack, App
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from bot.work import Handler
    from store.people import Person

PICK, PICKED = "about_pick", "about_picked"


@dataclass(frozen=True)
class Told:
    """What somebody wants of an account: a verb (may be empty) and the words after it."""

    event: InboundEvent
    user_id: str
    person: Person
    account: Account
    rest: str = ""
    in_dm: bool = False


class Reads(Protocol):
    """Says something about an account; changes nothing."""

    def __call__(self, services: Services, told: Told) -> Speech:
        """Say it."""
        ...


class Changes(Protocol):
    """Changes something about an account in the transaction that ends the event, and says what."""

    def __call__(self, session: Session, services: Services, told: Told) -> Speech:
        """Change it."""
        ...


@dataclass(frozen=True)
class Verb:
    """One thing to do with an account: exactly one of the two."""

    reads: Reads | None = None
    changes: Changes | None = None


def reading(reads: Reads) -> Verb:
    """A verb that changes nothing."""
    return Verb(reads=reads)


def changing(changes: Changes) -> Verb:
    """A verb that writes."""
    return Verb(changes=changes)


@dataclass(frozen=True)
class About:
    """A sub-command about an account.

    Args:
        name: the first word after `/cs`.
        verbs: by word; the empty word is what happens without one.
        usage: said where no account is named.
    """

    name: str
    verbs: Mapping[str, Verb]
    usage: str

    def split(self, words: str) -> tuple[str, str, str]:
        """The account's name, the verb and the rest. The first word after the name that is a verb is it."""
        found = words.split()
        start = 1 if found and found[0].startswith(("@", "<")) else 0
        for n in range(start, len(found)):
            if found[n].lower() in self.verbs:
                return " ".join(found[:n]), found[n].lower(), _after(words, found[: n + 1])
        return words, "", ""

    def __call__(self, services: Services, call: Call) -> None:
        """Carry the command out."""
        name, verb, rest = self.split(call.words)
        if not name and call.asked.account is None:
            self._say(services, call, Speech(text=self.usage))
            return
        value = f"{self.name}|{call.event.id}|{{}}"
        with services.database.reading() as session:
            account, speech = named_account(
                session, services, replace(call, words=name), action_id=PICK, value=value
            )
        if account is None:
            self._say(services, call, speech)
            return
        in_dm = call.asked.place.kind == "dm"
        told = Told(call.event, call.command.user_id, call.asked.person, account, rest, in_dm)
        self._run(services, told, verb, call)

    def _run(self, services: Services, told: Told, verb: str, call: Call) -> None:
        chosen = self.verbs[verb]
        speech = chosen.reads(services, told) if chosen.reads else None
        with services.effect_of(told.event.id) as session:
            if chosen.changes:
                accounts.lock_account(session, told.account.id)
                speech = chosen.changes(session, services, told)
            answer(session, services, call, speech or Speech(text=self.usage))

    def _say(self, services: Services, call: Call, speech: Speech) -> None:
        with services.effect_of(call.event.id) as session:
            answer(session, services, call, speech)

    def picked(self, services: Services, event: InboundEvent, told: Told, verb: str) -> None:
        """Go on with the account that was chosen from the menu, in the menu's place."""
        chosen = self.verbs[verb]
        speech = chosen.reads(services, told) if chosen.reads else None
        with services.effect_of(event.id) as session:
            if chosen.changes:
                accounts.lock_account(session, told.account.id)
                speech = chosen.changes(session, services, told)
            speaking.reply(session, services, event, speech or Speech(text=self.usage), replace=True)


def _after(words: str, found: list[str]) -> str:
    """What follows these first words, its line breaks kept."""
    rest = words.strip()
    for word in found:
        rest = rest[len(word) :].lstrip() if rest.startswith(word) else rest
    return rest


def register(app: App, services: Services) -> None:
    """Listen to the menu."""

    def picked(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        pressed = parse_action(body, action)
        remember(services, PICKED, pressed.event_key, pressed.to_payload())
        ack()

    app.action(PICK)(picked)


def carrying_out_picks(commands: Mapping[str, About]) -> Handler:
    """The handler of choices from the menu, for these commands by name."""

    def carry_out(services: Services, event: InboundEvent) -> None:
        pressed = Pressed.from_payload(event.payload)
        name, _, rest = pressed.value.partition("|")
        first_id, _, account_id = rest.partition("|")
        command = commands.get(name)
        services.directory.meet(pressed.user_id)
        with services.database.reading() as session:
            first = session.get(InboundEvent, first_id)
            person = asking.person_of(session, services, pressed.user_id)
            account = account_seen(session, services, person, account_id)
        if command is None or first is None or "text" not in first.payload:
            raise StaleButton
        if account is None:
            with services.effect_of(event.id) as session:
                speaking.reply(session, services, event, Speech(text=NOT_YOURS))
            return
        _, words, _ = parse(Commanded.from_payload(first.payload).text)
        _, verb, rest = command.split(words)
        told = Told(event, pressed.user_id, person, account, rest)
        command.picked(services, event, told, verb)

    return carry_out


def account_seen(session: Session, services: Services, person: Person, account_id: str) -> Account | None:
    """The account, if a member of staff may see it."""
    visible = people.visible_account_ids(session, services.workspace_id, person)
    may = person.may_act_as("csm") and account_id in visible
    return session.get(Account, account_id) if may else None
