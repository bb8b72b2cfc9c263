"""Who asks, about which account, and what may be read there: decided before anything is ranked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.slack.incoming import parse_shortcut
from bot.slack.messenger import TryLater
from knowledge.types import Asker
from store import access, people

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.services import Services
    from bot.slack.incoming import Pressed
    from store.access import Place
    from store.people import Person
    from store.tables import Account


@dataclass(frozen=True)
class Asked:
    """A person in a place."""

    person: Person
    place: Place
    account: Account | None
    audiences: frozenset[str]

    @property
    def account_id(self) -> str | None:
        """The account that it is about, if it is known."""
        return self.account.id if self.account else None

    @property
    def asking_account_id(self) -> str | None:
        """The account whose question it is: none where one of our own staff asks, even in their channel."""
        return None if self.person.is_staff else self.account_id

    @property
    def asker(self) -> Asker:
        """The same, as the knowledge base wants to know it."""
        return Asker(
            audiences=self.audiences,
            account_id=self.account_id,
            plan=self.account.plan if self.account else None,
            stage=self.account.stage if self.account else None,
            persona=self.person.contact.persona if self.person.contact else None,
            language=self.person.language,
        )


def who_asks(services: Services, user_id: str, channel_id: str) -> Asked:
    """Resolve a person in a channel; profiles and memberships are asked of Slack where they are not fresh."""
    services.directory.meet(user_id)
    channel = services.directory.channel(channel_id)
    now = services.clock.now()
    with services.database.transaction() as session:
        people.link_by_email(session, services.workspace_id, user_id, now)
        if channel.name and not channel.is_dm:
            access.map_channel(session, services.workspace_id, channel_id, channel.name, now)
        person = person_of(session, services, user_id)
    # Where somebody asks who is not ours, the channel is not ours alone, whoever else is in it.
    others = (
        [member for member in channel.members if member != services.bot_user_id]
        if person.is_staff or user_id == services.bot_user_id
        else [user_id]
    )
    for member in others if not (channel.is_dm or channel.is_shared) else ():
        services.directory.meet(member)
    with services.database.reading() as session:
        place = access.place_of(
            session,
            services.workspace_id,
            channel_id,
            is_dm=channel.is_dm,
            members=None if channel.is_shared else others,
            first_admins=services.settings.admins,
        )
        return in_place(session, services.workspace_id, person, place)


def shortcut_used(services: Services, body: dict[str, Any]) -> Pressed:
    """A shortcut as it was used, by a person who is met: they may be new to the bot, and Slack waits for an answer.

    Where Slack cannot say now who they are, what is known has to do.
    """
    pressed = parse_shortcut(body)
    with suppress(TryLater):
        services.directory.meet(pressed.user_id)
    return pressed


def person_of(session: Session, services: Services, user_id: str) -> Person:
    """Who a Slack user is to us."""
    return people.resolve_person(session, services.workspace_id, user_id, services.settings.admins)


def in_place(session: Session, workspace_id: str, person: Person, place: Place) -> Asked:
    """A person in a place, with the account in question and what may be read."""
    visible = people.visible_account_ids(session, workspace_id, person)
    return Asked(
        person=person,
        place=place,
        account=access.account_in_question(person, place),
        audiences=access.readable_audiences(person, place, visible),
    )
