"""How long a digest of 100,000 messages and 10,000 ratings takes, against the bare SQL of the same figures.

Seconds are printed, never asserted: machines differ. Asserted is how they compare with one another. `make bench ARGS="-k digest"` runs this.
"""

from __future__ import annotations

import gc
import math
import sys
import time

import numpy as np
import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from knowledge.themes import themes
from store.database import Database
from store.insights.digest import digest
from store.insights.scope import WHOLE_WORKSPACE, period_of
from tests.benchmarks.many_rows import DAYS, NOW, WORKSPACE, fill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

SIZES = (10_000, 30_000, 100_000)
MANY = SIZES[-1]
QUESTION = (
    "SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id LEFT JOIN answers a "
    "ON a.question_id = m.id AND a.created_at <= :now WHERE m.workspace_id = :workspace AND m.is_question "
    "AND m.created_at >= :start AND m.created_at < :end {0} ORDER BY m.created_at, m.id"
)
RATING = (
    "SELECT f.id FROM feedback f JOIN answers a ON a.id = f.answer_id JOIN messages m ON m.id = a.question_id "
    "WHERE f.workspace_id = :workspace AND f.kind = 'answer_rating' AND f.created_at <= :now "
    "AND m.created_at >= :start AND m.created_at < :end {0} ORDER BY f.created_at, f.id"
)
SAID = (
    "SELECT f.id FROM feedback f WHERE f.workspace_id = :workspace AND f.created_at >= :start "
    "AND f.created_at < :end {0} ORDER BY f.created_at, f.id"
)
RATED = "AND EXISTS (SELECT 1 FROM feedback f WHERE f.answer_id = a.id AND f.rating IS NOT NULL)"
FIGURES = {  # the bare SQL of each figure that comes from these rows
    "questions.asked": QUESTION.format(""),
    "questions.answered": QUESTION.format("AND a.status IN ('answered', 'partial')"),
    "questions.clarified": QUESTION.format("AND a.status = 'clarify'"),
    "questions.refused": QUESTION.format("AND a.status = 'refused'"),
    "questions.failed": QUESTION.format("AND a.status = 'error'"),
    "questions.waiting": QUESTION.format("AND a.id IS NULL"),
    "answers.given": QUESTION.format("AND a.id IS NOT NULL"),
    "answers.rated": QUESTION.format(RATED),
    "ratings.all": RATING.format(""),
    "ratings.up": RATING.format("AND f.rating = 1"),
    "feedback.new": SAID.format(""),
    "feedback.positive": SAID.format("AND f.rating = 1"),
    "feedback.negative": SAID.format("AND f.rating = -1"),
}


def shown(what, seconds):
    sys.stdout.write(f"{what:<58} {seconds:7.2f} s\n")


def best(run, times=3):
    """Seconds on the wall and of this process's processor time, each of the quickest of a few runs; what it came to."""
    taken = []
    for _ in range(times):
        started, spent = time.perf_counter(), time.process_time()
        made = run()
        taken.append((time.perf_counter() - started, time.process_time() - spent))
    seconds, processor = map(min, zip(*taken, strict=True))
    return seconds, processor, made


def of_figures(database):
    """Every figure by its own statement: the same rows in the same order."""
    period = period_of(f"{DAYS}d", NOW)
    given = {"workspace": WORKSPACE, "start": period.start, "end": period.end, "now": NOW}
    if database.engine.dialect.name == "sqlite":
        given |= {
            key: value.replace(tzinfo=None).isoformat(" ", "microseconds")
            for key, value in given.items()
            if key != "workspace"
        }
    with database.engine.connect() as connection:
        return {key: tuple(connection.execute(text(sql), given).scalars()) for key, sql in FIGURES.items()}


def of_digest(database, find=None):
    with database.reading() as session:
        return digest(session, WORKSPACE, period_of(f"{DAYS}d", NOW), WHOLE_WORKSPACE, NOW, find_themes=find)


def measured(database, messages):
    fill(database, messages)
    name = database.engine.dialect.name
    seconds, processor, made = best(lambda: of_digest(database))
    bare, _, rows = best(lambda: of_figures(database))
    assert {key: made.figures[key].evidence for key in FIGURES} == rows
    shown(f"digest of {messages} messages, {name}", seconds)
    shown(f"  processor time of the same, {name}", processor)
    shown(f"  the bare SQL of its figures, {name}", bare)
    return seconds, bare


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_digest_of_many_rows_costs_little_more_than_its_sql(request, kind):
    seconds, bare = measured(request.getfixturevalue(f"{kind}_database"), MANY)

    assert seconds <= 3 * bare, "the digest costs more than three times the bare SQL of its figures"


def test_a_digest_grows_with_its_rows(tmp_path):
    """In processor time, which other work on the machine changes least: the exponent of rows, fitted over three sizes."""
    taken = {}
    for messages in SIZES:
        database = Database(f"sqlite:///{tmp_path}/{messages}.db")
        SQLModel.metadata.create_all(database.engine)
        fill(database, messages)
        gc.collect()
        _, taken[messages], _ = best(lambda held=database: of_digest(held), times=4)
        shown(f"digest of {messages} messages, processor time", taken[messages])
        database.close()
    logarithms = [[math.log(value) for value in pair] for pair in taken.items()]
    exponent, _ = np.polyfit(*zip(*logarithms, strict=True), 1)
    sys.stdout.write(f"{'  grows as its rows to the power of':<58} {exponent:7.2f}\n")

    assert exponent <= 1.1, "a digest grows faster than its rows"


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_digest_with_themes_of_many_questions(request, kind):
    database = request.getfixturevalue(f"{kind}_database")
    fill(database, MANY, with_vectors=True)
    seconds, processor, made = best(lambda: of_digest(database, themes))

    shown(f"digest of {MANY} messages with themes, {kind}", seconds)
    shown(f"  processor time of the same, {kind}", processor)
    assert made.themes
