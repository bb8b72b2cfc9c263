"""Fills the local workspace once, at its first start, through the product's own functions.

Two parts, so that the page is usable at once: `records` needs no model and takes a second or two (accounts,
people, the month's questions with their recorded answers, the channels' history); `knowledge` takes the
sample help centre in and may run in the background. Each step is remembered in `seed.json`: a killed start is
completed by the next one, and what is done is never done again, so that people may change it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from bot.local import sample
from bot.local.errors import LocalWorkspaceError
from bot.local.history import write_history
from bot.local.month import MonthRows, Spoken, resolve
from bot.local.records import Records
from playbooks.runner import PlaybookRunner
from store import access, people
from store.accounts_import import import_csv
from store.clock import FixedClock
from store.tables import Workspace, accounts, answers, workspaces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.local.directory import Directory
    from knowledge.ingest import Ingest
    from store.clock import Clock
    from store.database import Database


class SeedError(LocalWorkspaceError):
    """The sample data cannot be loaded."""


@dataclass
class Progress:
    """When the workspace was first started, and which steps are done; kept in a file."""

    path: Path
    started_at: datetime
    done: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path, clock: Clock) -> Self:
        """What is on disk; else a first start, now.

        Raises:
            SeedError: the file is damaged.
        """
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return cls(path, datetime.fromisoformat(stored["started_at"]), list(stored["done"]))
        except FileNotFoundError:
            progress = cls(path, clock.now())
            progress._save()
            return progress
        except (ValueError, KeyError, TypeError) as error:
            raise SeedError(
                f"{path} cannot be read; delete the folder {path.parent} to begin anew."
            ) from error

    def once(self, step: str, work: Callable[[], object]) -> None:
        """Do a step unless it is done, then remember it."""
        if step not in self.done:
            work()
            self.done.append(step)
            self._save()

    def _save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".tmp")
        draft.write_text(json.dumps({"started_at": self.started_at.isoformat(), "done": self.done}))
        os.replace(draft, self.path)  # noqa: PTH105 - the atomic one, by its known name


class Seed:
    """Loads the sample data into a local workspace.

    Args:
        database: the store.
        workspace_id: a workspace that is local.
        folder: the local workspace's own folder.
        clock: tells when the first start is; all sample dates count from it.

    Raises:
        SeedError: the workspace is a real one.
    """

    def __init__(self, database: Database, workspace_id: str, folder: Path, clock: Clock) -> None:
        with database.reading() as session:
            workspace = session.get(Workspace, workspace_id)
        if workspace is None or not workspace.is_local:
            raise SeedError("Sample data is only for the local workspace; this is a real one.")
        self.directory: Directory = sample.directory()
        self._database = database
        self._workspace_id = workspace_id
        self._folder = folder
        self._progress = Progress.load(folder / "seed.json", clock)

    def records(self) -> None:
        """Everything that needs no model. Call it before the local workspace is opened."""
        self.customers()
        self._progress.once("month", self._month)
        self._progress.once("history", self._history)
        self._progress.once("runs", self._runs)

    def customers(self) -> None:
        """Only accounts and people."""
        self._progress.once("accounts", self._accounts)
        self._progress.once("people", self._people)

    def knowledge(self, ingest: Ingest, account_id: Callable[[str], str | None]) -> None:
        """Take the help centre in, then point the month's citations at its passages.

        Args:
            ingest: of the same workspace.
            account_id: finds an account by its key.
        """

        def sync() -> None:
            ingest.sync(sample.HELP_CENTER, audience="customer", account_id=account_id)
            with self._database.transaction() as session:
                answers.link_citations(session, self._workspace_id)

        self._progress.once("knowledge", sync)

    def spoken(self) -> list[Spoken]:
        """The month, resolved against the directory and the first start."""
        return resolve(sample.month(), self.directory, self._progress.started_at)

    def _accounts(self) -> None:
        now = self._progress.started_at
        for noun in sample.NOUNS:
            rows = sample.accounts_csv(noun, now.date())
            report = import_csv(self._database, self._workspace_id, noun, rows, now=now)
            if report.failed:
                first = report.failed[0]
                raise SeedError(f"The sample file {noun}.csv, line {first.line}: {first.reason}")

    def _people(self) -> None:
        now = self._progress.started_at
        with self._database.transaction() as session:
            for user in self.directory.users:
                workspaces.remember_user(
                    session,
                    self._workspace_id,
                    user.id,
                    now,
                    name=user.real_name,
                    email=user.email,
                    timezone=user.tz,
                    team_id=self.directory.team_of(user),
                )
                people.link_by_email(session, self._workspace_id, user.id, now)
            for channel in self.directory.channels:
                if channel.name:
                    access.map_channel(session, self._workspace_id, channel.id, channel.name, now)

    def _month(self) -> None:
        recorded = sample.recorded_answers()
        with self._database.transaction() as session:
            self._rows().write(session, self.spoken(), recorded)

    def _history(self) -> None:
        with self._database.reading() as session:
            lines = self._rows().lines(session, self.spoken(), self.directory)
        records = Records(self._folder / "workspace.jsonl")
        try:
            write_history(records, self.directory, lines)
        finally:
            records.close()

    def _runs(self) -> None:
        """Start the month's playbooks when they were started; a run of the same cycle is not begun again."""
        for past in sample.month().runs:
            clock = FixedClock(self._progress.started_at - timedelta(days=past.days_ago))
            runner = PlaybookRunner(self._database, clock, workspace_id=self._workspace_id)
            with self._database.transaction() as session:
                account = accounts.find_by_key(session, self._workspace_id, past.account)
                user = next((user for user in self.directory.users if user.name == past.by), None)
                if account is None or user is None:
                    raise SeedError(f"month.yaml: there is no {past.account} or nobody called {past.by}.")
                runner.start_in(session, past.playbook, account.id, user.id, self._workspace_id)

    def _rows(self) -> MonthRows:
        return MonthRows(self._workspace_id, self.directory.app.user_id, self._progress.started_at)
