"""The parts with which the demo company is played, each by itself."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.blocks import playbook as blocks
from bot.demo.answers import RememberedAnswers
from bot.demo.building import NoDemo, Plan, build
from bot.demo.marking import is_demo, mark, staff_of
from bot.demo.people import Presses
from bot.demo.play import _rounded, _use_of
from bot.demo.stage import AtOnce, Attention
from bot.settings import Settings
from knowledge.types import Answered, Asker, Question

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
PLAN = Plan(3, 20, 1, date(2026, 3, 3))


class Counting:
    """Answers, each of which is another one."""

    ready = True

    def __init__(self):
        self.count = 0

    def answer(self, question, _told=None):
        self.count += 1
        return Answered("answered", f"{question.text} {self.count}")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param(
            Asker(frozenset({"customer", "account:b"}), "b", plan="Growth"), True, id="another account"
        ),
        pytest.param(
            Asker(frozenset({"customer", "account:a"}), "a", plan="Starter"), False, id="another plan"
        ),
        pytest.param(Asker(frozenset({"public"}), "a", plan="Growth"), False, id="who may read less"),
    ],
)
def test_an_answer_is_given_again_only_to_whoever_may_read_the_same(other, is_same):
    answers = RememberedAnswers(Counting())
    first = answers.answer(Question("why?", Asker(frozenset({"customer", "account:a"}), "a", plan="Growth")))
    assert (answers.answer(Question("why?", other)) == first) is is_same


def test_what_is_remembered_is_forgotten_when_the_knowledge_base_changes():
    answers = RememberedAnswers(Counting())
    first = answers.answer(Question("why?"))
    answers.forget()
    assert answers.given == 0
    assert answers.answer(Question("why?")) != first


def test_what_is_submitted_is_run_at_once_and_its_error_waits_in_the_future():
    done = []
    AtOnce().submit(done.append, 1)
    failed = AtOnce().submit(int, "x")
    assert done == [1]
    with pytest.raises(ValueError, match="invalid literal"):
        failed.result()


def test_a_quiet_account_is_looked_at_once_a_week_and_a_touched_one_the_next_morning():
    clock = SimpleNamespace(now=lambda: clock.moment, moment=NOON)
    attention = Attention(clock)
    looked = []
    for day in range(16):
        clock.moment = NOON + timedelta(days=day)
        if day == 3:
            attention.touch("a")
        if not attention.may_wait("a"):
            looked.append(day)
    assert looked == [0, 3, 10]


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        pytest.param(0, 0, id="the full hour"),
        pytest.param(1, 30, id="just after"),
        pytest.param(30, 30, id="the half"),
    ],
)
def test_what_happens_is_put_on_the_next_half_hour(minute, expected):
    assert _rounded(NOON.replace(minute=minute)) == NOON.replace(minute=expected)


def button(action_id, value):
    return {"type": "button", "action_id": action_id, "value": value}


def message(*elements):
    return {"blocks": [{"block_id": "b", "elements": list(elements)}]}


def presses(action, value=None):
    return Presses(NOON, "U1", "C1", "1.0", action, value)


def test_of_several_buttons_the_one_that_carries_the_answer_is_pressed():
    said = message(*(button(f"{blocks.ANSWER}_{n}", json.dumps({"value": str(n)})) for n in range(5)))
    assert _use_of(said, presses(blocks.ANSWER, "3"))["action"]["action_id"] == "playbook_answer_3"


def test_a_menu_s_option_is_chosen_by_its_value():
    option = {"text": {"text": "Two"}, "value": "two"}
    menu = {"type": "static_select", "action_id": blocks.CHOOSE, "options": [option]}
    assert _use_of(message(menu), presses("playbook_", "two"))["action"]["selected_option"] == option
    assert _use_of(message(menu), presses("playbook_", "three")) is None


@pytest.mark.parametrize(
    ("value", "side"), [pytest.param("up", "yes", id="up"), pytest.param("down", "no", id="down")]
)
def test_an_answer_is_rated_by_its_buttons(value, side):
    rating = {
        "type": "feedback_buttons", "action_id": "answer_feedback",
        "positive_button": {"value": "yes"}, "negative_button": {"value": "no"},
    }  # fmt: skip
    assert _use_of(message(rating), presses("answer_feedback", value))["action"]["value"] == side


def test_what_has_been_answered_has_no_button_any_more():
    assert _use_of(message(), presses(blocks.APPROVE)) is None


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        pytest.param(
            {"slack_bot_token": "xoxb-1", "slack_app_token": "xapp-1"}, "real one", id="a real workspace"
        ),
        pytest.param({"database_url": "sqlite:///x.db"}, "DATABASE_URL", id="a database that is named"),
    ],
)
def test_the_demo_company_is_built_in_no_place_that_is_not_its_own(tmp_path, settings, reason):
    with pytest.raises(NoDemo, match=reason):
        build(Settings(_env_file=None, guidepost_data_dir=tmp_path, **settings), PLAN)


def test_a_folder_with_something_in_it_stays_as_it_is(tmp_path):
    settings = Settings(_env_file=None, guidepost_data_dir=tmp_path)
    settings.data_folder.mkdir()
    (settings.data_folder / "guidepost.db").write_text("mine")
    with pytest.raises(NoDemo, match="not empty"):
        build(settings, PLAN)
    assert (settings.data_folder / "guidepost.db").read_text() == "mine"


def test_a_marked_folder_has_our_staff_and_nobody_of_the_sample_s_customers(tmp_path):
    assert not is_demo(tmp_path)
    mark(tmp_path, ["U0GRACE"], {"seed": 1})
    assert is_demo(tmp_path)
    directory = staff_of(tmp_path)
    assert all(user.is_staff for user in directory.users)
    assert {one.name for one in directory.channels} == {"general", "cs-team"}
    assert directory.personas == ("U0GRACE",)
