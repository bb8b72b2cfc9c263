"""Reads the account as it is now into the engine's Context."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from playbooks.state import Context, Fact, Person, Staff, Term
from store import people
from store.tables import accounts, conversations, playbooks, tasks, workspaces

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlmodel import Session

    from playbooks.types import Segment
    from store.tables import Account, Contact, RunStep, StaffMember

RECENT = timedelta(days=7)


@dataclass(frozen=True)
class Setting:
    """What is the same for every account: the bot's name and the holidays."""

    bot: str = "Guidepost"
    holidays: frozenset[date] = frozenset()


def situation(
    session: Session,
    account: Account,
    *,
    run_id: str | None,
    started_by: str,
    now: datetime,
    setting: Setting,
    actor: str | None = None,
) -> Context:
    """The account with its people, term, facts and what other runs sent; `started_by` stands in for a missing CSM.

    `actor` is the Slack id of whoever brought the event about, if somebody did.
    """
    contacts = accounts.contacts_of(session, account.id)
    ladder = people.ladder(session, account.workspace_id, account)
    csm = people.owner_of(session, account) or _starter(session, account.workspace_id, started_by)
    manager = next((one for one in ladder if one.role in {"manager", "admin"} and one != csm), None)
    sent = _sent_elsewhere(session, account, contacts, run_id)
    writers = [contact.slack_user_id for contact in contacts if contact.slack_user_id]
    activity = conversations.activity_of(session, account.workspace_id, writers)
    persons = tuple(
        _person(session, account, contact, sent.get(contact.id, []), activity) for contact in contacts
    )
    return Context(
        account_id=account.id,
        account=account.name,
        segment=cast("Segment", account.segment),
        zone=account.timezone,
        plan=account.plan,
        seats=account.seats,
        goal=account.goal,
        health=account.health,
        sentiment=account.csm_sentiment,
        channel_id=account.slack_channel_id,
        contacts=persons,
        csm=_staff(csm) if csm else None,
        manager=_staff(manager) if manager else None,
        term=_term(session, account.id),
        facts={
            f.kind: Fact(f.kind, f.value, f.note, f.observed_on)
            for f in accounts.latest_usage(session, account.id)
        },
        open_escalations=_escalations(session, account, run_id),
        last_contact_at=_last_contact(activity, sent),
        recent_sends=_recent(sent, now),
        holidays=setting.holidays,
        bot=setting.bot,
        names={actor: people.resolve_person(session, account.workspace_id, actor).name} if actor else {},
    )


def _starter(session: Session, workspace_id: str, slack_user_id: str) -> StaffMember | None:
    return people.resolve_person(session, workspace_id, slack_user_id).staff


def _staff(member: StaffMember) -> Staff:
    return Staff(member.name, member.email, member.slack_user_id, member.timezone)


def _person(
    session: Session,
    account: Account,
    contact: Contact,
    sent: list[RunStep],
    activity: dict[str, conversations.Activity],
) -> Person:
    slack_user_id = contact.slack_user_id
    user = workspaces.find_user(session, account.workspace_id, slack_user_id) if slack_user_id else None
    wrote = activity.get(slack_user_id or "")
    return Person(
        id=contact.id,
        name=contact.name,
        persona=contact.persona,
        zone=contact.timezone or (user.timezone if user else None) or account.timezone,
        slack_user_id=slack_user_id,
        email=contact.email,
        opted_out=contact.opted_out_at is not None or (user is not None and user.opted_out_at is not None),
        questions=wrote.questions if wrote else 0,
        open_question=any(step.asks and step.state == "sent" for step in sent),
        last_asked_at=max(
            (s.sent_at for s in sent if s.sent_at and s.asks and not s.in_conversation), default=None
        ),
        last_message_at=max((s.sent_at for s in sent if s.sent_at), default=None),
    )


def _sent_elsewhere(
    session: Session, account: Account, contacts: list[Contact], run_id: str | None
) -> dict[str, list[RunStep]]:
    """What other runs sent to each contact, at this account or, under the same address, at another."""
    same = accounts.same_people(session, account.workspace_id, contacts)
    found: dict[str, list[RunStep]] = {}
    for step in playbooks.sent_to(session, same, except_run=run_id):
        found.setdefault(same[step.contact_id or ""], []).append(step)
    return found


def _term(session: Session, account_id: str) -> Term | None:
    row = accounts.running_subscription(session, account_id)
    if row is None:
        return None
    return Term(row.key, row.started_on, row.renews_on, row.period, row.auto_renews, row.notice_days)


def _escalations(session: Session, account: Account, run_id: str | None) -> int:
    """Urgent tasks that something else than this run opened."""
    found = tasks.open_tasks(session, account.workspace_id, account_ids=[account.id])
    return sum(task.priority == "high" and (task.run_id is None or task.run_id != run_id) for task in found)


def _last_contact(
    activity: dict[str, conversations.Activity], sent: dict[str, list[RunStep]]
) -> datetime | None:
    moments = [one.last_at for one in activity.values()]
    moments += [step.answered_at for steps in sent.values() for step in steps if step.answered_at]
    return max(moments, default=None)


def _recent(sent: dict[str, list[RunStep]], now: datetime) -> tuple[datetime, ...]:
    steps = (step for steps in sent.values() for step in steps if not step.in_conversation)
    return tuple(sorted(step.sent_at for step in steps if step.sent_at and now - step.sent_at < RECENT))
