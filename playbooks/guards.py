"""When a person may be written to, and who it should be. Nobody can overrule these, a CSM's "send now" included."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playbooks.holding import is_one_of
from playbooks.types import Question
from playbooks.wording import role, together

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from playbooks.state import Person, StepRecord
    from playbooks.turn import Turn
    from playbooks.types import Message
    from playbooks.workdays import Calendar

COOLDOWN = 5  # business days between two questions that the bot begins with
SURVEY_COOLDOWN = {"nps": timedelta(days=90), "csat": timedelta(days=30), "ces": timedelta(days=30)}
SURVEYS_A_YEAR = {"nps": 2, "csat": 6, "ces": 6}  # of one kind, for one person
FAVOUR_COOLDOWN = {"advocacy": timedelta(days=120), "offer": timedelta(days=90)}
OTHER_FAVOUR = timedelta(days=30)  # between two favours of different kinds
DETRACTOR, RESENTFUL = 6, timedelta(days=60)  # of 10; how long nobody asks them for a favour
DECIDERS = frozenset({"admin", "champion", "buyer", "sponsor"})
ACCOUNT_LIMIT, ACCOUNT_WINDOW = 3, timedelta(days=7)


def may_be_asked(turn: Turn, person: Person, body: Message | None = None) -> bool:
    """Whether a person may get playbook messages at all; and this one, if it needs their consent."""
    wanted = body.needs_consent if body else None
    if wanted and not any(
        one.contact_id == person.id and one.purpose == wanted for one in turn.context.consents
    ):
        return False
    return person.active and not person.opted_out and person.id not in turn.run.excluded


def recipient(turn: Turn, record: StepRecord, body: Message) -> Person | None:
    """The person for a step: who it was meant for, else the first of the fallback chain who may be asked.

    A step that goes to several audiences does not ask the same person twice, and falls back only if
    nobody of any of them can be asked, and once. What follows an answer is for whoever gave it, or nobody.
    """
    meant = turn.context.person(record.contact_id)
    if meant and (record.follows or may_be_asked(turn, meant, body)):
        return meant if may_be_asked(turn, meant, body) else None
    chain: list[str] = [record.audience]
    if not is_covered(turn, record, body):
        chain += body.fallback or turn.playbook.fallback
    taken = {other.contact_id for other in _beside(turn, record)}
    return next((p for audience in chain for p in _askable(turn, audience, body) if p.id not in taken), None)


def is_covered(turn: Turn, record: StepRecord, body: Message) -> bool:
    """Whether the same step goes to somebody else of this account."""
    others = (audience for audience in body.to.of(turn.run.segment) if audience != record.audience)
    asked = any(other.contact_id and other.state != "skipped" for other in _beside(turn, record))
    return asked or any(_askable(turn, audience, body) for audience in others)


def asked_too_often(turn: Turn, person: Person, body: Question) -> str | None:
    """Why a person is not given this survey, or asked for this favour, now; None if they may be."""
    if body.survey:
        return _recently_surveyed(turn, person, body.survey)
    return _no_favour_now(turn, person, body.favour) if body.favour else None


def _recently_surveyed(turn: Turn, person: Person, survey: str) -> str | None:
    moments = [at for kind, at in _counted(turn, person) if kind == survey]
    year = [at for at in moments if turn.now - at < timedelta(days=365)]
    if any(turn.now - at < SURVEY_COOLDOWN[survey] for at in year):
        return f"had this survey less than {SURVEY_COOLDOWN[survey].days} days before"
    return f"had this survey {len(year)} times in a year" if len(year) >= SURVEYS_A_YEAR[survey] else None


def _no_favour_now(turn: Turn, person: Person, favour: str) -> str | None:
    score = person.score
    if score and score.value <= DETRACTOR and turn.now - score.at < RESENTFUL:
        return f"gave {score.value} of 10 less than {RESENTFUL.days} days before"
    for kind, at in _counted(turn, person):
        apart = FAVOUR_COOLDOWN[favour] if kind == favour else OTHER_FAVOUR
        if kind in FAVOUR_COOLDOWN and turn.now - at < apart:
            return f"was asked for a favour less than {apart.days} days before"
    return None


def _counted(turn: Turn, person: Person) -> Iterator[tuple[str, datetime]]:
    """The surveys and favours that a person was asked for, by this run and others, and when."""
    yield from person.surveyed
    for other in _asked_of(turn, person):
        body = turn.body(other)
        if isinstance(body, Question) and body.counts_as and other.sent_at:
            yield body.counts_as, other.sent_at


def _asked_of(turn: Turn, person: Person) -> Iterator[StepRecord]:
    return (one for one in turn.run.steps.values() if one.contact_id == person.id and one.sent_at)


def stands_in(turn: Turn, record: StepRecord, person: Person) -> str | None:
    """Why a message goes to somebody a CSM would not expect; None if they would."""
    if is_one_of(person, record.audience, turn.context, turn.now):
        return None
    silent = [one.name for one in turn.context.contacts if one.persona == record.audience]
    if silent:
        return f"instead of {together(silent)}"
    return f"as there is no {role(record.audience)}" if person.persona not in DECIDERS else None


def _beside(turn: Turn, record: StepRecord) -> Iterator[StepRecord]:
    """The same step for others; not another round of this one."""
    own = _without_round(record)
    return (one for one in turn.run.steps.values() if one.step == record.step and _without_round(one) != own)


def _without_round(record: StepRecord) -> str:
    return record.key.split("#", maxsplit=1)[0]


def permitted(turn: Turn, record: StepRecord, person: Person) -> tuple[datetime, str]:
    """The first moment at which the step may reach the person, and what makes it wait."""
    calendar = turn.context.calendar(person.zone)
    waits = [(turn.now, "")]
    waits += _open_question(turn, record, person, calendar)
    if turn.in_conversation and record.in_conversation:
        return max(waits)
    if not record.in_conversation:
        waits += _paced(turn, record, person, calendar)
    moment, why = max(waits)
    allowed = calendar.first_moment(moment)
    return allowed, why or ("quiet hours there" if allowed > turn.now else "")


def _askable(turn: Turn, audience: str, body: Message) -> list[Person]:
    """The people of an audience who may be asked; `anyone` begins with who is in Slack and asks most."""
    people = [person for person in turn.context.contacts if may_be_asked(turn, person, body)]
    if audience == "anyone":
        return sorted(
            people, key=lambda person: (person.slack_user_id is None, -person.questions, person.name)
        )
    found = [person for person in people if is_one_of(person, audience, turn.context, turn.now)]
    return sorted(found, key=lambda one: _agreed_until(turn, one)) if audience == "advocate" else found


def _agreed_until(turn: Turn, person: Person) -> date:
    """When the first of what an advocate agreed to ends: whose ends first is asked first whether it may stay."""
    theirs = (one for one in turn.context.consents if one.contact_id == person.id and one.makes_an_advocate)
    return min(one.expires_on for one in theirs)


def _sent_to(turn: Turn, record: StepRecord, person: Person) -> Iterator[StepRecord]:
    for other in turn.run.steps.values():
        if other.key != record.key and other.contact_id == person.id and other.sent_at:
            yield other


def _open_question(
    turn: Turn, record: StepRecord, person: Person, calendar: Calendar
) -> Iterator[tuple[datetime, str]]:
    for other in _sent_to(turn, record, person):
        if other.state == "sent" and isinstance(turn.body(other), Question):
            closes = other.expires_at or calendar.after(turn.now, 1)
            yield (
                max(closes, turn.now + timedelta(minutes=1)),
                f"{person.first} has not answered another question yet",
            )
    if person.open_question:
        yield calendar.after(turn.now, 1), f"{person.first} has not answered another question yet"


def _paced(
    turn: Turn, record: StepRecord, person: Person, calendar: Calendar
) -> Iterator[tuple[datetime, str]]:
    mine = list(_sent_to(turn, record, person))
    if isinstance(turn.body(record), Question):
        asked = [
            o.sent_at
            for o in mine
            if o.sent_at and not o.in_conversation and isinstance(turn.body(o), Question)
        ]
        rest = max(COOLDOWN, person.rest)
        for moment in [*asked, person.last_asked_at]:
            if moment:
                yield (
                    calendar.after(moment, rest),
                    f"{person.first} was asked something less than {rest} business days before",
                )
    told = [person.last_message_at, *(o.sent_at for o in mine), *(o.nudged_at for o in mine)]
    if any(moment and calendar.date_of(moment) == calendar.date_of(turn.now) for moment in told):
        yield calendar.after(turn.now, 1), f"{person.first} had a message today"
    yield from _account_pace(turn, record)


def _account_pace(turn: Turn, record: StepRecord) -> Iterator[tuple[datetime, str]]:
    """Three messages a week; a step that goes to several people counts once, each further round of it again."""
    beside = {one.key for one in _beside(turn, record)}
    own = [
        other.sent_at
        for other in turn.run.steps.values()
        if other.sent_at and other.contact_id and not other.in_conversation and other.key not in beside
    ]
    recent = sorted(m for m in (*own, *turn.context.recent_sends) if turn.now - m < ACCOUNT_WINDOW)
    if len(recent) >= ACCOUNT_LIMIT:
        yield (
            recent[-ACCOUNT_LIMIT] + ACCOUNT_WINDOW,
            f"{turn.context.account} had {len(recent)} messages this week",
        )
