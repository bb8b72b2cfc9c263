"""Writers of the rows that a journey is made of; days are counted back from now."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from sqlmodel import SQLModel, select

from bot.journeys import objection_label
from store.clock import FixedClock
from store.database import Database
from store.insights.journey.evidence import opened
from store.insights.journey.requests import TITLES, view_of
from store.insights.journey.values import Cut, Group
from store.insights.values import Period, Scope
from store.tables import (
    Account,
    AccountChange,
    Activity,
    Answer,
    Citation,
    Contact,
    Conversation,
    Feedback,
    Message,
    Opening,
    PlaybookDefinition,
    PlaybookRun,
    RunStep,
    Subscription,
    Task,
    workspaces,
)

EVERYTHING = Scope("all accounts")


class Journey:
    """Lets customers and us meet. `accounts` are ids by key; people are found by account where nobody is named."""

    def __init__(self, database, workspace_id, accounts, now):
        self.database, self.workspace_id, self.accounts, self.now = database, workspace_id, accounts, now
        self._number = count(1)
        self.definitions = {}

    def add(self, *rows):
        with self.database.transaction() as session:
            for row in rows:
                session.add(row)
                session.flush()
        return rows[-1]

    def ago(self, days):
        return self.now - timedelta(days=days)

    def cut(self, days=90, *, segment=None, persona=None, accounts=None):
        scope = (
            EVERYTHING
            if accounts is None
            else Scope("some", frozenset(self.accounts[key] for key in accounts))
        )
        return Cut(Period(self.ago(days), self.now, f"{days}d"), scope, self.now, Group(segment, persona))

    def ask(self, account="nord", *, days=5.0, minutes=0.0, status="answered", surface="channel", who="U0ANA",
            text="How?", article=None, ratings=()):  # fmt: skip
        """A question with its answer; returns the message."""
        n, at = next(self._number), self.ago(days)
        base = {"workspace_id": self.workspace_id}
        talk = Conversation(channel_id="C1", thread_ts=f"{n}.0", surface=surface, account_id=self.accounts[account],
                            opened_by=who, created_at=at, **base)  # fmt: skip
        message = Message(conversation_id=talk.id, channel_id="C1", ts=f"{n}.0", author="person", slack_user_id=who,
                          text=text, is_question=True, created_at=at, **base)  # fmt: skip
        self.add(talk, message)
        if status is None:
            return message
        ended = at + timedelta(minutes=minutes)
        answer = self.add(Answer(question_id=message.id, conversation_id=talk.id, account_id=self.accounts[account],
                                 asked_by=who, status=status, text="...", created_at=ended, **base))  # fmt: skip
        if article:
            self.add(Citation(answer_id=answer.id, n=1, passage_id="p", title=article, uri=f"{article}.md", quote="q",
                              passage_text="q", **base))  # fmt: skip
        for k, rating in enumerate(ratings):
            self.add(Feedback(kind="answer_rating", subject=f"answer:{answer.id}", slack_user_id=f"U{k}", rating=rating,
                              account_id=self.accounts[account], answer_id=answer.id, created_at=ended,
                              updated_at=ended, **base))  # fmt: skip
        return message

    def run(self, account="nord", *, playbook="onboarding", version="1", days=30.0, ended=None, state="active",
            outcome=None, goal=False):  # fmt: skip
        """A run of a version of a playbook."""
        begun = self.ago(days)
        definition = self.definitions.get((playbook, version))
        if definition is None:
            definition = self.definitions[playbook, version] = self.add(
                PlaybookDefinition(workspace_id=self.workspace_id, name=playbook, version=version,
                                   content_hash=f"{playbook}{version}", created_at=self.ago(365 - len(self.definitions)))
            )  # fmt: skip
        return self.add(
            PlaybookRun(workspace_id=self.workspace_id, definition_id=definition.id, playbook=playbook,
                        account_id=self.accounts[account], cycle=str(next(self._number)), state=state, outcome=outcome,
                        snapshot={"goal_met_at": begun.isoformat() if goal else None}, started_by="U0OMAR",
                        started_at=begun, ended_at=None if ended is None else self.ago(ended))
        )  # fmt: skip

    def step(
        self, run, step="O2", *, days=10.0, hours=None, answer=None, survey=None, state=None, to_staff=False
    ):
        """A question of a playbook, answered that many hours later, or not."""
        sent = self.ago(days)
        with self.database.reading() as session:
            contact = session.exec(select(Contact).where(Contact.account_id == run.account_id)).first()
        answered = None if hours is None else sent + timedelta(hours=hours)
        return self.add(
            RunStep(workspace_id=self.workspace_id, run_id=run.id, key=f"{step}.{next(self._number)}", step=step,
                    title=f"Step {step}", state=state or ("answered" if answered else "sent"), asks=True, survey=survey,
                    contact_id=None if to_staff or contact is None else contact.id, answer=answer, sent_at=sent,
                    answered_at=answered, updated_at=answered or sent)
        )  # fmt: skip

    def task(
        self, account="nord", *, kind="handover", days=5.0, hours=None, due_hours=4.0, run=None, state=None
    ):
        """Something for us to do, done that many hours later, or not."""
        at = self.ago(days)
        return self.add(
            Task(workspace_id=self.workspace_id, key=f"t{next(self._number)}", kind=kind, title="Do it",
                 account_id=self.accounts[account], run_id=run.id if run else None, due_at=at + timedelta(hours=due_hours),
                 state=state or ("open" if hours is None else "done"), created_at=at, link={"asker": "U0ANA"},
                 done_at=None if hours is None else at + timedelta(hours=hours))
        )  # fmt: skip

    def call(self, account="nord", *, kind="call", days=5.0):
        """A call, meeting or e-mail that was written down."""
        at = self.ago(days)
        return self.add(Activity(workspace_id=self.workspace_id, key=f"a{next(self._number)}", kind=kind, text="Talked",
                                 account_id=self.accounts[account], by_name="Omar", happened_on=at.date(),
                                 created_at=at))  # fmt: skip

    def open_article(self, account="nord", *, days=5.0, who="U0ANA", uri="exports.md"):
        """An article that a customer opened."""
        at = self.ago(days)
        return self.add(Opening(workspace_id=self.workspace_id, account_id=self.accounts[account], slack_user_id=who,
                                citation_id="c", uri=uri, title="Exports", opened_on=at.date(), created_at=at))  # fmt: skip

    def move(self, account, after, *, days, kind="stage"):
        """An account moves to another stage or segment."""
        with self.database.transaction() as session:
            row = session.get(Account, self.accounts[account])
            before = getattr(row, kind)
            setattr(row, kind, after)
            session.add_all([row, AccountChange(workspace_id=self.workspace_id, account_id=row.id, kind=kind,
                                                before=before, after=after, at=self.ago(days))])  # fmt: skip

    def term(self, account="nord", *, started, renews, status="active"):
        """A contract: days back that it began and ends (negative: ahead)."""
        return self.add(Subscription(workspace_id=self.workspace_id, key=f"s{next(self._number)}",
                                     account_id=self.accounts[account], started_on=self.ago(started).date(),
                                     renews_on=self.ago(renews).date(), status=status, created_at=self.now,
                                     updated_at=self.now))  # fmt: skip


HOSTILE = 'SSO <!channel> </script><img src="https://evil.example/x"> & co'


def meet(journey):
    """What happened with a bakery in two months: an article that nobody likes, a check-in, a call, a lost question."""
    for n in range(6):
        journey.ask(
            "harbour-bakery",
            days=20 + n,
            article="SSO setup",
            ratings=(-1,),
            text=f"How do I set up SSO {n}?",
        )
        journey.ask("harbour-bakery", days=20 + n, surface="dm", status="refused" if n < 3 else "answered")
    run = journey.run("harbour-bakery", days=50, ended=20, state="finished")
    journey.step(run, days=40, hours=3, answer="5", survey="csat")
    journey.call("harbour-bakery", days=12)
    journey.task("harbour-bakery", days=10, hours=2)
    journey.open_article("harbour-bakery", days=9)
    journey.ask("harbour-bakery", days=8, article=HOSTILE, text=HOSTILE)


def views_of_a_bakery(folder):
    """Every view of these two months by its name, and the rows behind their figures."""
    database, now = Database(f"sqlite:///{folder}/journey.db"), FixedClock().now()
    SQLModel.metadata.create_all(database.engine)
    with database.transaction() as session:
        workspace_id = workspaces.local_workspace(session, now).id
        account = Account(workspace_id=workspace_id, key="harbour-bakery", name="Harbour & <Bakery>", stage="renewal",
                          industry="Food", created_at=now, updated_at=now)  # fmt: skip
        session.add(account)
        session.flush()
    journey = Journey(database, workspace_id, {"harbour-bakery": account.id}, now)
    meet(journey)
    with database.reading() as session:
        found = {
            name: view_of(session, workspace_id, name, journey.cut(), objection_label) for name in TITLES
        }
        rows = opened(
            session, workspace_id, [one for view in found.values() for one in view.value.all_figures]
        )
    database.close()
    return found, rows
