"""Reads the account as it is now into the engine's Context."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from playbooks.state import Agreed, Context, Fact, Given, Person, Staff, Term
from playbooks.workdays import DAY_BEGINS, DAY_ENDS
from store import people, staffing
from store.insights.standing import standing_of
from store.tables import accounts, consents, conversations, goals, playbooks, tasks, workspaces
from store.tables.workspaces import CADENCES

if TYPE_CHECKING:
    from datetime import date, datetime, time

    from sqlmodel import Session

    from playbooks.types import Segment
    from store.tables import Account, Contact, RunStep, SlackUser, StaffMember

RECENT = timedelta(days=7)
SCORES = frozenset(str(n) for n in range(11))
RIGHT_AFTER = timedelta(hours=1)  # what is asked within it belongs to the score
FORGOTTEN = timedelta(days=21)  # a question of a paused run does not keep others waiting for longer


@dataclass(frozen=True)
class Setting:
    """What is the same for every account: the bot's name, the holidays and the hours."""

    bot: str = "Guidepost"
    holidays: frozenset[date] = frozenset()
    hours: tuple[time, time] = (
        DAY_BEGINS,
        DAY_ENDS,
    )  # in which somebody may be written to, in their own zone


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
    csm, manager = _in_charge(session, account, started_by, now.date())
    sent = _sent_elsewhere(session, account, contacts, run_id)
    known = [contact.slack_user_id for contact in contacts if contact.slack_user_id]
    activity = conversations.activity_of(session, account.workspace_id, known)
    users = workspaces.find_users(session, account.workspace_id, known)
    facts = accounts.latest_usage(session, account.id)
    standing = standing_of(session, account, now.date())
    return Context(
        account_id=account.id,
        account=account.name,
        segment=cast("Segment", account.segment),
        zone=account.timezone,
        plan=account.plan,
        seats=account.seats,
        goal=account.goal,
        stage=account.stage,
        arr=account.arr_minor / 100 if account.arr_minor is not None else None,
        goals_met=sum(goal.is_met for goal in goals.goals_of(session, account)),
        running=tuple(playbooks.kinds_of_open_runs(session, account.id, except_run=run_id)),
        ended=playbooks.ended_of(session, account.id),
        consents=_agreed(session, account, now.date()),
        health=standing.score,
        sentiment=standing.sentiment,
        channel_id=account.slack_channel_id,
        contacts=tuple(
            _person(
                account,
                one,
                sent.get(one.id, []),
                users.get(one.slack_user_id or ""),
                activity.get(one.slack_user_id or ""),
                now=now,
            )
            for one in contacts
        ),
        csm=_staff(csm) if csm else None,
        manager=_staff(manager) if manager else None,
        term=_term(session, account.id),
        facts={fact.kind: Fact(fact.kind, fact.value, fact.note, fact.observed_on) for fact in facts},
        open_escalations=tasks.urgent_elsewhere(session, account.id, run_id),
        last_contact_at=_last_contact(activity, sent),
        recent_sends=_recent(sent, now),
        holidays=setting.holidays,
        hours=setting.hours,
        bot=setting.bot,
        names={actor: people.resolve_person(session, account.workspace_id, actor).name} if actor else {},
    )


def _in_charge(
    session: Session, account: Account, started_by: str, today: date
) -> tuple[StaffMember | None, StaffMember | None]:
    """The account's CSM, or who stands in for them, and whoever is above."""
    owner, ladder = staffing.in_charge(session, account, today)
    csm = owner or people.resolve_person(session, account.workspace_id, started_by).staff
    above = (one for one in ladder if one.role in {"manager", "admin"} and (csm is None or one.id != csm.id))
    return csm, next(above, None)


def _staff(member: StaffMember) -> Staff:
    return Staff(member.name, member.email, member.slack_user_id, member.timezone)


def _person(
    account: Account,
    contact: Contact,
    sent: list[RunStep],
    user: SlackUser | None,
    wrote: conversations.Activity | None,
    *,
    now: datetime,
) -> Person:
    return Person(
        id=contact.id,
        name=contact.name,
        persona=contact.persona,
        zone=contact.timezone or (user.timezone if user else None) or account.timezone,
        slack_user_id=contact.slack_user_id,
        email=contact.email,
        opted_out=contact.opted_out_at is not None or (user is not None and user.opted_out_at is not None),
        rest=CADENCES.get(user.cadence, 0) if user else 0,
        questions=wrote.questions if wrote else 0,
        open_question=any(_is_open(step, now) for step in sent),
        last_asked_at=max(
            (s.sent_at for s in sent if s.sent_at and s.asks and not s.in_conversation), default=None
        ),
        last_message_at=max((s.sent_at for s in sent if s.sent_at), default=None),
        surveyed=tuple((s.survey, s.sent_at) for s in sent if s.survey and s.sent_at),
        score=_score(sent),
    )


def _score(sent: list[RunStep]) -> Given | None:
    """The newest 0 to 10 of a person, with their words: of the answer itself, else of what was asked right after it."""
    given = [
        s
        for s in sent
        if s.survey == "nps" and s.answered_at and s.answer in SCORES and s.state == "answered"
    ]
    newest = max(given, key=lambda step: step.answered_at or step.updated_at, default=None)
    if newest is None or newest.answered_at is None:
        return None
    after = (
        s.answer_text
        for s in sent
        if s.run_id == newest.run_id and s.in_conversation and s.answer_text and s.sent_at
        if timedelta(0) <= s.sent_at - newest.answered_at <= RIGHT_AFTER
    )
    return Given(int(newest.answer or 0), newest.answered_at, newest.answer_text or next(after, None))


def _agreed(session: Session, account: Account, today: date) -> tuple[Agreed, ...]:
    found = consents.agreed_at(session, account.id, today)
    return tuple(Agreed(c.contact_id, c.purpose, c.scope, c.text_shown, c.expires_on) for c in found)


def _is_open(step: RunStep, now: datetime) -> bool:
    waits = step.asks and step.state == "sent"
    return waits and step.sent_at is not None and now - step.sent_at <= FORGOTTEN


def _sent_elsewhere(
    session: Session, account: Account, contacts: list[Contact], run_id: str | None
) -> dict[str, list[RunStep]]:
    """What other runs sent to each contact, at this account or, under the same address, at another."""
    by_email = {contact.email.lower(): contact.id for contact in contacts}
    found: dict[str, list[RunStep]] = {}
    for email, step in playbooks.sent_to(session, account.workspace_id, by_email, except_run=run_id):
        found.setdefault(by_email[email], []).append(step)
    return found


def _term(session: Session, account_id: str) -> Term | None:
    terms = accounts.subscriptions_of(session, account_id)
    row = next((one for one in terms if one.status == "active"), None)
    if row is None:
        return None
    first = min(one.started_on for one in terms if one.status != "churned")
    return Term(row.key, row.started_on, row.renews_on, row.period, row.auto_renews, row.notice_days, first)


def _last_contact(
    activity: dict[str, conversations.Activity], sent: dict[str, list[RunStep]]
) -> datetime | None:
    moments = [one.last_at for one in activity.values()]
    moments += [step.answered_at for steps in sent.values() for step in steps if step.answered_at]
    return max(moments, default=None)


def _recent(sent: dict[str, list[RunStep]], now: datetime) -> tuple[datetime, ...]:
    steps = (step for steps in sent.values() for step in steps if not step.in_conversation)
    return tuple(sorted(step.sent_at for step in steps if step.sent_at and now - step.sent_at < RECENT))
