"""An account as a card, and the picker where a name may mean several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slack_sdk.models.blocks import PlainTextObject, StaticSelectElement

from bot.blocks import parts
from bot.blocks.figures import USUAL, arr_of, number
from bot.blocks.text import brief, slack_date, slack_day, with_days
from bot.slack.messenger import Speech

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from slack_sdk.models.blocks import Block

PICK = "account_pick"
_PICTURES = {"answered": "✓", "partial": "◐", "clarify": "…", "refused": "✗", "error": "!"}


@dataclass(frozen=True)
class ContactLine:
    """A person at the account."""

    name: str
    persona: str
    title: str
    opted_out: bool = False


@dataclass(frozen=True)
class QuestionLine:
    """A question and how it ended."""

    text: str
    status: str
    asked_at: datetime


@dataclass(frozen=True)
class MomentLine:
    """Something that happened, on a day, and its address if it stands in Slack."""

    on: date
    text: str
    link: str | None = None


@dataclass(frozen=True)
class AccountCard:
    """What staff see of an account; money in minor units, health 0-100."""

    account_id: str
    name: str
    segment: str
    stage: str
    plan: str = ""
    seats: int | None = None
    arr_minor: int | None = None
    currency: str = "USD"
    health: int | None = None
    sentiment: str = ""
    goal: str = ""
    renews_on: date | None = None
    days_to_renewal: int | None = None
    auto_renews: bool = False
    csm: str = ""
    channel_id: str | None = None
    contacts: tuple[ContactLine, ...] = ()
    usage: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    open_tasks: int = 0
    overdue_tasks: int = 0
    questions: tuple[QuestionLine, ...] = ()
    locale: str = USUAL  # of the one who reads it
    health_inputs: tuple[str, ...] = ()  # what pulls the health down most, with why
    goals: tuple[str, ...] = ()
    open_questions: tuple[MomentLine, ...] = ()
    promises: tuple[str, ...] = ()
    moments: tuple[MomentLine, ...] = ()  # newest first


def facts(card: AccountCard) -> list[str]:
    """The card in a few mrkdwn lines: what somebody needs before they write to the customer."""
    plan = " · ".join(part for part in (card.segment, card.plan and f"{card.plan} plan", card.stage) if part)
    worth = arr_of(card.arr_minor, card.currency, card.locale)
    worth += f", {number(card.seats, card.locale)} seats" if card.seats else ""
    tasks = f"{card.open_tasks} open" + (f", {card.overdue_tasks} overdue" if card.overdue_tasks else "")
    return [
        f"*{brief(card.name)}*  {brief(plan)}",
        f"{worth} · renews {_renewal(card)}",
        f"Health {_health(card)} · CSM {brief(card.csm) or 'none'} · tasks: {tasks}",
    ]


def account_speech(card: AccountCard) -> Speech:
    """The whole card."""
    blocks: list[Block] = [parts.section("\n".join(facts(card)))]
    if card.goal:
        blocks.append(parts.section(f"*What they want:* {brief(card.goal, 300)}"))
    for title, lines in (
        ("Why that health", [with_days(brief(line, 160)) for line in card.health_inputs]),
        ("Goals", [with_days(brief(line, 160)) for line in card.goals]),
        ("Promised and not kept yet", [with_days(brief(line, 200)) for line in card.promises]),
        ("Questions open", [_moment(one) for one in card.open_questions]),
        ("People", [_contact(contact) for contact in card.contacts]),
        ("Usage", [with_days(brief(line, 160)) for line in card.usage]),
        ("Playbooks under way", [with_days(brief(line, 160)) for line in card.runs]),
        ("Last questions", [question_line(question) for question in card.questions]),
        ("Last moments", [_moment(one) for one in card.moments]),
    ):
        if lines:
            blocks.append(parts.section(f"*{title}*\n" + "\n".join(lines[:8]) + _rest(len(lines) - 8)))
    if card.channel_id:
        blocks.append(parts.context(f"Their channel: <#{card.channel_id}>"))
    return parts.speech("\n".join(facts(card)), blocks)


def picker_speech(
    wanted: str, choices: Sequence[tuple[str, str]], *, action_id: str, certain: bool
) -> Speech:
    """Which account is meant? `choices` are (name, value); pressing one acts as if it had been named.

    Args:
        wanted: what was typed.
        choices: at most 100.
        action_id: of the menu.
        certain: whether the name fits all of them, or is only similar.
    """
    shown = brief(wanted, 60)
    text = (
        f"Several accounts fit “{shown}”."
        if certain
        else f"No account is called “{shown}”. Is it one of these?"
    )
    menu = StaticSelectElement(
        action_id=action_id,
        placeholder=PlainTextObject(text="Choose an account"),
        options=[parts.option(name, value) for name, value in choices[:100]],
    )
    names = ", ".join(brief(name) for name, _ in choices[:10])
    return parts.speech(f"{text} {names}", [parts.section(text), parts.actions(menu)])


def nobody_speech(wanted: str, names: Sequence[str]) -> Speech:
    """No account fits."""
    if not names:
        return Speech(
            text="No accounts are assigned to you yet. An admin can import them or give you a team."
        )
    shown = brief(wanted, 60)
    unknown = f"I know no account “{shown}” among those you see." if shown else "Which account?"
    few = " or ".join(brief(name) for name in names[:2])
    return Speech(text=f"{unknown} Use its name, its channel or one of its people: {few}, for example.")


def question_line(question: QuestionLine) -> str:
    """A question in one mrkdwn line: how it ended, what it was, when."""
    picture = _PICTURES.get(question.status, "?")
    return f"{picture} {brief(question.text, 120)} · {slack_date(question.asked_at)}"


def _renewal(card: AccountCard) -> str:
    if card.renews_on is None:
        return "unknown"
    days = card.days_to_renewal or 0
    span = f"in {days} days" if days > 0 else ("today" if days == 0 else f"{-days} days ago")
    return f"{slack_day(card.renews_on)} ({span}{', automatically' if card.auto_renews else ''})"


def _health(card: AccountCard) -> str:
    number = "unknown" if card.health is None else f"{card.health}/100"
    return number + (f", CSM says {brief(card.sentiment)}" if card.sentiment else "")


def _moment(one: MomentLine) -> str:
    words = brief(one.text, 140)
    return f"{slack_day(one.on)} · {f'<{one.link}|{words}>' if one.link else words}"


def _contact(contact: ContactLine) -> str:
    about = ", ".join(part for part in (contact.persona.replace("_", " "), contact.title) if part)
    return f"{brief(contact.name)} ({brief(about)})" + (" · no check-ins" if contact.opted_out else "")


def _rest(count: int) -> str:
    return f"\n… and {count} more" if count > 0 else ""
