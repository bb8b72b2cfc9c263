"""Accounts and what belongs to them, from CSV files: one file a noun.

A bad row is reported with its line and the rest is kept. Importing again updates: a column that the file
does not have leaves what is stored alone, an empty cell empties it.
"""

from __future__ import annotations

import csv
import difflib
import io
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select

from store import news
from store.csv_columns import NOUNS, Noun
from store.errors import ImportFailed
from store.tables import changes
from store.tables.accounts import Account, Contact
from store.tables.erasures import find_erasure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlmodel import SQLModel

    from store.database import Database

DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Segments:
    """Where segments begin, in whole units of annual recurring revenue."""

    smb_below: int = 12_000
    ent_from: int = 100_000

    def segment(self, arr_minor: int | None) -> str:
        """SMB, MM or ENT; MM where the revenue is unknown."""
        if arr_minor is None:
            return "MM"
        if arr_minor < self.smb_below * 100:
            return "SMB"
        return "ENT" if arr_minor >= self.ent_from * 100 else "MM"


@dataclass(frozen=True)
class FailedRow:
    """A row that was left out: the line it begins on, why, and what to do."""

    line: int
    reason: str


@dataclass(frozen=True)
class ImportReport:
    """What an import did; rows, not lines."""

    noun: str
    added: int
    updated: int
    unchanged: int
    failed: tuple[FailedRow, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {**asdict(self), "failed": [asdict(row) for row in self.failed]}


def import_csv(
    database: Database,
    workspace_id: str,
    noun: str,
    source: Path | str,
    *,
    now: datetime,
    segments: Segments | None = None,
) -> ImportReport:
    """Read one file into the store.

    Args:
        database: the store.
        workspace_id: whose accounts they are.
        noun: accounts, contacts, subscriptions, staff or usage.
        source: a file, or the text of one.
        now: the present moment.
        segments: how a missing segment follows from revenue.

    Raises:
        ImportFailed: the file as a whole cannot be read; nothing was stored.
    """
    if noun not in NOUNS:
        raise ImportFailed(
            f"'{noun}' is nothing that can be imported.{_hint(noun, NOUNS)} There are: {', '.join(NOUNS)}."
        )
    kind = NOUNS[noun]
    header, rows = _open(noun, kind, _text_of(source))
    with database.transaction() as session:
        writer = _Writer(session, workspace_id, kind, now, segments or Segments())
        for line, cells in rows:
            writer.take(line, header, cells)
        session.flush()
        for row in writer.written:
            news.tell(session, row, now)
    return ImportReport(noun, writer.added, writer.updated, writer.unchanged, tuple(writer.failed))


def _text_of(source: Path | str) -> str:
    content, name = (source, "The text") if isinstance(source, str) else (_read(source), str(source))
    if "\0" in content:
        raise ImportFailed(f"{name} is no text in UTF-8. Save the sheet as 'CSV UTF-8' and import that file.")
    return content.removeprefix("\ufeff")


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ImportFailed(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        return "\0"  # which no text holds


def _open(noun: str, kind: Noun, content: str) -> tuple[list[str], Sequence[tuple[int, list[str]]]]:
    """The checked header, and every row with the line it begins on."""
    first_line = content.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    try:
        rows = list(_numbered(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)))
    except csv.Error as error:
        raise ImportFailed(
            f"The file for {noun} is no CSV: {error}. Look for a quotation mark that is not closed."
        ) from error
    if not rows:
        raise ImportFailed(
            f"The file for {noun} is empty. Its first line names the columns: {_listed(kind.columns)}."
        )
    header = ["_".join(name.strip().lower().split()) for name in rows[0][1]]
    _check_header(noun, kind, header)
    return header, rows[1:]


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, with the line each begins on; a quoted cell may span lines."""
    begins = 1
    for cells in reader:
        trimmed = [cell.strip() for cell in cells]
        if any(trimmed):
            yield begins, trimmed
        begins = reader.line_num + 1


def _check_header(noun: str, kind: Noun, header: list[str]) -> None:
    for name in header:
        if name not in kind.columns:
            raise ImportFailed(
                f"The file for {noun} has a column '{name}' that is not known.{_hint(name, kind.columns)} "
                f"Columns are: {_listed(kind.columns)}."
            )
        if header.count(name) > 1:
            raise ImportFailed(f"The file for {noun} has the column '{name}' twice. Remove one.")
    if missing := [name for name in kind.required if name not in header]:
        raise ImportFailed(
            f"The file for {noun} lacks the column {_listed(missing)}. Add it; nothing was imported."
        )


class _Writer:
    """Takes rows one by one, and knows what is stored."""

    def __init__(
        self, session: Session, workspace_id: str, kind: Noun, now: datetime, segments: Segments
    ) -> None:
        self.session, self.workspace_id, self.kind = session, workspace_id, kind
        self.now, self.segments = now, segments
        self.accounts = {account.key: account for account in self._stored(Account)}
        self.known = {self._identity(row): row for row in self._stored(kind.model)}
        self.lines: dict[tuple[Any, ...], int] = {}  # identity -> the line that named it
        self.added = self.updated = self.unchanged = 0
        self.failed: list[FailedRow] = []
        self.written: list[SQLModel] = []  # rows that are new or changed

    def take(self, line: int, header: list[str], cells: list[str]) -> None:
        """Store one row, or report it."""
        try:
            values = self._values(header, cells)
            identity = tuple(values[field] for field in self.kind.identity)
            if identity in self.lines:
                raise ValueError(f"The row repeats line {self.lines[identity]}. Remove one of them.")  # noqa: TRY301
            row = self.known.get(identity)
            self._check(values, row)
        except ValueError as error:
            self.failed.append(FailedRow(line, str(error)))
            return
        self.lines[identity] = line
        self._store(identity, row, values)

    def _values(self, header: list[str], cells: list[str]) -> dict[str, Any]:
        """The fields that a row fills."""
        if len(cells) != len(header):
            raise ValueError(
                f"The row has {len(cells)} cells and the header {len(header)}. "
                "Put quotation marks around cells that hold the delimiter."
            )
        values: dict[str, Any] = {}
        for name, cell in zip(header, cells, strict=True):
            column = self.kind.columns[name]
            if cell:
                try:
                    values[column.field] = column.parse(cell)
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None
            elif column.required:
                raise ValueError(f"{name} is empty. Fill it in.")
            else:
                values[column.field] = list(column.empty) if isinstance(column.empty, list) else column.empty
        return self._resolved(values)

    def _resolved(self, values: dict[str, Any]) -> dict[str, Any]:
        """Turn what only the file knows into fields of the table."""
        if "account_key" in values:
            key = values.pop("account_key")
            if key not in self.accounts:
                raise ValueError(
                    f"account_id: there is no account '{key}'.{_hint(key, self.accounts)} Import accounts first."
                )
            values["account_id"] = self.accounts[key].id
        if "channel" in values:
            values["slack_channel_id"], values["slack_channel_name"] = values.pop("channel")
        if self.kind.model is Account and values.get("segment") is None:
            values.pop("segment", None)
            if "arr_minor" in values:
                values["segment"] = self.segments.segment(values["arr_minor"])
        return values

    def _check(self, values: dict[str, Any], row: SQLModel | None) -> None:
        """What no cell can know alone."""
        if self.kind.model is Account and "slack_channel_name" in values:
            self._check_channel(values, row)
        if self.kind.model is Contact and find_erasure(self.session, self.workspace_id, values["email"]):
            raise ValueError("This person asked to be forgotten and was erased. Take them out of the file.")
        starts, renews = values.get("started_on"), values.get("renews_on")
        if starts and renews and renews <= starts:
            raise ValueError(f"renews_on {renews} is not after started_on {starts}. Correct one of them.")

    def _check_channel(self, values: dict[str, Any], row: Any) -> None:
        """A channel belongs to one account; a name that the bot has resolved keeps its id."""
        wanted = values["slack_channel_id"], values["slack_channel_name"]
        for other in self.accounts.values():
            clash = any(a and a == b for a, b in zip(wanted, _channel_of(other), strict=True))
            if clash and other is not row:
                raise ValueError(
                    f"channel: it is the channel of account '{other.key}' already. A channel belongs to one account."
                )
        if row is not None and wanted[0] is None and wanted[1] and wanted[1] == row.slack_channel_name:
            values["slack_channel_id"] = row.slack_channel_id

    def _store(self, identity: tuple[Any, ...], row: SQLModel | None, values: dict[str, Any]) -> None:
        if row is None:
            stamps = {
                name: self.now
                for name in ("created_at", "updated_at")
                if name in self.kind.model.model_fields
            }
            row = self.kind.model(workspace_id=self.workspace_id, **values, **stamps)
            self.session.add(row)
            self.written.append(row)
            self.known[identity] = row
            if isinstance(row, Account):
                self.accounts[row.key] = row
            self.added += 1
            return
        changed = {field: value for field, value in values.items() if getattr(row, field) != value}
        if not changed:
            self.unchanged += 1
            return
        was = {field: getattr(row, field) for field in changed}
        for field, value in changed.items():
            setattr(row, field, value)
        if isinstance(row, Account):
            for kind in (changes.STAGE, changes.SEGMENT):
                changes.note_change(self.session, row, kind, was.get(kind, getattr(row, kind)), self.now)
        if hasattr(row, "updated_at"):
            row.updated_at = self.now
        self.session.add(row)
        self.written.append(row)
        self.updated += 1

    def _identity(self, row: SQLModel) -> tuple[Any, ...]:
        return tuple(getattr(row, field) for field in self.kind.identity)

    def _stored(self, model: Any) -> list[Any]:
        return list(
            self.session.exec(select(model).where(col(model.workspace_id) == self.workspace_id)).all()
        )


def _channel_of(account: Account) -> tuple[str | None, str | None]:
    return account.slack_channel_id, account.slack_channel_name


def _listed(names: Any) -> str:
    return ", ".join(names)


def _hint(name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean '{close[0]}'?" if close else ""
