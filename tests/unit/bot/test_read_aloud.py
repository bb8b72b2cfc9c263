"""Everything that we say has words for a screen reader; every test with a bot looks at all that was said in it."""

import pytest

from bot.blocks import admin, feedback, kb_draft, plan, shortcuts
from bot.blocks.home import SetupLine
from bot.blocks.prompts import prompts_for
from bot.blocks.text import escaped
from bot.verifying.answers import Draft
from store.tables import StaffMember
from tests.block_checks import check_speech, check_view
from tests.bot_fixtures import HARBOUR, ISLA, PRIYA, said_by_the_bot
from tests.read_aloud import silent_messages, silent_parts
from tests.unit.bot.test_blocks import BASICS

BUTTONS = {
    "type": "feedback_buttons",
    "positive_button": {"accessibility_label": "Good"},
    "negative_button": {},
}


@pytest.mark.parametrize(
    ("value", "silent"),
    [
        ({"type": "image", "image_url": "https://x/y.png"}, 1),
        ({"type": "image", "image_url": "https://x/y.png", "alt_text": " "}, 1),
        ({"type": "image", "image_url": "https://x/y.png", "alt_text": "A line that rises"}, 0),
        ([{"type": "section", "accessory": {"type": "image", "slack_file": {}}}], 1),
        (BUTTONS, 1),
        ({"type": "input", "label": {"text": ""}}, 1),
        ([], 0),
    ],
)
def test_what_a_screen_reader_has_no_words_for_is_found(value, silent):
    assert len(silent_parts(value)) == silent


def test_a_message_without_text_is_found():
    assert len(silent_messages([{"ts": "1", "text": "", "blocks": []}, {"ts": "2", "text": "Hi"}])) == 1


def test_an_answer_a_command_and_a_card_have_words(bot):
    ts = bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> How do I export my data?")
    bot.press(ISLA, bot.seen(ISLA, HARBOUR, ts).messages[-1], "talk_to_person")
    bot.command(PRIYA, HARBOUR, "help")
    said = said_by_the_bot(bot.slack)
    assert len(said) >= 4
    assert silent_messages(said) == []


SPEECHES = {
    "asking why": lambda _: feedback.asking_why("a" * 32),
    "to an owner": lambda text: feedback.owner_speech(
        [feedback.PoorRating(text, (text,), text, "wrong", text, "https://x/y")] * 12
    ),
    "set-up": lambda text: admin.setup_speech([SetupLine(False, escaped(text[:200]), "Do it.")] * 8, "How."),
    "roles": lambda text: admin.roles_speech(
        [StaffMember(email="a@b.c", name=text, role="csm")] * 60, "How."
    ),
    "a role": lambda text: admin.role_given(text or "Tom", "csm", "end_user", "csm"),
    "draft": lambda text: kb_draft.draft_speech(
        kb_draft.DraftView("a" * 32, text, Draft(text, text, "customer"), text, "https://x/y")
    ),
    "draft, decided": lambda text: kb_draft.draft_speech(
        kb_draft.DraftView("a" * 32, text, Draft(text, text, "customer"), text, "", f"Approved by {text}")
    ),
    "proposed": lambda text: kb_draft.proposed(text, text),
    "declined": lambda text: kb_draft.declined(text, text),
    "stopped": lambda _: plan.stopped(),
}
VIEWS = {
    "save as feedback": lambda text: shortcuts.save_modal(text, None, {}),
    "start playbook": lambda _: shortcuts.play_modal(None, {}),
}


@pytest.mark.parametrize("text", BASICS)
@pytest.mark.parametrize("name", SPEECHES)
def test_a_message_has_words_and_keeps_the_limits_whatever_it_holds(name, text):
    check_speech(SPEECHES[name](text))


@pytest.mark.parametrize("text", BASICS)
@pytest.mark.parametrize("name", VIEWS)
def test_a_form_has_words_and_keeps_the_limits_whatever_it_holds(name, text):
    check_view(VIEWS[name](text))


@pytest.mark.parametrize("text", BASICS)
def test_an_offered_question_has_a_title_whatever_the_articles_is(text):
    offered = prompts_for("renewal", is_staff=False, asked_about=[text])
    assert all(one["title"].strip() and len(one["title"]) <= 75 for one in offered)
