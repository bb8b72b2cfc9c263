"""`/cs admin`: how far the installation is set up, with the remedies, and who has which role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot import asking
from bot.blocks import admin as blocks
from bot.blocks.home import SetupLine
from bot.blocks.text import brief, escaped, slack_date
from bot.listeners.commands import Subcommand, answer, finish
from store import roles
from store.errors import StoreError
from store.insights.installation import installation
from store.tables import sources, workspaces, writing

if TYPE_CHECKING:
    from sqlmodel import Session

    from bot.listeners.commands import Call
    from bot.services import Services
    from store.insights.installation import Installation
    from store.tables import SlackUser

TROUBLES_SHOWN = 3
_USER = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
HOW = "Write `/cs admin role @person csm`, or `manager`, `admin`, `none`."


def run(services: Services, call: Call) -> None:
    """`/cs admin [roles | role @person ROLE]`."""
    verb, _, rest = call.words.partition(" ")
    if verb.lower() == "role" and rest.strip():
        _give(services, call, rest.strip())
    elif verb.lower() in {"role", "roles"}:
        with services.database.reading() as session:
            members = roles.members(session, services.workspace_id)
        finish(services, call, blocks.roles_speech(members, HOW))
    else:
        with services.database.reading() as session:
            lines = setup_lines(session, services)
        finish(services, call, blocks.setup_speech(lines, HOW))


def _give(services: Services, call: Call, words: str) -> None:
    """Give somebody a role; nobody changes their own, so that an admin always remains."""
    name, _, role = words.partition(" ")
    found, role = _USER.fullmatch(name), role.strip().lower()
    if found is None or role not in (*roles.GIVEN, roles.NONE):
        raise StoreError(f"Who gets which role? {HOW}")
    if found[1] == call.command.user_id:
        raise StoreError("Nobody changes their own role; another admin can.")
    services.directory.meet(found[1])
    with services.effect_of(call.event.id) as session:
        user = _colleague(session, services, found[1])
        before = asking.person_of(session, services, found[1]).role
        roles.give_role(session, services.workspace_id, user, role, now=services.clock.now())
        after = asking.person_of(session, services, found[1])
        answer(session, services, call, blocks.role_given(after.name or user.name, role, before, after.role))


def _colleague(session: Session, services: Services, slack_user_id: str) -> SlackUser:
    """Somebody of our own Slack organisation, with an address.

    Raises:
        StoreError: they are not.
    """
    user = workspaces.find_user(session, services.workspace_id, slack_user_id)
    home = session.get_one(workspaces.Workspace, services.workspace_id).slack_team_id
    if user is None or user.is_bot or (home and user.team_id not in {None, home}):
        raise StoreError("Roles are for people of your own Slack organisation.")
    if not user.email:
        raise StoreError(
            f"I do not know the e-mail address of {user.name or slack_user_id}. Does the app have users:read.email?"
        )
    return user


def setup_lines(session: Session, services: Services) -> tuple[SetupLine, ...]:
    """What an installation needs: what is there, and what to do about what is not."""
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


ADMIN = Subcommand(
    name="admin",
    usage="admin [roles | role @person csm]",
    description="How far I am set up, what is missing, and who has which role",
    role="admin",
    handler=run,
    example="admin roles",
)
