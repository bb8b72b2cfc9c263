"""What the engine decided. `playbooks.runner` carries it out in the transaction that saves the run.

Effects that somebody sees become outbox rows; the tables say what `bot/deliver.py` finds in them.
Every payload carries `view`, `run_id`, `playbook`, `title` (of the step), `step_key`, `account_id`,
`account`, `text` (plain, without blocks; values of customers are inside, so neutralise mentions),
`csm_first` and `bot`.

To a customer's contact. The row's `kind` is `dm`, `slack_user_id` the contact's (None if unknown);
payload also: `contact_id`, `contact_name`, `contact_email`, `fallback_channel_id` (post there, naming the
person, if no DM opens) and `reply_to` (key of the step whose message is the thread to answer in, or None;
its `channel_id` and `message_ts` are on the `run_steps` row).

| view | effect | outbox key | more in the payload |
|---|---|---|---|
| `playbook_message` | Say | `run:step:message` | `sender`, `ask_type` (None, or as in `playbooks.asking`), `fields` of a form, `place` account if it is for the account's channel, `options` [{value, label, group, wants_text}], `actions` [not_me, later, talk], `attachment` {text, citations} or None |
| `playbook_nudge` | Nudge | `run:step:nudge:n` | `ask_type`, `options`, `actions` |
| `playbook_confirm` | Confirm | `run:step:confirm:n` | `to_slack_user_id`, `value`, `label`, `reply_text`: yes sends Replied(value, text=reply_text, confirmed=True) with the row's reply_text, no sends Rejected |
| `playbook_again` | AskAgain | `run:step:again:n` | `to_slack_user_id` or None, `ask_type`, `options` |
| `playbook_ack` | Acknowledge | `run:step:ack:n` | `answer_label` or None, `to_slack_user_id` (who replied) |

To staff. `kind` is `dm`, `slack_user_id` the member's or None; payload also: `role`, `staff_name`,
`staff_email`, and `task_ids` of the tasks that the message tells of. Cards have `contact_role` and
`send_at_there` (when it goes, in the contact's zone).

| view | effect | outbox key | more in the payload |
|---|---|---|---|
| `playbook_preview` | Preview | `run:step:preview:n` | `contact_name`, `send_at` (ISO), `why` or None, `options`, `ask_type`, `actions` [send_now, edit, skip, snooze] |
| `playbook_approval` | AskApproval | `run:step:approval:n` | as preview, `replies` [{label, text}] that approval covers; `actions` [approve, edit, skip, snooze] |
| `playbook_notice` | Notify | `run:step:notice:n` | `urgent` |
| `playbook_task` | CreateTask, if no other words tell of it | `run:step:task:slot` | `urgent` |
| `playbook_question` | AskStaff | `run:step:question` | `ask_type`, `options`: a click is Replied(staff=True) |

To the knowledge base: `kind` is `lookup`, view `playbook_lookup`, key `run:step:lookup`, payload `question`,
`contact_id`, `slack_user_id` (who would read the answer). The result goes back as a LookedUp event.
A message that was posted goes back as Delivered, one that could not be posted as Undeliverable; both are
meant for views `playbook_message` and `playbook_question` only. What cannot be shown to a member of staff
goes to the next who answers for the account, and back as StaffUnreached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

    from playbooks.state import Found
    from playbooks.types import AskType, Option

Role = Literal["csm", "manager"]


@dataclass(frozen=True)
class Say:
    """A message to a contact."""

    step: str
    contact_id: str
    text: str
    ask_type: AskType | None
    options: tuple[Option, ...]
    reply_to: str | None
    attachment: Found | None
    in_channel: bool = False


@dataclass(frozen=True)
class Nudge:
    """A reminder in the thread of a question."""

    step: str
    contact_id: str
    text: str
    ask_type: AskType
    options: tuple[Option, ...]
    n: int


@dataclass(frozen=True)
class Confirm:
    """Free text was read as an option: is that right?"""

    step: str
    contact_id: str | None
    to_slack_user_id: str
    text: str
    value: str
    label: str
    reply_text: str
    n: int


@dataclass(frozen=True)
class AskAgain:
    """The reply fits no option, or lacks its sentence."""

    step: str
    contact_id: str | None
    to_slack_user_id: str | None
    text: str
    ask_type: AskType
    options: tuple[Option, ...]
    n: int


@dataclass(frozen=True)
class Acknowledge:
    """A word back to whoever replied."""

    step: str
    contact_id: str | None
    to_slack_user_id: str
    text: str
    answer_label: str | None
    n: int


@dataclass(frozen=True)
class Preview:
    """The CSM sees a message before it goes out by itself."""

    step: str
    contact_id: str
    text: str
    send_at: datetime
    ask_type: AskType | None
    options: tuple[Option, ...]
    why: str | None
    n: int


@dataclass(frozen=True)
class AskApproval:
    """A message that goes out only if the CSM says so, or the manager if the CSM does not answer."""

    step: str
    contact_id: str
    text: str
    send_at: datetime
    ask_type: AskType | None
    options: tuple[Option, ...]
    why: str | None
    replies: tuple[tuple[str, str], ...]
    n: int
    role: Role = "csm"


@dataclass(frozen=True)
class AskStaff:
    """A question to the CSM or the manager."""

    step: str
    text: str
    ask_type: AskType
    options: tuple[Option, ...]
    role: Role = "csm"


@dataclass(frozen=True)
class Notify:
    """A line to the CSM or the manager."""

    step: str
    role: Role
    text: str
    urgent: bool
    n: int


@dataclass(frozen=True)
class CreateTask:
    """A task, made once per `slot` of the run; a slot that is there gets these words while its task is open."""

    slot: str
    step: str
    title: str
    body: str
    role: Role
    priority: Literal["low", "normal", "high"]
    due_at: datetime


@dataclass(frozen=True)
class CloseTask:
    """The task of a slot needs nobody any more: it was done on the way, or has become pointless."""

    slot: str
    done: bool


@dataclass(frozen=True)
class SetTimer:
    """Wake the run then. A timer of that name is moved."""

    name: str
    due_at: datetime
    late_policy: Literal["send", "skip", "ask"] = "send"


@dataclass(frozen=True)
class CancelTimer:
    """Do not wake the run for that."""

    name: str


@dataclass(frozen=True)
class LookUp:
    """Ask the knowledge base."""

    step: str
    question: str
    contact_id: str | None


@dataclass(frozen=True)
class RecordAnswer:
    """An answer of a customer or of the CSM, under its stable key."""

    step: str
    key: str
    value: str
    label: str
    text: str | None
    by: str
    staff: bool


@dataclass(frozen=True)
class RecordComment:
    """Something said about a step that does not count as its answer."""

    step: str
    text: str
    by: str
    n: int


@dataclass(frozen=True)
class SetFact:
    """A fact about the account that other runs may see."""

    kind: str
    value: str


@dataclass(frozen=True)
class Reassign:
    """Open tasks of the run go from one member of staff to another, both by e-mail."""

    before: str
    after: str


@dataclass(frozen=True)
class SetStage:
    """The account has come to another stage of its journey."""

    stage: str


@dataclass(frozen=True)
class SetGoal:
    """A goal of the account; what is not known is empty."""

    title: str
    baseline: str
    now: str
    target: str
    due: str
    unit: str


@dataclass(frozen=True)
class SetConsent:
    """A contact agreed to something until that day, or takes it back."""

    step: str
    contact_id: str
    purpose: str
    scope: str
    text: str
    until: date
    withdraw: bool = False


@dataclass(frozen=True)
class SetForecast:
    """What somebody of ours expects of the renewal, and why. `band`: how the account stands."""

    step: str
    category: str
    why: str
    band: str


@dataclass(frozen=True)
class Happen:
    """Something that other runs and triggers of the account may wait for."""

    name: str
    data: tuple[tuple[str, str], ...]
    n: int


@dataclass(frozen=True)
class Withdraw:
    """What waits in the outbox of this step, and would now be out of place, is not said any more."""

    step: str


@dataclass(frozen=True)
class Finish:
    """The run is over."""

    outcome: str | None
    reason: str | None


Effect = (
    Say
    | Nudge
    | Confirm
    | AskAgain
    | Acknowledge
    | Preview
    | AskApproval
    | AskStaff
    | Notify
    | CreateTask
    | CloseTask
    | SetTimer
    | CancelTimer
    | LookUp
    | RecordAnswer
    | RecordComment
    | SetFact
    | Reassign
    | SetStage
    | SetGoal
    | SetConsent
    | SetForecast
    | Happen
    | Withdraw
    | Finish
)
