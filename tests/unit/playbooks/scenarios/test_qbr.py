"""Business reviews: prepared with what they want decided, kept with what was decided."""

from __future__ import annotations

from datetime import date

import pytest

from playbooks.stand_ins import Script, Scripted
from store.tables import Contact

UNTIL = date(2026, 10, 1)
BEN = "UBEN_MM"
WORDS = {
    "Q0": Scripted("2026-05-20"), "Q_ask": Scripted(text="More depots"), "Q_pre": Scripted(text="Depots; data; dates"),
    "Q_decisions": Scripted(text="Depots by May, Ana"), "Q_recap": Scripted(text="Fewer calls"),
}  # fmt: skip
HELD = {"Q_agenda": "right", "Q_remind": "fine", "Q_held": "held", "Q_follow": "agree", "Q_check": "most"}


def course(world, account, answers):
    values = (WORDS if answers else {}) | {step: Scripted(value) for step, value in answers.items()}
    return world.simulate(["qbr"], account, people=Script(values), until=UNTIL)


def asked(found):
    return [line.step.split(".")[0] for line in found.lines if line.kind == "message"]


def end(found):
    return [line.text for line in found.lines if line.kind == "outcome"]


@pytest.mark.parametrize("account", ["mm", "ent"])
def test_a_review_is_prepared_held_and_looked_at_a_month_later(shipped_world, account):
    found = course(shipped_world, account, HELD)
    assert asked(found) == ["Q_ask", "Q_agenda", "Q_remind", "Q_follow", "Q_check"]
    assert end(found) == ["Held, with decisions"]
    days = {line.step.split(".")[0]: line.at.date() for line in found.lines if line.kind == "message"}
    assert (days["Q_ask"], days["Q_remind"]) == (date(2026, 4, 20), date(2026, 5, 19))


def test_the_agenda_is_what_the_csm_made_of_what_they_want_decided(shipped_world):
    found = course(shipped_world, "mm", HELD)
    [pre] = [line.text for line in found.lines if line.step == "Q_pre" and line.kind == "question"]
    assert "They want decided: More depots" in pre
    assert any("Depots; data; dates" in line.text for line in found.lines if line.step.startswith("Q_agenda"))


def test_a_small_customer_gets_a_recap_in_writing(shipped_world):
    found = course(shipped_world, "smb", HELD)
    assert asked(found) == ["Q_recap"]
    assert end(found) == ["Recap in writing"]


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        pytest.param({}, "Nobody noted how it went", id="nobody says anything"),
        pytest.param(
            {"Q_held": "no_show", "Q_second": "no_show"}, "Nobody came twice", id="nobody came twice"
        ),
        pytest.param({"Q_held": "moved", "Q_second": "dropped"}, "Not held", id="moved and dropped"),
        pytest.param(
            {"Q_held": "moved", "Q_second": "held", "Q_follow": "change"}, "Held, with decisions", id="moved"
        ),
    ],
)
def test_every_course_ends_as_it_went(shipped_world, answers, outcome):
    assert end(course(shipped_world, "mm", answers)) == [outcome]


def test_two_missed_reviews_are_escalated(shipped_world):
    found = course(shipped_world, "mm", {"Q_held": "no_show", "Q_second": "no_show"})
    assert "L1: Mm Works missed two reviews" in [line.text for line in found.lines if line.kind == "task"]


def test_little_of_it_done_comes_back_to_the_csm(shipped_world):
    found = course(shipped_world, "mm", HELD | {"Q_check": "little"})
    assert "Little of what was decided with Mm Works is done" in [
        line.text for line in found.lines if line.kind == "task"
    ]


def test_the_day_that_the_csm_names_moves_every_step(shipped_world):
    run = shipped_world.start("qbr", "mm")
    shipped_world.reply(run, "Q0", "UDANA", "2026-05-20", staff=True)
    assert shipped_world.run(run).anchors["Q"] == date(2026, 5, 20)


def test_who_opted_out_is_not_asked_what_to_decide(shipped_world):
    shipped_world.change((Contact, shipped_world.contacts[BEN]), opted_out_at=shipped_world.clock.now())
    found = course(shipped_world, "mm", HELD)
    assert "Ben Bo" not in {line.to for line in found.lines if line.kind == "message"}
