"""What a person wrote is never cut on its way to whom it is for: a plan, a report, an answer that a CSM reads."""

from __future__ import annotations

import pytest

from playbooks import events, wording
from playbooks.types import MAX_MESSAGE
from playbooks.wording import Whole

LONG = "We mend the import, train the new people and call every Friday. " * 8  # 512 characters


@pytest.mark.parametrize(
    ("value", "limit", "whole"),
    [
        pytest.param(LONG, wording.VALUE_LIMIT, False, id="one value among others"),
        pytest.param(Whole(LONG), wording.VALUE_LIMIT, True, id="what staff wrote"),
        pytest.param(LONG, None, True, id="for staff"),
    ],
)
def test_only_what_nobody_wrote_for_the_reader_is_cut(value, limit, whole):
    text = wording.fill("Plan: {plan}", {"plan": value}, limit)
    assert text is not None
    assert (LONG.strip() in text) == whole


@pytest.mark.parametrize(
    ("length", "sent"),
    [
        pytest.param(MAX_MESSAGE + 400, True, id="longer than the bot may write"),
        pytest.param(wording.WHOLE_MESSAGE + 1, False, id="longer than a message"),
    ],
)
def test_what_staff_wrote_may_make_a_message_longer(length, sent):
    text = wording.first_known(["Here it is: {plan}"], {"plan": Whole("x" * length)})
    assert (text is not None) == sent
    assert wording.first_known(["Here it is: {goal}"], {"goal": "x" * 20}) == "Here it is: " + "x" * 20


def test_a_plan_in_a_csms_own_words_reaches_the_customer_whole(shipped_world):
    world = shipped_world
    run = world.start("save", "smb")
    world.until(2026, 3, 2, 18)
    world.reply(run, "S1", "UDANA", "real", staff=True)
    [call] = [task for task in world.tasks() if task.key.startswith(f"{run}:S3")]
    world.handle(run, events.TaskDone(call.key.removeprefix(f"{run}:"), "UDANA"))
    world.reply(run, "S4_write", "UDANA", text=LONG, staff=True)
    world.until(2026, 3, 6, 18)
    [shown] = [row for row in world.messages() if row.payload["step_key"].startswith("S4_show")]
    assert LONG.strip() in shown.payload["text"]


def test_an_answer_is_told_to_the_csm_whole_and_stands_whole_in_the_task(shipped_world):
    world = shipped_world
    run = world.start("onboarding", "smb")
    world.until(2026, 3, 3, 18)
    first = world.messages()[0]
    world.reply(run, first.payload["step_key"], first.slack_user_id, "other", text=LONG)
    told = "\n".join(row.payload["text"] for row in world.outbox("playbook_notice"))
    assert LONG.strip() in told
