"""What playbooks say, as messages: to a customer's contact, and to the staff who watch over it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import Option as MenuOption
from slack_sdk.models.blocks import OptionGroup, PlainTextObject, StaticSelectElement

from bot.blocks import parts
from bot.blocks.text import BUTTON_LIMIT, escaped, harmless, shortened
from bot.slack.messenger import Speech

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from slack_sdk.models.blocks import Block

ANSWER = "playbook_answer"  # one button an option: playbook_answer_0, _1 ...
CHOOSE = "playbook_choose"  # a menu of options
WRITE = "playbook_write"  # opens a modal for an answer in words
NOT_ME, LATER, TALK = "playbook_not_me", "playbook_later", "playbook_talk"
CONFIRM_YES, CONFIRM_NO = "playbook_confirm_yes", "playbook_confirm_no"
SEND_NOW, APPROVE, EDIT = "playbook_send_now", "playbook_approve", "playbook_edit"
SKIP, SNOOZE = "playbook_skip", "playbook_snooze"
START, CANCEL = "playbook_start", "playbook_cancel"

EVERY_ACTION = re.compile(
    r"^playbook_(answer_\d+|choose|write|not_me|later|talk|confirm_yes|confirm_no|send_now|approve|edit|skip|snooze)$"
)

BUTTONS_AT_MOST = 5
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
    """A playbook's outbox payload, as `playbooks.effects` describes it."""

    payload: Mapping[str, Any]
    named: str | None = None  # the contact's mention, where the message stands in a channel
    answered: str | None = None  # once it is answered, the buttons give way to this

    @property
    def value(self) -> str:
        """What every button of this message carries."""
        return reference(self.payload["run_id"], self.payload["step_key"])


def reference(run_id: str, step_key: str, **more: str) -> str:
    """A button's value: which step of which run, and what was pressed."""
    return json.dumps({"run": run_id, "step": step_key, **more}, separators=(",", ":"))


def customer_message(message: StepMessage) -> Speech:
    """A question or a word to a contact: sender, text, options, and the ways out."""
    payload = message.payload
    text = _addressed(message, str(payload["text"]))
    blocks: list[Block] = [parts.section(escaped(text) if not message.named else _with_mention(message))]
    attachment = payload.get("attachment")
    if attachment:
        blocks.append(parts.section(f"> {escaped(str(attachment['text']))}"))
    if message.answered:
        blocks.append(parts.context(f"✓ {escaped(message.answered)}"))
    else:
        blocks += _options(message) + _ways_out(message)
    blocks.append(parts.context(f"_{escaped(str(payload.get('sender') or payload.get('bot') or ''))}_"))
    return Speech(text=harmless(text), blocks=parts.as_json(blocks))


def nudge(message: StepMessage) -> Speech:
    """A reminder in the thread of a question."""
    blocks = [parts.section(escaped(str(message.payload["text"]))), *_options(message), *_ways_out(message)]
    return Speech(text=harmless(str(message.payload["text"])), blocks=parts.as_json(blocks))


def again(message: StepMessage) -> Speech:
    """The reply fitted no option: what can be said?"""
    blocks = [parts.section(escaped(str(message.payload["text"]))), *_options(message)]
    return Speech(text=harmless(str(message.payload["text"])), blocks=parts.as_json(blocks))


def confirmation(message: StepMessage) -> Speech:
    """Free text was read as an option ("I took that as Mostly"): is that right?"""
    payload = message.payload
    value = reference(
        payload["run_id"],
        payload["step_key"],
        value=str(payload["value"]),
        text=str(payload["reply_text"])[:1500],
    )
    buttons = parts.actions(
        parts.button("Yes, right", CONFIRM_YES, value, style="primary"),
        parts.button("No", CONFIRM_NO, message.value),
    )
    return Speech(
        text=harmless(str(payload["text"])),
        blocks=parts.as_json([parts.section(escaped(str(payload["text"]))), buttons]),
    )


def plain(message: StepMessage) -> Speech:
    """A line without buttons."""
    return Speech(text=harmless(escaped(str(message.payload["text"]))))


def notice(message: StepMessage) -> Speech:
    """A line to a CSM or a manager."""
    payload = message.payload
    lead = "🔔 *Needs you now*" if payload.get("urgent") else "📌"
    text = f"{lead} *{escaped(str(payload['account']))}* · {escaped(str(payload['title']))}"
    blocks = [parts.section(f"{text}\n{escaped(str(payload['text']))}")]
    return Speech(text=harmless(str(payload["text"])), blocks=parts.as_json(blocks))


def staff_question(message: StepMessage) -> Speech:
    """A question to the CSM."""
    payload = message.payload
    blocks = [_heading(payload, "A question for you"), parts.section(escaped(str(payload["text"])))]
    if message.answered:
        blocks.append(parts.context(f"✓ {escaped(message.answered)}"))
    else:
        blocks += _options(message)
    return Speech(text=harmless(str(payload["text"])), blocks=parts.as_json(blocks))


def preview(message: StepMessage, send_at: datetime) -> Speech:
    """What will go out by itself, a day before it does."""
    when = (
        f"<!date^{int(send_at.timestamp())}^{{date_short_pretty}} at {{time}}|{send_at:%Y-%m-%d %H:%M} UTC>"
    )
    return _before_sending(
        message, f"Goes out {when} unless you say otherwise", ("send_now", "edit", "skip", "snooze")
    )


def approval(message: StepMessage) -> Speech:
    """What goes out only if the CSM says so."""
    why = message.payload.get("why")
    lead = "Waits for your approval" + (f": {escaped(str(why))}" if why else "")
    return _before_sending(message, lead, ("approve", "edit", "skip", "snooze"))


def _before_sending(message: StepMessage, lead: str, default_actions: Sequence[str]) -> Speech:
    payload = message.payload
    options = ", ".join(str(option["label"]) for option in payload.get("options") or ())
    quoted = "\n".join(f"> {line}" for line in escaped(str(payload["text"])).splitlines())
    blocks: list[Block] = [
        _heading(payload, f"Message to {payload.get('contact_name') or 'the contact'}"),
        parts.section(quoted),
    ]
    if options:
        blocks.append(parts.context(f"Answers offered: {escaped(options)}"))
    blocks += [
        parts.context(f"After *{escaped(str(reply['label']))}*: {escaped(str(reply['text']))}")
        for reply in payload.get("replies") or ()
    ]
    if message.answered:
        blocks.append(parts.context(f"✓ {escaped(message.answered)}"))
    else:
        blocks.append(parts.context(lead))
        names = payload.get("actions") or default_actions
        blocks.append(parts.actions(*(_staff_button(name, message.value) for name in names)))
    return Speech(
        text=harmless(f"{payload['account']}: message to {payload.get('contact_name')}: {payload['text']}"),
        blocks=parts.as_json(blocks),
    )


def _staff_button(name: str, value: str) -> Any:
    label, action_id = LABELS[name]
    style = "primary" if name in {"send_now", "approve"} else None
    return parts.button(label, action_id, value, style=style)


def _heading(payload: Mapping[str, Any], what: str) -> Block:
    return parts.section(
        f"*{escaped(str(payload['account']))}* · {escaped(str(payload['playbook']))} · "
        f"{escaped(str(payload['title']))}\n{escaped(what)}"
    )


def _options(message: StepMessage) -> list[Block]:
    payload = message.payload
    options = list(payload.get("options") or ())
    ask_type = payload.get("ask_type")
    if ask_type == "text" or (ask_type and not options):
        return [parts.actions(parts.button("Write an answer", WRITE, message.value))]
    if not options:
        return []
    if len(options) <= BUTTONS_AT_MOST and not any(option.get("group") for option in options):
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
        more["wants_text"] = str(option["label"])
    return reference(message.payload["run_id"], message.payload["step_key"], **more)


def menu_block_id(payload: Mapping[str, Any]) -> str:
    """Names run and step: an option's own value may have only 150 characters."""
    return f"playbook|{payload['run_id']}|{payload['step_key']}"


def _menu(options: Sequence[Mapping[str, Any]]) -> StaticSelectElement:
    groups: dict[str, list[MenuOption]] = {}
    for option in options:
        entry = MenuOption(value=str(option["value"]), label=shortened(str(option["label"]), BUTTON_LIMIT))
        groups.setdefault(str(option.get("group") or ""), []).append(entry)
    placeholder = PlainTextObject(text="Choose one")
    if set(groups) == {""}:
        return StaticSelectElement(action_id=CHOOSE, placeholder=placeholder, options=groups[""])
    return StaticSelectElement(
        action_id=CHOOSE,
        placeholder=placeholder,
        option_groups=[
            OptionGroup(label=label or "Other", options=entries) for label, entries in groups.items()
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


def _addressed(message: StepMessage, text: str) -> str:
    return f"{message.payload.get('contact_name') or ''}: {text}" if message.named else text


def _with_mention(message: StepMessage) -> str:
    return f"{message.named} {escaped(str(message.payload['text']))}"
