"""Answers that no button holds: forms that Slack takes, and what they say."""

import pytest

from bot.blocks import playbook as blocks
from bot.blocks import playbook_modals as modals
from bot.blocks.answer_forms import BUTTONS, answer_of
from playbooks.asking import SCALES, Ask
from tests.block_checks import check_speech, check_view

OPTIONS = [{"value": f"o{n}", "label": f"Option {n}", "group": None, "wants_text": False} for n in range(4)]
FIELDS = [
    {"name": "metric", "label": "What is measured?", "type": "text", "optional": False, "options": []},
    {
        "name": "target",
        "label": "By how much? " + "x" * 200,
        "type": "number",
        "optional": True,
        "options": [],
    },
    {"name": "due", "label": "Until when?", "type": "date", "optional": True, "options": []},
    {"name": "signer", "label": "Who signs?", "type": "person", "optional": True, "options": []},
    {"name": "form", "label": "Which?", "type": "select", "optional": True, "options": OPTIONS},
]


def payload(ask_type, options=()):
    return {
        "text": "How is it?", "run_id": "r1", "step_key": "A", "account": "Acme", "playbook": "Hello", "title": "First",
        "csm_first": "Dana", "bot": "Guidepost", "sender": "Guidepost for Dana", "ask_type": ask_type, "options": list(options),
        "fields": FIELDS if ask_type == "form" else [], "actions": ["not_me", "later", "talk"],
    }  # fmt: skip


def buttons_of(speech):
    rows = speech.blocks
    return [one for row in rows if row["type"] == "actions" for one in row["elements"]]


@pytest.mark.parametrize("ask_type", sorted(BUTTONS))
def test_an_answer_that_no_button_holds_opens_a_form(ask_type):
    found = payload(ask_type, OPTIONS if ask_type == "multi" else ())
    speech = blocks.customer_message(blocks.StepMessage(found))
    check_speech(speech)
    assert buttons_of(speech)[0]["action_id"] == blocks.WRITE
    check_view(modals.answer_modal({"run": "r1", "step": "A"}, found))


@pytest.mark.parametrize("scale", sorted(SCALES))
def test_a_scale_is_one_tap(scale):
    choices = Ask(key="score", type=scale, low="not at all", high="very").choices
    options = [{"value": one.value, "label": one.label} for one in choices]
    speech = blocks.customer_message(blocks.StepMessage(payload(scale, options)))
    check_speech(speech)
    taps = [one for one in buttons_of(speech) if one["action_id"].startswith(blocks.ANSWER)]
    assert len(taps) == len(SCALES[scale])
    assert taps[0]["text"]["text"].endswith("not at all")


def test_a_form_gives_its_fields_and_a_single_question_its_answer():
    assert answer_of({"answer": "o1,o2"}) == ("o1,o2", {})
    assert answer_of({"field_metric": " calls ", "field_due": ""}) == (None, {"metric": "calls", "due": ""})
