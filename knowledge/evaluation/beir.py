"""Reading an evaluation set in BEIR form: corpus, queries, judgements."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from knowledge.errors import KnowledgeError
from knowledge.sources.documents import READERS, read_document
from knowledge.types import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from knowledge.types import SourceDocument

_TURN = "|user|:"


@dataclass(frozen=True)
class BeirQuery:
    """A query; of a thread, the last turn is asked and the others are its history.

    Attributes:
        id: of the query.
        text: what is asked.
        history: what the person asked before.
        answer: the gold answer, where the set has one.
    """

    id: str
    text: str
    history: tuple[Turn, ...] = ()
    answer: str = ""


def documents(directory: Path) -> Iterator[SourceDocument]:
    """The corpus as documents, read as the product reads files: by the ending of the id, else as plain text.

    Raises:
        KnowledgeError: there is no corpus.jsonl or corpus.jsonl.gz, or a line of it is broken.
    """
    for row in json_lines(corpus_file(directory)):
        identity, title = str(row["_id"]), str(row.get("title") or "").strip()
        text = str(row.get("text") or "").removeprefix(title).strip() or title
        name = identity if PurePosixPath(identity).suffix.lower() in READERS else f"{identity}.txt"
        found = read_document(name, text.encode())
        yield replace(found, uri=identity, title=title or found.title)


def corpus_file(directory: Path) -> Path:
    """The file that holds the corpus.

    Raises:
        KnowledgeError: there is none.
    """
    return _existing(directory, "corpus.jsonl", "corpus.jsonl.gz")


def document_ids(directory: Path) -> frozenset[str]:
    """The ids of the corpus."""
    return frozenset(str(row["_id"]) for row in json_lines(corpus_file(directory)))


def queries(file: Path) -> list[BeirQuery]:
    """The queries of a file, `{"_id", "text"}` a line; with a gold `answer` where there is one."""
    return [_query(row) for row in json_lines(file)]


def judged_queries(directory: Path, file: Path | None = None) -> list[BeirQuery]:
    """The queries that have judgements: of the file, else of queries.jsonl."""
    judged = judgements(directory)
    return [query for query in queries(file or directory / "queries.jsonl") if query.id in judged]


def judgements(directory: Path) -> dict[str, dict[str, float]]:
    """Query id -> document id -> relevance, from qrels.tsv."""
    judged: dict[str, dict[str, float]] = {}
    with _existing(directory, "qrels.tsv", "qrels/test.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row) >= 3 and row[2].lstrip("-").isdigit():  # the first line may be a heading
                judged.setdefault(row[0], {})[row[1]] = float(row[2])
    return judged


def _query(row: Mapping[str, Any]) -> BeirQuery:
    turns = [turn.strip() for turn in str(row["text"]).split(_TURN) if turn.strip()] or [""]
    history = tuple(Turn("person", turn) for turn in turns[:-1])
    return BeirQuery(str(row["_id"]), turns[-1], history, str(row.get("answer") or "").strip())


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, each with an `_id`; .gz is read as well.

    Raises:
        KnowledgeError: a line is broken; the message names it.
    """
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _row(line, f"{path.name}, line {number}")


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict) or "_id" not in row:
        raise KnowledgeError(f'{where}: expected {{"_id": ..., "text": ...}}.')
    return row


def _existing(directory: Path, *names: str) -> Path:
    for name in names:
        if (directory / name).is_file():
            return directory / name
    raise KnowledgeError(f"{directory} has no {names[0]}. Give a folder in BEIR form.")
