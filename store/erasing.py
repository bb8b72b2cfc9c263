"""Forgets a person: what they wrote and who they were goes, what was counted stays.

Rows are kept and emptied, so that figures and foreign keys hold; where a row needs a name it has `erased:` and a
salted hash. First what is known to be theirs is emptied; then every other text of the workspace is gone through,
table by table, for their names, ids and words, so that a table that is added later is covered too. One
transaction: killed in the middle, nothing has happened; done again, nothing is left to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update
from sqlmodel import SQLModel

from store.personal import subject
from store.scrubbing import ERASED, NAME, Eraser, plain, table_of
from store.tables import sources
from store.tables.erasures import Erasure, find_erasure, hash_of, request_erasure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlmodel import Session

# Of the company's own making, or without words: nobody's personal data.
LEFT_ALONE = frozenset({
    "workspaces", "sources", "vectors", "index_generations", "calibrations", "chat_usage", "erasures", "playbook_definitions", "staff",
    "timers", "trigger_states", "subscriptions", "accounts", "contacts", "slack_users",
})  # fmt: skip


@dataclass
class Report:
    """What was emptied or changed, rows by table."""

    counts: dict[str, int] = field(default_factory=dict)
    run_ids: frozenset[str] = frozenset()  # of their accounts: somebody else has to be asked now
    again: bool = False  # it had been done before

    def add(self, table: str, rows: int) -> None:
        """Note that many rows."""
        if rows:
            self.counts[table] = self.counts.get(table, 0) + rows


def erase_person(
    session: Session, workspace_id: str, name: str, *, requested_by: str, now: datetime
) -> Report:
    """Forget the person with this Slack id or e-mail address.

    Raises:
        NotFound: nothing is stored under that name.
        StoreError: they are one of our own staff.
    """
    wanted = name.strip().strip("<@>").split("|")[0]
    before = find_erasure(session, workspace_id, wanted)
    if before is not None and before.done_at is not None:
        return Report(dict(before.counts), again=True)
    who = subject(session, workspace_id, wanted)
    report = Report(run_ids=who.run_ids)
    eraser = Eraser(
        session, workspace_id, who, f"erased:{hash_of(workspace_id, min(who.emails | who.slack_ids))}"
    )
    _empty(eraser, report, now)
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in LEFT_ALONE and "workspace_id" in table.columns:
            report.add(table.name, eraser.go_through(table))
    _withdraw_learned(eraser, now)
    for one in sorted(who.slack_ids | who.emails):
        request_erasure(
            session,
            Erasure(
                workspace_id=workspace_id,
                subject_hash=hash_of(workspace_id, one),
                requested_by=requested_by,
                requested_at=now,
                done_at=now,
                counts=report.counts,
            ),
        )
    return report


def _empty(eraser: Eraser, report: Report, now: datetime) -> None:
    """What is theirs: their rows stay, their words go."""
    who, tomb = eraser.who, eraser.tomb
    slack_ids, contact_ids = sorted(who.slack_ids), sorted(who.contact_ids)
    contacts, users, messages = table_of("contacts"), table_of("slack_users"), table_of("messages")
    for contact_id in contact_ids:  # each its own name, as an account may have several rows of one person
        values = {
            "name": NAME, "email": f"{tomb}:{contact_id[:8]}", "title": None, "slack_user_id": None, "timezone": None,
            "status": "erased", "opted_out_at": now, "updated_at": now,
        }  # fmt: skip
        report.add(
            "contacts", eraser.run(update(contacts).where(contacts.c.id == contact_id).values(**values))
        )
    of_workspace = users.c.workspace_id == eraser.workspace_id
    report.add(
        "slack_users", eraser.run(delete(users).where(of_workspace, users.c.slack_user_id.in_(slack_ids)))
    )
    theirs = (messages.c.workspace_id == eraser.workspace_id) & messages.c.slack_user_id.in_(slack_ids)
    values = {"text": "", "embedding": None, "embedding_model": None}
    report.add("messages", eraser.run(update(messages).where(theirs).values(**values)))
    answers = table_of("answers")
    asked = (answers.c.workspace_id == eraser.workspace_id) & answers.c.asked_by.in_(slack_ids)
    emptied: dict[str, Any] = {"text": "", "standalone_question": None, "closest": [], "readings": []}
    report.add("answers", eraser.run(update(answers).where(asked).values(**emptied)))
    feedback = table_of("feedback")
    said = (feedback.c.workspace_id == eraser.workspace_id) & feedback.c.slack_user_id.in_(slack_ids)
    report.add("feedback", eraser.run(update(feedback).where(said).values(comment=None)))
    proposals = table_of("proposals")
    heard = (proposals.c.workspace_id == eraser.workspace_id) & proposals.c.slack_user_id.in_(slack_ids)
    report.add("proposals", eraser.run(update(proposals).where(heard).values(text="")))
    eraser.run(update(proposals).where(heard, proposals.c.state == "open").values(state="declined"))
    steps = table_of("run_steps")
    mine = steps.c.contact_id.in_(contact_ids)
    report.add("run_steps", eraser.run(update(steps).where(mine).values(text=None, answer_text=None)))
    consents = table_of("consents")
    given = consents.c.contact_id.in_(contact_ids)
    report.add("consents", eraser.run(update(consents).where(given).values(text_shown="", withdrawn_at=now)))
    for account_id in sorted(who.account_ids):  # what they said matters most may be in their words
        accounts = table_of("accounts")
        said_goal = eraser.session.connection().scalar(
            select(accounts.c.goal).where(accounts.c.id == account_id)
        )
        if said_goal and (without := eraser.value(said_goal, near=True)) != said_goal:
            eraser.run(update(accounts).where(accounts.c.id == account_id).values(goal=without))
    outbox = table_of("outbox")
    waiting = (outbox.c.workspace_id == eraser.workspace_id) & outbox.c.slack_user_id.in_(slack_ids)
    eraser.run(update(outbox).where(waiting, outbox.c.state == "pending").values(state="cancelled"))


def _withdraw_learned(eraser: Eraser, now: datetime) -> None:
    """Answers that were learned from their words leave the knowledge base with the next sync of them."""
    pairs = table_of("verified_answers")
    held = (pairs.c.workspace_id == eraser.workspace_id) & pairs.c.withdrawn_at.is_(None)
    touched = held & (pairs.c.question.contains(ERASED) | pairs.c.answer.contains(ERASED))
    if eraser.run(update(pairs).where(touched).values(withdrawn_at=now)):
        sources.want_verified(eraser.session, eraser.workspace_id, now)


def left_over(session: Session, workspace_id: str, secrets: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Where any of these texts still stands: table and column. For checking that nothing does."""
    wanted = {plain(one) for one in secrets}
    for table in SQLModel.metadata.sorted_tables:
        if "workspace_id" not in table.columns:
            continue
        rows = session.connection().execute(select(table).where(table.c.workspace_id == workspace_id))
        for row in rows.mappings():
            for name, value in row.items():
                held = plain(str(value)) if value is not None else ""
                if any(one in held for one in wanted):
                    yield table.name, name
