"""What playbooks say, as messages: to a customer's contact, and to the staff who watch over it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import Option as MenuOption
from slack_sdk.models.blocks import OptionGroup, PlainTextObject, StaticSelectElement

from bot.blocks import parts
from bot.blocks.answer_forms import BUTTONS
from bot.blocks.tasks import task_row
from bot.blocks.text import BUTTON_LIMIT, brief, escaped, harmless, mrkdwn, quoted, shortened, slack_moment
from playbooks.asking import SCALES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slack_sdk.models.blocks import Block

    from bot.blocks.tasks import TaskItem
    from bot.slack.messenger import Speech

ANSWER = "playbook_answer"  # one button an option: playbook_answer_0, _1 ...
CHOOSE = "playbook_choose"  # a menu of options
WRITE = "playbook_write"  # opens a modal for an answer in words
NOT_ME, LATER, TALK = "playbook_not_me", "playbook_later", "playbook_talk"
CONFIRM_YES, CONFIRM_NO = "playbook_confirm_yes", "playbook_confirm_no"
SEND_NOW, APPROVE, EDIT = "playbook_send_now", "playbook_approve", "playbook_edit"
SKIP, SNOOZE = "playbook_skip", "playbook_snooze"
START, CANCEL = "playbook_start", "playbook_cancel"
TASK_DONE = "playbook_task_done"

EVERY_ACTION = re.compile(
    r"^playbook_(answer_\d+|choose|write|not_me|later|talk|confirm_yes|confirm_no|send_now|approve|edit|skip|snooze)$"
)

BUTTONS_AT_MOST = 5
SCALE_AT_MOST = 11  # 0 to 10 is one tap
LABELS = {
    "not_me": ("Not me → who?", NOT_ME),
    "later": ("Later", LATER),
    "send_now": ("Send now", SEND_NOW),
    "approve": ("Approve", APPROVE),
    "edit": ("Edit", EDIT),
    "skip": ("Skip", SKIP),
    "snooze": ("Snooze", SNOOZE),
}


@dataclass(frozen=True)
class StepMessage:
    """A playbook's outbox payload, as `playbooks.effects` describes it.

    Args:
        payload: the row's.
        in_channel: whether it stands in a channel, where it has to say whom it means.
        mention: the Slack id of whom it means; None if only the name is known.
        answered: once it is answered, the buttons give way to this.
        tasks: what it gives staff to do, each with what became of it, empty while it is open.
    """

    payload: Mapping[str, Any]
    in_channel: bool = False
    mention: str | None = None
    answered: str | None = None
    tasks: tuple[tuple[TaskItem, str], ...] = ()

    @property
    def text(self) -> str:
        """What it says, safe in a mrkdwn field; in a channel the person is named first."""
        text = escaped(str(self.payload["text"]))
        if not self.in_channel:
            return text
        return f"<@{self.mention}> {text}" if self.mention else f"{self.contact}: {text}"

    @property
    def contact(self) -> str:
        """The name of whom it is for, safe in a mrkdwn field."""
        return brief(str(self.payload.get("contact_name") or "")) or "the contact"

    @property
    def value(self) -> str:
        """What every button of this message carries."""
        return reference(self.payload["run_id"], self.payload["step_key"])


def reference(run_id: str, step_key: str, **more: str) -> str:
    """A button's value: which step of which run, and what was pressed."""
    return json.dumps({"run": run_id, "step": step_key, **more}, separators=(",", ":"))


def customer_message(message: StepMessage) -> Speech:
    """A question or a word to a contact: text, what was found, options, the ways out, and who speaks."""
    payload = message.payload
    sender = brief(str(payload.get("sender") or payload.get("bot") or ""))
    blocks = [parts.section(message.text), *_found(payload.get("attachment"))]
    blocks += _answered_or(message, lambda: _options(message) + _ways_out(message))
    return parts.speech(message.text, [*blocks, parts.context(f"_{sender}_")])


def nudge(message: StepMessage) -> Speech:
    """A reminder in the thread of a question."""
    ways = _answered_or(message, lambda: _options(message) + _ways_out(message))
    return parts.speech(message.text, [parts.section(message.text), *ways])


def again(message: StepMessage) -> Speech:
    """The reply fitted no option: what can be said?"""
    ways = _answered_or(message, lambda: _options(message))
    return parts.speech(message.text, [parts.section(message.text), *ways])


def confirmation(message: StepMessage) -> Speech:
    """Free text was read as an option ("I took that as Mostly"): is that right?"""
    payload = message.payload
    value = reference(payload["run_id"], payload["step_key"], value=str(payload["value"]))
    buttons = parts.actions(
        parts.button("Yes, right", CONFIRM_YES, value, style="primary"),
        parts.button("No", CONFIRM_NO, message.value),
    )
    return parts.speech(
        message.text, [parts.section(message.text), *_answered_or(message, lambda: [buttons])]
    )


def plain(message: StepMessage) -> Speech:
    """A line without buttons."""
    return parts.speech(message.text, [])


def notice(message: StepMessage) -> Speech:
    """A line to a CSM or a manager, and what it gives them to do."""
    text = f"{_unsaid(message)}{message.text}"
    lead = "🔔 *Needs you now:*" if message.payload.get("urgent") else "📌"
    titles = [f"{_unsaid(message)}{item.title}" for item, ended in message.tasks if not ended]
    is_title = message.payload["text"] in titles  # the row of the task says it
    blocks = [parts.section(lead if is_title else f"{lead} {text}"), *_tasks(message), *_passed_on(message)]
    return parts.speech(text, blocks)


def task(message: StepMessage) -> Speech:
    """Something to do that no other words tell of."""
    about = "To do now" if message.payload.get("urgent") else "To do"
    text = f"{about}: {_unsaid(message)}{message.text}"
    rows = _tasks(message) or [parts.section(message.text)]
    return parts.speech(text, [parts.context(f"☑️ {about}"), *rows, *_passed_on(message)])


def _unsaid(message: StepMessage) -> str:
    """The account, for a sentence that does not name it."""
    account = str(message.payload["account"])
    return "" if account in str(message.payload["text"]) else f"{brief(account)}: "


def _tasks(message: StepMessage) -> list[Block]:
    """What there is to do, with a button each."""
    return [
        parts.context(f"✓ {brief(item.title, 200)} · {escaped(ended)}")
        if ended
        else task_row(item, TASK_DONE)
        for item, ended in message.tasks
    ]


def _passed_on(message: StepMessage) -> list[Block]:
    """Why it comes to this reader, if it was meant for another."""
    missed = message.payload.get("instead_of")
    return (
        [parts.context(f"{brief(str(missed))} cannot be reached in Slack, so this comes to you.")]
        if missed
        else []
    )


def staff_question(message: StepMessage) -> Speech:
    """A question to the CSM."""
    blocks = [_heading(message.payload, "A question for you"), parts.section(message.text)]
    blocks += _answered_or(message, lambda: _options(message))
    return parts.speech(message.text, blocks + _passed_on(message))


def preview(message: StepMessage) -> Speech:
    """What will go out by itself, a day before it does."""
    actions = ("send_now", "edit", "skip", "snooze")
    return _before_sending(message, f"Goes out {_when(message)} unless you say otherwise", actions)


def approval(message: StepMessage) -> Speech:
    """What goes out only if the CSM says so."""
    lead = f"Waits for your approval; planned for {_when(message)}"
    return _before_sending(message, lead, ("approve", "edit", "skip", "snooze"))


def _when(message: StepMessage) -> str:
    """When it goes out: by the reader's clock, since that is what it is planned by, and by the CSM's."""
    ours = slack_moment(datetime.fromisoformat(message.payload["send_at"]))
    there = message.payload.get("send_at_there")
    return f"{escaped(str(there))}, {message.contact}'s time ({ours} yours)" if there else ours


def _before_sending(message: StepMessage, lead: str, default_actions: Sequence[str]) -> Speech:
    payload = message.payload
    options = ", ".join(str(option["label"]) for option in payload.get("options") or ())
    role = f" ({brief(str(payload['contact_role']))})" if payload.get("contact_role") else ""
    why = f" · {escaped(str(payload['why']))}" if payload.get("why") else ""
    blocks: list[Block] = [
        _heading(payload, f"Message to {message.contact}{role}{why}"),
        parts.section(quoted(message.text)),
    ]
    if options:
        blocks.append(parts.context(f"Answers offered: {escaped(options)}"))
    blocks += [
        parts.context(f"After *{brief(str(reply['label']))}*: {escaped(str(reply['text']))}")
        for reply in payload.get("replies") or ()
    ]
    names = payload.get("actions") or default_actions
    buttons = parts.actions(*(_staff_button(name, message.value) for name in names))
    blocks += _answered_or(message, lambda: [parts.context(lead), buttons, *_tasks(message)])
    blocks += _passed_on(message)
    about = f"{brief(str(payload['account']))}: message to {message.contact}: {message.text}"
    return parts.speech(about, blocks)


def _answered_or(message: StepMessage, buttons: Callable[[], list[Block]]) -> list[Block]:
    """What became of it, else what can be pressed."""
    return [parts.context(f"✓ {escaped(message.answered)}")] if message.answered else buttons()


def _found(attachment: Mapping[str, Any] | None) -> list[Block]:
    """What the knowledge base says, and where it says so."""
    if not attachment:
        return []
    blocks: list[Block] = [parts.section(quoted(mrkdwn(str(attachment["text"]))))]
    cited = [f"[{one['n']}] {brief(str(one['title']))}" for one in attachment.get("citations") or ()]
    return [*blocks, parts.context("  ".join(cited))] if cited else blocks


def _staff_button(name: str, value: str) -> Any:
    label, action_id = LABELS[name]
    style = "primary" if name in {"send_now", "approve"} else None
    return parts.button(label, action_id, value, style=style)


def _heading(payload: Mapping[str, Any], what: str) -> Block:
    return parts.section(
        f"*{brief(str(payload['account']))}* · {brief(str(payload['playbook']))} · "
        f"{brief(str(payload['title']))}\n{what}"
    )


def _options(message: StepMessage) -> list[Block]:
    payload = message.payload
    options = list(payload.get("options") or ())
    ask_type = payload.get("ask_type")
    if ask_type in BUTTONS:
        return [parts.actions(parts.button(BUTTONS[ask_type], WRITE, message.value))]
    if ask_type == "text" or (ask_type and not options):
        return [parts.actions(parts.button("Write an answer", WRITE, message.value))]
    if not options:
        return []
    most = SCALE_AT_MOST if ask_type in SCALES else BUTTONS_AT_MOST
    if len(options) <= most and not any(option.get("group") for option in options):
        return [
            parts.actions(
                *(
                    parts.button(str(option["label"]), f"{ANSWER}_{n}", _option_value(message, option))
                    for n, option in enumerate(options)
                )
            )
        ]
    return [parts.actions(_menu(options), block_id=menu_block_id(payload))]


def _option_value(message: StepMessage, option: Mapping[str, Any]) -> str:
    more = {"value": str(option["value"])}
    if option.get("wants_text"):
        more["wants_text"] = shortened(harmless(str(option["label"])), BUTTON_LIMIT)
    return reference(message.payload["run_id"], message.payload["step_key"], **more)


def menu_block_id(payload: Mapping[str, Any]) -> str:
    """Names run and step: an option's own value may have only 150 characters."""
    return f"playbook|{payload['run_id']}|{payload['step_key']}"


def _menu(options: Sequence[Mapping[str, Any]]) -> StaticSelectElement:
    groups: dict[str, list[MenuOption]] = {}
    for option in options:
        entry = parts.option(str(option["label"]), str(option["value"]))
        groups.setdefault(str(option.get("group") or ""), []).append(entry)
    placeholder = PlainTextObject(text="Choose one")
    if set(groups) == {""}:
        return StaticSelectElement(action_id=CHOOSE, placeholder=placeholder, options=groups[""])
    return StaticSelectElement(
        action_id=CHOOSE,
        placeholder=placeholder,
        option_groups=[
            OptionGroup(label=shortened(label or "Other", BUTTON_LIMIT), options=entries)
            for label, entries in groups.items()
        ],
    )


def _ways_out(message: StepMessage) -> list[Block]:
    names = message.payload.get("actions") or ()
    buttons = []
    for name in names:
        if name == "talk":
            buttons.append(parts.button(f"Talk to {message.payload['csm_first']}", TALK, message.value))
        elif name in LABELS:
            label, action_id = LABELS[name]
            buttons.append(parts.button(label, action_id, message.value))
    return [parts.actions(*buttons)] if buttons else []
