"""Writers of the rows that a digest is made of."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from store.tables import (
    Answer,
    Contact,
    Conversation,
    Feedback,
    Forecast,
    HealthScore,
    Message,
    PlaybookDefinition,
    PlaybookRun,
    Renewal,
    RunStep,
    Subscription,
    Task,
    UsageFact,
)


class Life:
    """Lets things happen in the company."""

    def __init__(self, database, company, now):
        self.database, self.company, self.now = database, company, now
        self.workspace_id = company.workspace_id
        self._number = count(1)

    def _add(self, *rows):
        with self.database.transaction() as session:
            for row in rows:
                session.add(row)
                session.flush()
        return rows[-1]

    def ago(self, days):
        return self.now - timedelta(days=days)

    def account(self, key):
        return self.company.accounts[key] if key else None

    def ask(self, text, *, account="nord", status="answered", days=1.0, embedding=None, model=None):
        """A question with its answer; returns the answer (None while it waits)."""
        n, at = next(self._number), self.ago(days)
        base = {"workspace_id": self.workspace_id, "created_at": at}
        conversation = Conversation(
            channel_id="C0NORD",
            thread_ts=f"{n}.0",
            surface="channel",
            account_id=self.account(account),
            opened_by="U0ANA",
            **base,
        )
        message = Message(
            conversation_id=conversation.id,
            channel_id="C0NORD",
            ts=f"{n}.0",
            author="person",
            slack_user_id="U0ANA",
            text=text,
            is_question=True,
            embedding=embedding,
            embedding_model=model,
            **base,
        )
        self._add(conversation, message)
        if status is None:
            return None
        answer = Answer(
            question_id=message.id,
            conversation_id=conversation.id,
            account_id=self.account(account),
            asked_by="U0ANA",
            status=status,
            text="...",
            **base,
        )
        return self._add(answer)

    def rate(self, answer, rating, *, who="U0ANA", account="nord", comment=None, days=0.5):
        at = self.ago(days)
        return self._add(
            Feedback(
                workspace_id=self.workspace_id,
                kind="answer_rating",
                subject=f"answer:{answer.id}",
                slack_user_id=who,
                account_id=self.account(account),
                answer_id=answer.id,
                rating=rating,
                comment=comment,
                channel_id="C0NORD",
                message_ts="9.9",
                created_at=at,
                updated_at=at,
            )
        )

    def run(self, *, account="nord", playbook="onboarding", state="active", started=5, ended=None, steps=()):
        n = next(self._number)
        definition = PlaybookDefinition(
            workspace_id=self.workspace_id,
            name=playbook,
            version="1",
            content_hash=str(n),
            created_at=self.ago(started),
        )
        run = PlaybookRun(
            workspace_id=self.workspace_id,
            definition_id=definition.id,
            playbook=playbook,
            account_id=self.account(account),
            cycle=str(n),
            state=state,
            started_by="U0OMAR",
            started_at=self.ago(started),
            ended_at=None if ended is None else self.ago(ended),
        )
        made = [
            RunStep(
                workspace_id=self.workspace_id,
                run_id=run.id,
                key=key,
                step=key,
                state=state,
                updated_at=self.ago(days),
            )
            for key, state, days in steps
        ]
        self._add(definition, run, *made)
        return run

    def task(self, title, *, account="nord", owner="omar@guide.example", due=None, state="open"):
        return self._add(
            Task(
                workspace_id=self.workspace_id,
                key=f"task:{next(self._number)}",
                title=title,
                account_id=self.account(account),
                owner_email=owner,
                state=state,
                due_at=None if due is None else self.now + timedelta(days=due),
                created_at=self.ago(9),
            )
        )

    def health(self, account, *, days, score, band, measures=()):
        return self._add(
            HealthScore(
                workspace_id=self.workspace_id,
                account_id=self.account(account),
                day=self.ago(days).date(),
                model="1",
                score=score,
                source="computed",
                known_weight=80,
                band=band,
                measures=[
                    {"name": name, "weight": weight, "value": value, "why": why}
                    for name, weight, value, why in measures
                ],
                at=self.ago(days),
            )
        )

    def call(self, term, category, *, days=1.0, computed="likely", swing=0, why="They told me"):
        return self._add(
            Forecast(
                workspace_id=self.workspace_id,
                key=f"call:{next(self._number)}",
                account_id=term.account_id,
                subscription_id=term.id,
                term_end=term.renews_on,
                category=category,
                computed=computed,
                swing_minor=swing,
                why=why,
                by_name="Omar",
                at=self.ago(days),
            )
        )

    def close(self, term, outcome, *, days=1.0, on_time=True, reason=None, said_by="csm"):
        return self._add(
            Renewal(
                workspace_id=self.workspace_id,
                account_id=term.account_id,
                subscription_id=term.id,
                term_end=term.renews_on,
                outcome=outcome,
                reason=reason,
                said_by=said_by,
                on_time=on_time,
                closed_by="Omar",
                closed_at=self.ago(days),
            )
        )

    def contact(self, email, *, account="nord", persona="champion", status="active"):
        return self._add(
            Contact(
                workspace_id=self.workspace_id,
                account_id=self.account(account),
                email=email,
                name=email.split("@")[0].title(),
                persona=persona,
                status=status,
                created_at=self.now,
                updated_at=self.now,
            )
        )

    def usage(self, kind, value="1", *, account="nord", days=0.0):
        return self._add(
            UsageFact(
                workspace_id=self.workspace_id,
                account_id=self.account(account),
                kind=kind,
                value=value,
                observed_on=self.ago(days).date(),
                created_at=self.now,
            )
        )

    def term(self, *, account="nord", days, status="active", arr_minor=None):
        return self._add(
            Subscription(
                workspace_id=self.workspace_id,
                key=f"term:{next(self._number)}",
                account_id=self.account(account),
                started_on=self.ago(300).date(),
                renews_on=(self.now + timedelta(days=days)).date(),
                status=status,
                arr_minor=arr_minor,
                created_at=self.now,
                updated_at=self.now,
            )
        )


@pytest.fixture
def life(database, company, clock):
    return Life(database, company, clock.now())
