"""Builds the demo company in a data folder of its own: `guidepost demo`."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from bot.demo.answers import RememberedAnswers
from bot.demo.company import ADMIN, Company, make_company
from bot.demo.marking import mark
from bot.demo.planted import LEAST_ACCOUNTS, LEAST_MONTHS, with_planted_terms
from bot.demo.play import Play
from bot.demo.stage import Stage
from bot.local import sample
from bot.local.clock import LocalClock
from bot.local.errors import LocalWorkspaceError
from bot.local.server import LocalWorkspace
from bot.start import app_config
from bot.wiring import LoadingAnswers, open_core, workspace_folder
from store import people
from store.accounts_import import import_csv
from store.clock import FixedClock, SystemClock
from store.tables import workspaces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.services import Answers
    from bot.settings import Settings
    from bot.wiring import Core

MONTH = 365 / 12  # days
BEGINS = time(5, 0)  # UTC


class NoDemo(LocalWorkspaceError):  # noqa: N818
    """The demo company cannot be built here."""


@dataclass(frozen=True)
class Passed:
    """How far it is: days played, of how many."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Plan:
    """What is to be built.

    Args:
        months: how many are played.
        accounts: how many customers.
        seed: the same gives the same company, and the same rows.
        last: the last day of these months.
        days: how many days are played, from the first on; all of them if None.
    """

    months: int
    accounts: int
    seed: int
    last: date
    days: int | None = None

    def company(self) -> Company:
        """Who is in it.

        Raises:
            NoDemo: there are too few months or accounts.
        """
        if self.months < LEAST_MONTHS or self.accounts < LEAST_ACCOUNTS:
            raise NoDemo(
                f"A demo company has at least {LEAST_MONTHS} months and {LEAST_ACCOUNTS} accounts: "
                "what is planted in it needs them."
            )
        first = self.last - timedelta(days=round(self.months * MONTH) - 1)
        return with_planted_terms(make_company(self.accounts, self.seed, first, self.last))

    def ends(self, company: Company) -> datetime:
        """Until when the company is played."""
        over = company.last if self.days is None else company.first + timedelta(days=self.days - 1)
        return datetime.combine(over + timedelta(days=1), BEGINS, UTC)


def plan_of(months: int, accounts: int, seed: int, until: str) -> Plan:
    """What a person wants to have built; without a last day, until yesterday.

    Raises:
        NoDemo: that is no day.
    """
    try:
        last = date.fromisoformat(until) if until else SystemClock().now().date() - timedelta(days=1)
    except ValueError as error:
        raise NoDemo(f"“{until}” is no day; write it as 2026-12-31.") from error
    return Plan(months, accounts, seed, last)


def build(
    settings: Settings,
    plan: Plan,
    *,
    answers: Callable[[Core], Answers] = LoadingAnswers,
    tell: Callable[[Passed], None] | None = None,
) -> dict[str, Any]:
    """Play the company's months into the settings' data folder; what was built.

    Raises:
        NoDemo: the folder holds something else, or the settings are of a real Slack workspace.
    """
    company = plan.company()
    _check(settings)
    folder = workspace_folder(settings)
    begins = datetime.combine(company.first, BEGINS, UTC)
    clock = LocalClock(folder, FixedClock(begins))
    with ExitStack() as stack:
        core = open_core(settings, clock)
        stack.callback(core.database.close)
        workspace = stack.enter_context(
            LocalWorkspace(folder, clock, directory=company.directory, config=app_config())
        )
        remembered = RememberedAnswers(answers(core))
        stage = Stage(core, workspace, clock, remembered)
        _staff(core, company)
        core.ingest.sync(sample.HELP_CENTER, audience="customer", account_id=core.account_id)
        remembered.load()
        _publish(stage)
        ends = plan.ends(company)
        play = Play(stage, company, plan.seed)
        for day in play.until(ends):
            if tell is not None:
                tell(Passed("days", (day - begins).days, (ends - begins).days))
    about = {
        "months": plan.months,
        "accounts": plan.accounts,
        "seed": plan.seed,
        "last": plan.last.isoformat(),
    }
    mark(folder, company.directory.personas, about)
    _let_the_clock_go(folder, ends, SystemClock().now())
    return {
        "folder": str(settings.data_folder),
        "accounts": len(company.customers),
        "first": company.first.isoformat(),
        "last": company.last.isoformat(),
        "answers_worked_out": remembered.given,
    }


def _check(settings: Settings) -> None:
    if not settings.is_local:
        raise NoDemo("The demo company is only for the local workspace; these settings are of a real one.")
    if settings.database_url:
        raise NoDemo("The demo company has a database of its own; unset DATABASE_URL to build it.")
    if settings.data_folder.exists() and any(settings.data_folder.iterdir()):
        raise NoDemo(
            f"{settings.data_folder} is not empty. Give another folder with --data, or delete that one."
        )


def _staff(core: Core, company: Company) -> None:
    """Fernway's own people, known by their Slack ids."""
    now = core.clock.now()
    import_csv(core.database, core.workspace_id, "staff", sample.accounts_csv("staff", now.date()), now=now)
    with core.database.transaction() as session:
        for user in (one for one in company.directory.users if one.is_staff):
            workspaces.remember_user(
                session, core.workspace_id, user.id, now, name=user.real_name, email=user.email, timezone=user.tz,
                team_id=company.directory.team_of(user),
            )  # fmt: skip
            people.link_by_email(session, core.workspace_id, user.id, now)


def _publish(stage: Stage) -> None:
    """Every playbook begins by itself, as after an admin published it."""
    runner = stage.services.runner
    for definition in runner.definitions.values():
        runner.publish(definition, ADMIN, stage.services.workspace_id)


def _let_the_clock_go(folder: Path, ends: datetime, now: datetime) -> None:
    """From now on the workspace's clock goes with the machine's, and is not behind what was played."""
    ahead = max(ends - now, timedelta(0))
    (folder / "clock.json").write_text(json.dumps({"offset_seconds": ahead.total_seconds()}))
