"""What is on record about an account, as it is read for signals and briefs."""

import pytest
from sqlmodel import select

from store.insights.account_rows import read_account
from store.tables import Account, Citation, Document, Source


def cite(life, answer, plan):
    """An answer cites an article that is written for these plans."""
    base = {"workspace_id": life.workspace_id}
    source = life._add(Source(uri=f"/{answer.id}", **base, created_at=life.now, updated_at=life.now))
    document = life._add(
        Document(source_id=source.id, uri="sso.md", title="Single sign-on", content_hash="h", plan=plan,
                 created_at=life.now, updated_at=life.now, **base)
    )  # fmt: skip
    life._add(
        Citation(answer_id=answer.id, n=1, passage_id="p", document_id=document.id, title="Single sign-on", uri="sso.md",
                 quote="q", passage_text="t", **base)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "own", "expected"),
    [
        pytest.param("Growth, Enterprise", "Starter", "Single sign-on", id="for other plans"),
        pytest.param("Starter, Growth", "starter", "", id="for theirs too"),
        pytest.param("all", "Starter", "", id="for everybody"),
        pytest.param(None, "Starter", "", id="no plan is named"),
        pytest.param("Growth", None, "", id="their plan is not known"),
    ],
)
def test_questions_that_another_plans_article_answers_are_told_apart(life, plan, own, expected):
    answer = life.ask("Can we use single sign-on?")
    cite(life, answer, plan)
    with life.database.transaction() as session:
        account = session.exec(select(Account).where(Account.id == life.account("nord"))).one()
        account.plan = own
        session.flush()
        [asked] = read_account(session, account, life.now).asked
    assert asked.other_plan == expected
