"""App Home: for customers what they can do and asked, for the team their work, for admins the set-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import StaticSelectElement
from slack_sdk.models.views import View

from bot.blocks import parts
from bot.blocks.account import QuestionLine, question_line
from bot.blocks.approvals import ApprovalItem, approval_rows
from bot.blocks.tasks import TaskItem, task_row
from bot.blocks.text import slack_date

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from slack_sdk.models.blocks import Block

    from store.people import Role

CHECKINS, CADENCE = "home_checkins", "home_cadence"
REFRESH, DONE = "home_refresh", "home_task_done"
CADENCE_WORDS = {"usual": "As usual", "fewer": "At most every two weeks", "monthly": "At most once a month"}
LISTED = 10
_WHAT = {
    "end_user": "Write me a question in *Messages*, or mention me in a channel: I answer with sources, or bring you "
    "to a person.",
    "csm": "Ask me anything in *Messages*. `/cs help` lists what I do for your accounts.",
    "manager": "Ask me anything in *Messages*. `/cs digest 7d` shows what your teams' customers said.",
    "admin": "Ask me anything in *Messages*. Below is how far I am set up, and what is missing.",
}


@dataclass(frozen=True)
class SetupLine:
    """Something that an installation needs: what is there, and what to do if it is not."""

    ok: bool
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class HomePage:
    """What one person sees. What does not apply to them is left empty."""

    name: str
    role: Role
    customer: bool = True  # not of our own team: check-ins may reach them
    opted_out: bool = False
    cadence: str = "usual"  # a key of CADENCE_WORDS
    next_check_in: datetime | None = None  # of them or a colleague
    questions: tuple[QuestionLine, ...] = ()
    setup: tuple[SetupLine, ...] = ()
    digest: tuple[str, ...] = ()  # mrkdwn lines
    approvals: tuple[ApprovalItem, ...] = ()
    tasks: tuple[TaskItem, ...] = ()
    runs: tuple[str, ...] = ()  # mrkdwn lines, as those of accounts
    accounts: tuple[str, ...] = ()


def home_view(page: HomePage) -> dict[str, Any]:
    """The view."""
    greeting = f"Hello {page.name.split(maxsplit=1)[0]}" if page.name.strip() else "Hello"
    blocks: list[Block] = [parts.header(greeting), parts.section(_WHAT[page.role])]
    blocks += _customer(page) if page.customer else _team(page)
    blocks += _list("Your last questions", [question_line(question) for question in page.questions])
    blocks.append(parts.actions(parts.button("Refresh", REFRESH)))
    return View(type="home", blocks=blocks[:100]).to_dict()


def _customer(page: HomePage) -> Iterator[Block]:
    if page.opted_out:
        text = "*Check-ins are off.* I only answer you."
        yield parts.section(text, accessory=parts.button("Start check-ins", CHECKINS, "in"))
        return
    lines = ["*Check-ins are on.* I may ask now and then how things are going."]
    if page.next_check_in:
        lines.append(f"The next one, to you or a colleague, is planned for {slack_date(page.next_check_in)}.")
    yield parts.section("\n".join(lines), accessory=parts.button("Stop check-ins", CHECKINS, "out"))
    yield parts.section("How often may I ask you?", accessory=_cadence(page.cadence))


def _cadence(chosen: str) -> StaticSelectElement:
    options = {value: parts.option(words, value) for value, words in CADENCE_WORDS.items()}
    return StaticSelectElement(
        action_id=CADENCE,
        placeholder="How often?",
        options=list(options.values()),
        initial_option=options.get(chosen, options["usual"]),
    )


def _team(page: HomePage) -> Iterator[Block]:
    if page.setup:
        yield parts.section("*Set-up*\n" + "\n".join(setup_row(line) for line in page.setup))
    yield from _list("The last seven days", list(page.digest))
    yield from approval_rows(page.approvals)
    yield parts.section(f"*Your open tasks*  {len(page.tasks) or 'none'}")
    for item in page.tasks[:LISTED]:
        yield task_row(item, DONE)
    if len(page.tasks) > LISTED:
        yield parts.context(f"… and {len(page.tasks) - LISTED} more: `/cs tasks`")
    yield from _list("Playbooks running", list(page.runs))
    yield from _list("Accounts", list(page.accounts))


def setup_row(line: SetupLine) -> str:
    """One thing that an installation needs, as a line of mrkdwn."""
    mark = ":white_check_mark:" if line.ok else ":warning:"
    return f"{mark} {line.text}" + (f"\n↳ {line.remedy}" if line.remedy and not line.ok else "")


def _list(title: str, lines: list[str]) -> Iterator[Block]:
    if lines:
        more = f"\n… and {len(lines) - LISTED} more" if len(lines) > LISTED else ""
        yield parts.section(f"*{title}*\n" + "\n".join(lines[:LISTED]) + more)
