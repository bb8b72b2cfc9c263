"""Insert unless it is there: says truly which of two writers was first, on both databases."""

from __future__ import annotations

from sqlmodel import select

from store.tables import Task
from store.upsert import insert_new


def test_only_the_first_of_two_writers_inserts(database, workspace, clock):
    written = []
    for title in ("first", "second"):
        with database.transaction() as session:
            task = Task(workspace_id=workspace.id, key="one", title=title, created_at=clock.now())
            written.append(insert_new(session, task))
    with database.reading() as session:
        titles = [task.title for task in session.exec(select(Task)).all()]
    assert (written, titles) == ([True, False], ["first"])
