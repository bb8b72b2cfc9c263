"""Two databases, compared row by row: everything but ids, links and keys that are drawn, and what a moment's order is.

Slack's timestamps are compared by their second: their fraction counts what was said at the same moment.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter

from sqlmodel import SQLModel, select

ID = re.compile(r"\b[0-9a-f]{32}\b")
DRAWN = re.compile(r"\bEv[A-Z0-9]{10}\b|http://127[^\"]*|\bU\w+:\d+\.\d+\.\w+|(?<=\d{10})\.\d{6}\b")
ROUNDS = 2  # rows that a row names, and rows that those name


def rows_of(database, ignored=frozenset()):
    """The rows of every table, each as text in which an id stands for what its row says.

    Args:
        database: whose.
        ignored: (table, column) that may differ.
    """
    tables = {
        table.name: [
            {name: value for name, value in row.items() if (table.name, name) not in ignored}
            for row in _read(database, table)
        ]
        for table in SQLModel.metadata.sorted_tables
    }
    says = {}
    for _ in range(ROUNDS):
        says = {
            row["id"]: _digest(name, _text(row, says))
            for name, rows in tables.items()
            for row in rows
            if "id" in row
        }
    return {name: Counter(_text(row, says) for row in rows) for name, rows in tables.items()}


def _read(database, table):
    with database.reading() as session:
        return [dict(row) for row in session.execute(select(table)).mappings().all()]


def _text(row, says):
    own = {name: value for name, value in row.items() if name != "id"}
    told = DRAWN.sub("", json.dumps(own, sort_keys=True, default=str))
    return ID.sub(lambda found: says.get(found[0], "id"), told)


def _digest(table, text):
    return hashlib.sha256(f"{table}|{text}".encode()).hexdigest()[:12]
