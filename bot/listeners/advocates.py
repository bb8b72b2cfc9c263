"""`/cs advocates @x`: what people agreed to, used with their knowledge only; and taking it back, in words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from bot import speaking
from bot.blocks import advocates as blocks
from bot.blocks.text import brief
from bot.listeners.about import About, changing, reading
from bot.listeners.commands import Subcommand
from bot.slack.messenger import Speech
from store import people, staffing
from store.errors import NotFound, StoreError
from store.tables import Account, Contact, Referral, Task, accounts, consents, happenings, tasks

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.asking import Asked
    from bot.listeners.about import Told
    from bot.services import Services
    from bot.slack.incoming import Said
    from store.tables import Consent, InboundEvent

USAGE = "Whose advocates? Write `/cs advocates` and a name, a #channel or an @person of theirs."
QUARTER = timedelta(days=90)
USED = "advocacy.used"  # what playbooks wait for
TAKEN_BACK = "Done: nothing of what you agreed to is used any more. {csm} takes down what is public within two working days."
NOTHING = "There is nothing to take back: you have not agreed to anything that is still used."
_BACK = re.compile(
    r"^\W*(?:please\s+)?(?:i\s+)?(?:take\s+back|withdraw|revoke)\s+(?:my\s+)?(?:consents?|quotes?|permission)\W*$",
    re.IGNORECASE,
)


def takes_back(text: str) -> bool:
    """Whether somebody wants back what they agreed to."""
    return _BACK.match(text.strip()) is not None


def read(services: Services, event: InboundEvent, said: Said, asked: Asked) -> bool:  # noqa: ARG001 - a Reading
    """Take over "take back my consent" and its like; see `questions.Reading`."""
    if not takes_back(said.text):
        return False
    now = services.clock.now()
    with services.effect_of(event.id) as session:
        contact = people.resolve_person(session, services.workspace_id, said.user_id).contact
        held = consents.holding(session, contact.id) if contact else []
        words = NOTHING
        if contact and held:
            consents.withdraw_consents(session, [contact.id], now)
            words = TAKEN_BACK.format(csm=_take_down(session, services, event, contact, held))
        speaking.say(
            session,
            services,
            Speech(text=words),
            key=f"consent:{event.id}",
            channel_id=said.channel_id,
            thread_ts=said.root_ts,
        )
    return True


def _take_down(
    session: Session, services: Services, event: InboundEvent, contact: Contact, held: list[Consent]
) -> str:
    """A task for the CSM to take down what is public; who that is, by first name."""
    now, who = services.clock.now(), contact.name
    account = session.get_one(Account, contact.account_id)
    owner, _ = staffing.in_charge(session, account, now.date())
    task = Task(
        workspace_id=services.workspace_id,
        key=f"take-down:{event.id}:{account.id}",
        kind="advocacy",
        account_id=account.id,
        owner_email=owner.email.lower() if owner else None,
        title=f"Take down what {who} at {account.name} agreed to",
        body="\n".join(one.text_shown for one in held),
        priority="high",
        due_at=now + timedelta(days=2),
        created_at=now,
    )
    tasks.open_task(session, task)
    if owner and owner.slack_user_id:
        text = f"{brief(who)} ({brief(account.name)}) takes back what they agreed to. Nothing of it may be used any more: a task says what to take down."
        speaking.say(
            session,
            services,
            Speech(text=text),
            key=f"{task.key}:told",
            kind="dm",
            slack_user_id=owner.slack_user_id,
        )
    return owner.name.split()[0] if owner else "The team"


def show(services: Services, told: Told) -> Speech:
    """What holds now."""
    with services.database.reading() as session:
        return _shown(session, services, told)


def used(session: Session, services: Services, told: Told) -> Speech:
    """`used NUMBER WHERE`: they hear of it, if the playbook still waits for it."""
    number, _, where = told.rest.partition(" ")
    held = _held(session, services, told)
    if not number.isdecimal() or not where.strip():
        raise StoreError("Which one, and where? Write `used 1 Our spring newsletter`.")
    if not 1 <= int(number) <= len(held):
        raise NotFound(
            f"There is no consent {number} at {told.account.name}. `/cs advocates` shows those that hold."
        )
    consent, now = held[int(number) - 1], services.clock.now()
    consents.note_use(session, consent, now.date())
    accounts.note_fact(
        session, workspace_id=services.workspace_id, account_id=told.account.id, kind="advocacy_used",
        value=where.strip(), on=now.date(), now=now,
    )  # fmt: skip
    happenings.tell(
        session, workspace_id=services.workspace_id, account_id=told.account.id, name=USED, now=now,
        key=f"advocacy:{consent.id}:{consent.uses}", data={"where": where.strip()},
    )  # fmt: skip
    return _shown(session, services, told, f":white_check_mark: Noted: {brief(where.strip())}.")


def refer(session: Session, services: Services, told: Told) -> Speech:
    """`refer ADDRESS by NAME`: an introduction, of which only a fingerprint is kept."""
    address, _, by = told.rest.partition(" by ")
    person = _contact(session, told.account, by)
    if "@" not in address or person is None:
        raise StoreError(
            "Who introduced whom? Write `refer zoe@far.example by Isla`, with somebody of theirs."
        )
    now = services.clock.now()
    referral = Referral(
        workspace_id=services.workspace_id, account_id=told.account.id, referrer_contact_id=person.id,
        invitee_hash=consents.invitee_hash(services.workspace_id, address), created_at=now, updated_at=now,
    )  # fmt: skip
    fresh = consents.refer(session, referral)
    note = "Noted, and the address is not kept." if fresh else "That introduction is noted already."
    return _shown(session, services, told, note)


def _contact(session: Session, account: Account, name: str) -> Contact | None:
    wanted = name.strip().lower()
    found = [
        c for c in accounts.contacts_of(session, account.id) if wanted and c.name.lower().startswith(wanted)
    ]
    return found[0] if len(found) == 1 else None


def _held(session: Session, services: Services, told: Told) -> list[Consent]:
    """The consents of the account's people that hold, the oldest first."""
    today = services.clock.now().date()
    found = consents.live_consents(session, services.workspace_id, today, account_id=told.account.id)
    return sorted(found, key=lambda one: (one.given_at, one.id))


def _shown(session: Session, services: Services, told: Told, note: str = "") -> Speech:
    today = services.clock.now().date()
    account = session.get_one(Account, told.account.id)
    names = {one.id: one.name for one in accounts.everybody_at(session, account.id)}
    given = [
        blocks.Given(n, names.get(c.contact_id, ""), c.purpose, c.scope, c.text_shown, c.expires_on, c.uses)
        for n, c in enumerate(_held(session, services, told), 1)
    ]
    peers = [
        blocks.Peer(
            contact.name, other.name, other.segment, consent.text_shown, _csm(session, other, services),
            consent.last_used_on is None or today - consent.last_used_on >= QUARTER,
        )
        for consent, contact, other in consents.advocates(
            session, services.workspace_id, today, "reference", for_account=account
        )
    ]  # fmt: skip
    introduced = len(consents.referrals_of(session, account.id))
    return blocks.advocates_speech(account.name, given, peers, introduced, note)


def _csm(session: Session, account: Account, services: Services) -> str:
    owner, _ = staffing.in_charge(session, account, services.clock.now().date())
    return owner.name if owner else "their CSM"


ABOUT = About(
    "advocates",
    verbs={"": reading(show), "used": changing(used), "refer": changing(refer)},
    usage=USAGE,
)
ADVOCATES = Subcommand(
    name="advocates",
    usage="advocates @customer [used | refer]",
    description="What their people agreed to, and whom they could talk to",
    role="csm",
    handler=ABOUT,
)
