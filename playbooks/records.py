"""Writes down what the engine decided: run, steps, answers, tasks, timers, outbox. One transaction, the caller's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from playbooks.bands import think_of_leaving
from playbooks.effects import (
    CancelTimer,
    CloseTask,
    CreateTask,
    Happen,
    Reassign,
    RecordAnswer,
    RecordComment,
    SetConsent,
    SetFact,
    SetForecast,
    SetGoal,
    SetStage,
    SetTimer,
    Withdraw,
)
from playbooks.goals import note_goal
from playbooks.outgoing import carriers, outgoing, staff_for
from playbooks.types import Question
from store import news
from store.insights import forecast as forecasting
from store.tables import (
    Consent,
    Forecast,
    RunStep,
    StepEvent,
    Task,
    accounts,
    changes,
    consents,
    feedback,
    happenings,
    outbox,
    playbooks,
    renewals,
    tasks,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlmodel import Session

    from playbooks.effects import Effect
    from playbooks.state import Context, Run, StepRecord
    from playbooks.types import Playbook

STEPS_A_TURN = 1000  # more than a run has: numbers what became of them
ENDED = frozenset({"finished", "stopped"})


@dataclass(frozen=True)
class Ledger:
    """Where one transition of a run is written down."""

    session: Session
    workspace_id: str
    playbook: Playbook
    run: Run  # as it is after the transition
    context: Context
    now: datetime

    def save_steps(self, before: Run | None, revision: int) -> None:
        """Write the steps that changed, and what became of them."""
        known = before.steps if before else {}
        for n, record in enumerate(self.run.steps.values()):
            was = known.get(record.key)
            if was != record:
                playbooks.save_step(self.session, self._step(record))
            if was is None or (was.state, was.note, was.due_at) != (record.state, record.note, record.due_at):
                self._tell_the_story(record, revision * STEPS_A_TURN + n)

    def _tell_the_story(self, record: StepRecord, number: int) -> None:
        self.session.add(
            StepEvent(
                workspace_id=self.workspace_id,
                run_id=self.run.id,
                key=record.key,
                state=record.state,
                note=record.note,
                due_at=record.due_at,
                number=number,
                at=self.now,
            )
        )

    def save_run(self, revision: int, ended_at: datetime | None) -> bool:
        """Save the run itself; False if somebody else did since `revision` was read.

        `ended_at` is when it had ended already, if it had.
        """
        return playbooks.save_run(
            self.session,
            self.run.id,
            revision=revision,
            snapshot=self.run.model_dump(mode="json"),
            state=self.run.state,
            outcome=self.run.outcome,
            reason=self.run.reason,
            ended_at=(ended_at or self.now) if self.run.state in ENDED else None,
        )

    def carry_out(self, effects: Sequence[Effect]) -> None:
        """Write down every effect, in its order; tasks first, so that the words about them name them."""
        made = {
            n: self.create_task(effect) for n, effect in enumerate(effects) if isinstance(effect, CreateTask)
        }
        carried = carriers(effects)
        self._keep_timers(effects)
        for n, effect in enumerate(effects):
            write = WRITERS.get(type(effect))
            if write:
                write(self, effect)
            elif carried.get(n, n) == n:
                task_ids = [made[m] for m, carrier in carried.items() if carrier == n]
                self._enqueue(effect, self.now + timedelta(microseconds=n), task_ids)

    def _enqueue(self, effect: Effect, at: datetime, task_ids: list[str]) -> None:
        row = outgoing(effect, self.playbook, self.run, self.context, task_ids)
        if row is None:
            return
        outbox.enqueue(
            self.session,
            workspace_id=self.workspace_id,
            key=row.key,
            kind=row.kind,
            payload=row.payload,
            due_at=self.now,
            now=at,  # one after the other, so that they are said in this order
            slack_user_id=row.slack_user_id,
        )

    def _step(self, record: StepRecord) -> RunStep:
        body = self.playbook.step(record.step)
        return RunStep(
            workspace_id=self.workspace_id,
            run_id=self.run.id,
            title=body.title,
            asks=isinstance(body, Question),
            survey=body.counts_as if isinstance(body, Question) else None,
            updated_at=self.now,
            **{name: getattr(record, name) for name in SHARED},
        )

    def _keep_timers(self, effects: Sequence[Effect]) -> None:
        """Set, move and cancel timers; what was decided last of each counts."""
        last = {one.name: one for one in effects if isinstance(one, SetTimer | CancelTimer)}
        for effect in last.values():
            if isinstance(effect, SetTimer):
                playbooks.set_timer(
                    self.session,
                    workspace_id=self.workspace_id,
                    run_id=self.run.id,
                    name=effect.name,
                    due_at=effect.due_at,
                    late_policy=effect.late_policy,
                    now=self.now,
                )
        over = [name for name, effect in last.items() if isinstance(effect, CancelTimer)]
        if over:
            playbooks.cancel_timers(
                self.session, workspace_id=self.workspace_id, run_id=self.run.id, names=over
            )

    def create_task(self, effect: CreateTask) -> str:
        """Make a task, once a slot, or give the one of the slot these words; its id."""
        owner = staff_for(effect.role, self.context)
        record = self.run.steps.get(effect.step)
        link = {"step_key": effect.step}
        if record and record.channel_id and record.message_ts:
            link |= {"channel_id": record.channel_id, "message_ts": record.message_ts}
        task = Task(
            workspace_id=self.workspace_id,
            key=f"{self.run.id}:{effect.slot}",
            kind="playbook",
            account_id=self.context.account_id,
            run_id=self.run.id,
            owner_email=owner.email if owner else None,
            title=effect.title,
            body=effect.body,
            priority=effect.priority,
            due_at=effect.due_at,
            link=link,
            created_at=self.now,
        )
        if tasks.open_task(self.session, task):
            return task.id
        return tasks.reword_task(
            self.session, self.workspace_id, task.key, title=effect.title, body=effect.body
        )

    def close_task(self, effect: CloseTask) -> None:
        """Nobody has to do that any more."""
        tasks.end_task(
            self.session,
            self.workspace_id,
            f"{self.run.id}:{effect.slot}",
            state="done" if effect.done else "cancelled",
            now=self.now,
        )

    def record_answer(self, effect: RecordAnswer) -> None:
        """Keep a customer's answer as feedback; a member of staff's own answers are in the step alone."""
        if not effect.staff:
            words = effect.text or effect.label
            self._reply(
                f"step:{self.run.id}:{effect.step}", "playbook_answer", effect.by, effect.value, words
            )

    def record_comment(self, effect: RecordComment) -> None:
        """Keep words that do not count as the answer."""
        subject = f"step:{self.run.id}:{effect.step}:comment:{effect.n}"
        self._reply(subject, "remark", effect.by, None, effect.text)

    def _reply(self, subject: str, kind: str, by: str, answer: str | None, words: str) -> None:
        feedback.record_step_reply(
            self.session,
            workspace_id=self.workspace_id,
            subject=subject,
            kind=kind,
            slack_user_id=by,
            account_id=self.context.account_id,
            answer=answer,
            words=words,
            now=self.now,
        )

    def set_fact(self, effect: SetFact) -> None:
        """Note a fact that other runs may see, and playbooks that begin with it."""
        news.note(
            self.session,
            workspace_id=self.workspace_id,
            account_id=self.context.account_id,
            kind=effect.kind,
            value=effect.value,
            on=self.context.calendar().date_of(self.now),
            now=self.now,
        )

    def set_stage(self, effect: SetStage) -> None:
        """Move the account to another stage."""
        account = accounts.find_account(self.session, self.context.account_id)
        if account is not None and account.stage != effect.stage:
            before, account.stage, account.updated_at = account.stage, effect.stage, self.now
            self.session.add(account)
            changes.note_change(self.session, account, changes.STAGE, before, self.now)
            self._happens(
                f"stage:{effect.stage}", f"stage.{effect.stage}", {"before": self.context.stage or ""}
            )

    def set_goal(self, effect: SetGoal) -> None:
        """Write a goal down, or what became known of one that has its title."""
        account = accounts.find_account(self.session, self.context.account_id)
        if account is not None:
            note_goal(self.session, account, effect, said_by=self.run.started_by, now=self.now)

    def set_consent(self, effect: SetConsent) -> None:
        """Write down what somebody agreed to, or that they take it back."""
        if effect.withdraw:
            consents.withdraw_consents(self.session, [effect.contact_id], self.now, purpose=effect.purpose)
            return
        given = Consent(
            workspace_id=self.workspace_id,
            key=f"{self.run.id}:{effect.step}:{effect.purpose}",
            account_id=self.context.account_id,
            contact_id=effect.contact_id,
            purpose=effect.purpose,
            scope=effect.scope,
            text_shown=effect.text,
            given_at=self.now,
            expires_on=effect.until,
        )
        consents.give_consent(self.session, given)

    def set_forecast(self, effect: SetForecast) -> None:
        """Write a forecast down, beside what the figures say."""
        term = accounts.running_subscription(self.session, self.context.account_id)
        csm = self.context.csm
        if term is not None and effect.category in forecasting.CATEGORIES:
            leaving = think_of_leaving(self.run, self.context)
            ground = forecasting.Ground(effect.band, (term.renews_on - self.now.date()).days, leaving)
            computed, _ = forecasting.expected(ground)
            forecast = Forecast(
                workspace_id=self.workspace_id,
                key=f"{self.run.id}:{effect.step}",
                account_id=self.context.account_id,
                subscription_id=term.id,
                term_end=term.renews_on,
                category=effect.category,
                computed=computed,
                why=effect.why,
                by_name=csm.name if csm else "",
                by_email=csm.email if csm else None,
                at=self.now,
            )
            renewals.add_forecast(self.session, forecast)

    def happen(self, effect: Happen) -> None:
        """Say to triggers and other runs that something happened."""
        self._happens(str(effect.n), effect.name, dict(effect.data))

    def _happens(self, key: str, name: str, data: dict[str, str]) -> None:
        happenings.tell(
            self.session,
            workspace_id=self.workspace_id,
            account_id=self.context.account_id,
            key=f"run:{self.run.id}:{key}",
            name=name,
            data=data,
            now=self.now,
        )

    def reassign(self, effect: Reassign) -> None:
        """Give the run's open tasks to somebody else."""
        for task in tasks.tasks_of_run(self.session, self.run.id):
            if task.state == "open" and (task.owner_email or "").lower() == effect.before.lower():
                task.owner_email = effect.after
                self.session.add(task)

    def withdraw(self, effect: Withdraw) -> None:
        """Take back what has not been posted yet."""
        for kind in WITHDRAWN:
            prefix = f"{self.run.id}:{effect.step}:{kind}"
            outbox.cancel(self.session, workspace_id=self.workspace_id, key_prefix=prefix)


SHARED = (
    "key", "step", "state", "in_conversation", "contact_id", "text", "note", "answer", "answer_text", "answered_by",
    "due_at", "sent_at", "answered_at", "channel_id", "message_ts",
)  # fmt: skip
WITHDRAWN = ("message", "nudge", "confirm", "again", "preview", "approval", "question", "lookup")
WRITERS: dict[type, Any] = {
    CloseTask: Ledger.close_task,
    RecordAnswer: Ledger.record_answer,
    RecordComment: Ledger.record_comment,
    SetFact: Ledger.set_fact,
    SetStage: Ledger.set_stage,
    SetGoal: Ledger.set_goal,
    SetConsent: Ledger.set_consent,
    SetForecast: Ledger.set_forecast,
    Happen: Ledger.happen,
    Reassign: Ledger.reassign,
    Withdraw: Ledger.withdraw,
}
