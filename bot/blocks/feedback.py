"""Why an answer did not help: the modal that asks, and the lines that thank."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import (
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
)
from slack_sdk.models.views import View

if TYPE_CHECKING:
    from collections.abc import Mapping

REASON_MODAL = "feedback_reason"
REASON, COMMENT = "reason", "comment"
COMMENT_LIMIT = 3000
REASONS: Mapping[str, str] = {
    "wrong": "It is wrong",
    "outdated": "It is out of date",
    "incomplete": "Something is missing",
    "not_my_question": "It answers another question",
    "other": "Something else",
}
THANKS_UP = "Thank you, good to know that this helped."
THANKS_DOWN = "Thank you, noted. If you still need an answer, press the button that brings you to a person."
THANKS_REASON = "Thank you for telling us why; the people who look after these articles will see it."
GONE = "I can no longer find that answer, so I could not note your rating. Please ask me again."


def reason_modal(context: Mapping[str, Any]) -> dict[str, Any]:
    """The modal. `context` comes back with it: which answer, and where it stands."""
    options = [Option(text=PlainTextObject(text=text), value=value) for value, text in REASONS.items()]
    view = View(
        type="modal",
        callback_id=REASON_MODAL,
        title=PlainTextObject(text="What went wrong?"),
        submit=PlainTextObject(text="Send"),
        close=PlainTextObject(text="Not now"),
        private_metadata=json.dumps(context),
        blocks=[
            InputBlock(
                block_id=REASON,
                label=PlainTextObject(text="What is the matter with this answer?"),
                element=RadioButtonsElement(action_id=REASON, options=options),
            ),
            InputBlock(
                block_id=COMMENT,
                optional=True,
                label=PlainTextObject(text="What should it have said?"),
                element=PlainTextInputElement(
                    action_id=COMMENT,
                    multiline=True,
                    max_length=COMMENT_LIMIT,
                    placeholder=PlainTextObject(text="In your own words, if you like"),
                ),
            ),
        ],
    )
    return view.to_dict()
