"""Effects that somebody reads, as outbox rows. The payloads are described in `playbooks.effects`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playbooks.effects import (
    Acknowledge,
    AskAgain,
    AskApproval,
    AskStaff,
    Confirm,
    CreateTask,
    LookUp,
    Notify,
    Nudge,
    Preview,
    Say,
)
from playbooks.types import Question
from playbooks.wording import moment_there, role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from playbooks.effects import Effect, Role
    from playbooks.state import Context, Run, Staff, StepRecord
    from playbooks.types import AskType, Option, Playbook

WAYS_OUT = ["not_me", "later", "talk"]
BEFORE_SENDING = ["skip", "snooze"]


@dataclass(frozen=True)
class Outgoing:
    """A row for the outbox, without what the row takes from the run."""

    key: str
    kind: str  # dm | lookup
    slack_user_id: str | None
    payload: dict[str, Any]


def carriers(effects: Sequence[Effect]) -> dict[int, int]:
    """Which words tell of a new task: for the place of each task that of its words, its own if it needs some.

    A task is told with other words to the same reader: about its step, else what comes before it, else after.
    """
    words = [(n, effect) for n, effect in enumerate(effects) if isinstance(effect, Notify | AskApproval)]
    found = {}
    for n, task in enumerate(effects):
        if isinstance(task, CreateTask):
            fitting = [(m, said) for m, said in words if getattr(said, "role", "csm") == task.role]
            same = [m for m, said in fitting if said.step == task.step]
            others = [m for m, said in fitting if isinstance(said, Notify)]
            before, after = [m for m in others if m < n], [m for m in others if m > n]
            found[n] = (same or before[-1:] or after or [n])[0]
    return found


def outgoing(
    effect: Effect, playbook: Playbook, run: Run, context: Context, task_ids: Sequence[str] = ()
) -> Outgoing | None:
    """The outbox row of an effect, with the tasks that it tells of; None for effects that nobody reads."""
    parts = _of_customer(effect) or _of_staff(effect)
    if parts is None and not isinstance(effect, LookUp):
        return None
    letter = _Letter(playbook, run, context, tuple(task_ids))
    if isinstance(effect, LookUp):
        return letter.lookup(effect)
    assert parts is not None
    return letter.to_contact(effect, *parts) if _of_customer(effect) else letter.to_staff(effect, *parts)


def staff_for(role: Role, context: Context) -> Staff | None:
    """Who that is for the account: the manager if there is one, else the CSM, and the other way round."""
    pair = (context.csm, context.manager) if role == "csm" else (context.manager, context.csm)
    return pair[0] or pair[1]


def _asked(ask_type: AskType | None, options: tuple[Option, ...]) -> dict[str, Any]:
    return {
        "ask_type": ask_type,
        "options": [
            {"value": o.value, "label": o.label, "group": o.group, "wants_text": o.wants_text}
            for o in options
        ],
    }


def _of_customer(effect: Effect) -> tuple[str, str, dict[str, Any]] | None:
    """View, key and payload of what a contact reads."""
    if isinstance(effect, Say):
        more: dict[str, Any] = {"actions": WAYS_OUT if effect.ask_type else [], "reply_to": effect.reply_to}
        more |= {"place": "account"} if effect.in_channel else {}
        more["attachment"] = effect.attachment.model_dump(mode="json") if effect.attachment else None
        return (
            "playbook_message",
            "message",
            _asked(effect.ask_type, effect.options) | more,
        )
    if isinstance(effect, Nudge):
        more = {"actions": WAYS_OUT, "reply_to": effect.step}
        return "playbook_nudge", f"nudge:{effect.n}", _asked(effect.ask_type, effect.options) | more
    if isinstance(effect, Confirm):
        more = {"value": effect.value, "label": effect.label, "reply_text": effect.reply_text}
        return "playbook_confirm", f"confirm:{effect.n}", more | {"reply_to": effect.step}
    if isinstance(effect, AskAgain):
        return (
            "playbook_again",
            f"again:{effect.n}",
            _asked(effect.ask_type, effect.options) | {"reply_to": effect.step},
        )
    if isinstance(effect, Acknowledge):
        return (
            "playbook_ack",
            f"ack:{effect.n}",
            {"answer_label": effect.answer_label, "reply_to": effect.step},
        )
    return None


def _of_staff(effect: Effect) -> tuple[str, str, dict[str, Any]] | None:
    """View, key and payload of what staff read."""
    if isinstance(effect, Preview):
        more: dict[str, Any] = {
            "send_at": effect.send_at.isoformat(),
            "actions": ["send_now", "edit", *BEFORE_SENDING],
            "why": effect.why,
        }
        return "playbook_preview", f"preview:{effect.n}", _asked(effect.ask_type, effect.options) | more
    if isinstance(effect, AskApproval):
        more = {
            "send_at": effect.send_at.isoformat(),
            "actions": ["approve", "edit", *BEFORE_SENDING],
            "why": effect.why,
            "replies": [{"label": label, "text": text} for label, text in effect.replies],
        }
        return "playbook_approval", f"approval:{effect.n}", _asked(effect.ask_type, effect.options) | more
    if isinstance(effect, AskStaff):
        return "playbook_question", "question", _asked(effect.ask_type, effect.options)
    if isinstance(effect, Notify):
        return "playbook_notice", f"notice:{effect.n}", {"urgent": effect.urgent}
    if isinstance(effect, CreateTask):
        return "playbook_task", f"task:{effect.slot}", {"urgent": effect.priority == "high"}
    return None


@dataclass(frozen=True)
class _Letter:
    """Writes rows for one run."""

    playbook: Playbook
    run: Run
    context: Context
    task_ids: tuple[str, ...] = ()

    def to_contact(self, effect: Any, view: str, key: str, more: dict[str, Any]) -> Outgoing:
        """To a contact, or to whoever replied in the contact's place."""
        person = self.context.person(effect.contact_id)
        replier = getattr(effect, "to_slack_user_id", None)
        payload = {
            "contact_id": effect.contact_id,
            "contact_name": person.name if person else None,
            "contact_email": person.email if person else None,
            "fallback_channel_id": self.context.channel_id,
            "to_slack_user_id": replier,
            "sender": f"{self.context.bot} for {self._csm_first()}",
        }
        recipient = person.slack_user_id if person else replier
        return self._row(effect.step, view, key, recipient, {"text": effect.text} | payload | more)

    def to_staff(self, effect: Any, view: str, key: str, more: dict[str, Any]) -> Outgoing:
        """To the CSM or the manager."""
        which: Role = getattr(effect, "role", "csm")
        staff = staff_for(which, self.context)
        person = self.context.person(getattr(effect, "contact_id", None))
        payload = {
            "role": which,
            "staff_name": staff.name if staff else None,
            "staff_email": staff.email if staff else None,
            "contact_id": person.id if person else None,
            "contact_name": person.name if person else None,
            "task_ids": list(self.task_ids),
        }
        if person and isinstance(effect, Preview | AskApproval):
            payload["contact_role"] = role(person.persona)
            payload["send_at_there"] = moment_there(effect.send_at, person.zone)
        text = effect.title if isinstance(effect, CreateTask) else effect.text
        recipient = staff.slack_user_id if staff else self.run.started_by
        return self._row(effect.step, view, key, recipient, {"text": text} | payload | more)

    def lookup(self, effect: LookUp) -> Outgoing:
        """To the knowledge base."""
        person = self.context.person(effect.contact_id)
        slack_user_id = person.slack_user_id if person else None
        payload = {"question": effect.question, "contact_id": effect.contact_id, "text": effect.question}
        row = self._row(effect.step, "playbook_lookup", "lookup", slack_user_id, payload)
        return Outgoing(row.key, "lookup", slack_user_id, row.payload | {"slack_user_id": slack_user_id})

    def _row(self, step: str, view: str, key: str, to: str | None, payload: dict[str, Any]) -> Outgoing:
        record = self.run.steps.get(step)
        common = {
            "view": view,
            "run_id": self.run.id,
            "playbook": self.playbook.title,
            "title": self.playbook.step(record.step).title if record else self.playbook.title,
            "step_key": step,
            "account_id": self.context.account_id,
            "account": self.context.account,
            "csm_first": self._csm_first(),
            "bot": self.context.bot,
        } | self._fields(record)
        return Outgoing(f"{self.run.id}:{step}:{key}", "dm", to, common | payload)

    def _fields(self, record: StepRecord | None) -> dict[str, Any]:
        """The fields of a form, for whoever shows it."""
        body = self.playbook.step(record.step) if record else None
        if not isinstance(body, Question) or not body.ask.fields:
            return {}
        return {"fields": [{"name": name, **field.model_dump()} for name, field in body.ask.fields.items()]}

    def _csm_first(self) -> str:
        return self.context.csm.first if self.context.csm else "the team"
