"""`guidepost playbooks simulate`: whose playbooks, who answers what, and the course as text."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING, Any

import yaml

from playbooks.runner import PlaybookRunner
from playbooks.simulation import simulate
from playbooks.stand_ins import Sampled, Script, Scripted
from store import people
from store.errors import GuidepostError, NotFound
from store.finding import find_account
from store.people import Person
from store.tables import accounts

if TYPE_CHECKING:
    from pathlib import Path

    from bot.wiring import Core
    from playbooks.course import Course
    from playbooks.stand_ins import StandIns

EVERYBODY = Person(None, "staff", "admin", "the command line")


def simulate_for(
    core: Core,
    playbook: str,
    *,
    until: str,
    account: str | None = None,
    segment: str | None = None,
    people: StandIns | None = None,
) -> Course:
    """What a playbook would send to an account or to a whole segment until a day, with nothing sent.

    Raises:
        NotFound: no such account, several of that name, or nobody in the segment.
        GuidepostError: `until` is no date or has passed, neither or both of account and segment are named, or
            the one account cannot have that playbook.
    """
    now = core.clock.now()
    day = _day(until, now.date())
    if (account is None) == (segment is None):
        raise GuidepostError("Name one of them: --account NAME or --segment SMB.")
    chosen = [_account(core, account)] if account is not None else _segment(core, segment or "")
    runner = PlaybookRunner(core.database, core.clock, setting=core.playbook_setting)
    course = simulate(
        runner, core.database, core.workspace_id, chosen, now=now, plays=[playbook], until=day, people=people
    )
    if account is not None and course.refused:
        raise GuidepostError(next(iter(course.refused.values())))
    return course


def stand_ins(answers: Path | None, sample: int | None) -> StandIns | None:
    """Who answers: as a file says, as chance says with that seed, or nobody.

    Raises:
        GuidepostError: both are given, or the file maps no steps to answers.
    """
    if answers and sample is not None:
        raise GuidepostError("Give either --answers FILE or --sample SEED.")
    if sample is not None:
        return Sampled(lambda words: Random(f"{sample}|{words}"))  # noqa: S311 - chance, nothing secret
    return Script(scripted(answers)) if answers else None


def scripted(path: Path) -> dict[str, Scripted]:
    """Answers by step: `O2: blocked` is an option's value, `O2: {text: It does not start}` are words.

    Raises:
        GuidepostError: the file is nothing of that kind.
    """
    remedy = (
        f"{path} maps no steps to answers. Write lines such as `O2: blocked` or `O1: {{text: Fewer calls}}`."
    )
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise GuidepostError(remedy) from error
    if not isinstance(data, dict):
        raise GuidepostError(remedy)
    found = {}
    for step, answer in data.items():
        known = answer if isinstance(answer, dict) else {"value": str(answer)}
        if not known or set(known) - {"value", "text"}:
            raise GuidepostError(remedy)
        value, text = (str(known[name]) if name in known else None for name in ("value", "text"))
        found[str(step)] = Scripted(value, text)
    return found


def course_text(course: Course) -> str:
    """The course for a terminal: a line each, what is said below it."""
    rows = []
    for line in course.lines:
        moment = line.local_time or f"{line.at:%a %Y-%m-%d %H:%M UTC}"
        collision = f"collides with {line.collides_with}" if line.collides_with else None
        notes = "; ".join(filter(None, (line.rule, line.delivery, line.why, collision)))
        head = " · ".join(
            filter(None, (moment, line.account, line.kind.replace("_", " "), line.step, line.to))
        )
        rows.append(head + (f" ({notes})" if notes else ""))
        rows += [f"    {text}" for text in line.text.splitlines()]
        if line.options:
            rows.append("    " + " ".join(f"[{option}]" for option in line.options))
    messages = sum(line.kind == "message" for line in course.lines)
    rows.append(
        f"{messages} messages, {len(course.collisions)} put off by another playbook. Nothing was sent."
    )
    return "\n".join(rows)


def _account(core: Core, name: str) -> str:
    with core.database.reading() as session:
        ids = people.visible_account_ids(session, core.workspace_id, EVERYBODY)
        match = find_account(session, core.workspace_id, name, ids)
    if match.account is None:
        names = ", ".join(found.name for found in match.accounts)
        names = names or "none; `guidepost accounts import` adds some"
        raise NotFound(f"Which account is “{name}”? There are: {names}.")
    return match.account.id


def _segment(core: Core, segment: str) -> list[str]:
    with core.database.reading() as session:
        found = accounts.in_segment(session, core.workspace_id, segment.upper())
    if not found:
        raise NotFound(f"No account is in the segment “{segment}”. There are SMB, MM and ENT.")
    return found


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise GuidepostError(f"{text} is no date. Write it as 2026-12-31.") from None
    if day < today:
        raise GuidepostError(f"{text} has passed; it is {today} now. Give a day to come.")
    return day
