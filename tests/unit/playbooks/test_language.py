"""What a definition says, a run does: each kind of step, question and action, through the real runner."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from textwrap import dedent, indent

import pytest
import yaml

from playbooks import loader
from playbooks.checking import check
from playbooks.errors import CannotStart
from store.tables import Account, StaffMember, accounts, goals, happenings
from tests.unit.playbooks.test_checking import HEAD

QUESTION = {"title": "First", "when": "S+0d", "to": "admin", "message": "All well, {first}?"}
ADA = "UADA_SMB"


def hello(tmp_path, steps, **head):
    """A checked definition with these steps."""
    body = yaml.safe_load(HEAD + "  A: {}") | {"steps": steps} | head
    path = tmp_path / "hello.yaml"
    path.write_text(yaml.safe_dump(body, allow_unicode=True, sort_keys=False), encoding="utf-8")
    assert [str(problem) for problem in check(path)] == []
    return loader.load(path)


@pytest.fixture
def begin(world, tmp_path):
    """Publish a playbook with these steps and start it for the small account; the run's id."""

    def start(steps, account="smb", **head):
        world.runner.publish(hello(tmp_path, steps, **head), "UMIA", world.workspace_id)
        return world.start("hello", account)

    return start


def asked(ask, **more):
    return {"A": QUESTION | {"ask": {"key": "said"} | ask, "on_answer": {"else": {"reply": "Noted."}}} | more}


@pytest.mark.parametrize(
    ("ask", "words", "read_as", "value"),
    [
        pytest.param({"type": "0-10"}, "I would say 8 out of 10", "8", "8", id="a scale"),
        pytest.param({"type": "date"}, "12 March", "12 March 2026", "2026-03-12", id="a day"),
        pytest.param({"type": "number"}, "about 40 people", "40", "40", id="a number"),
        pytest.param({"type": "confirm"}, "sure, go ahead", "Yes", "yes", id="a yes"),
        pytest.param(
            {"type": "multi", "options": {"sec": "Security", "price": "Price", "none": "None of them"}},
            "security and price, please", "Security, Price", "sec,price", id="several ticks",
        ),
    ],
)  # fmt: skip
def test_words_count_as_an_answer_and_are_confirmed(world, begin, ask, words, read_as, value):
    run = begin(asked(ask))
    world.reply(run, "A", ADA, text=words)
    assert f"I took that as *{read_as}*" in world.last("playbook_confirm")["text"]
    world.reply(run, "A", ADA, text="yes")
    assert world.run(run).steps["A"].answer == value


@pytest.mark.parametrize(
    ("ask", "value", "counts"),
    [
        pytest.param({"type": "0-10"}, "11", None, id="beyond the scale"),
        pytest.param({"type": "date"}, "soon", None, id="no day"),
        pytest.param({"type": "number"}, "1 or 2", None, id="two numbers"),
        pytest.param({"type": "multi", "options": {"a": "A", "b": "B"}}, "a,z", None, id="a tick that is not there"),
        pytest.param({"type": "person"}, "Jo Doe", "Jo Doe", id="somebody who is no contact"),
        pytest.param({"type": "date"}, "2026-04-01", "2026-04-01", id="a day that was picked"),
    ],
)  # fmt: skip
def test_only_what_a_question_allows_is_an_answer(world, begin, ask, value, counts):
    run = begin(asked(ask))
    world.reply(run, "A", ADA, value)
    assert world.run(run).steps["A"].answer == counts
    assert bool(world.outbox("playbook_again")) == (counts is None)


@pytest.mark.parametrize(
    ("said", "answer", "words"),
    [
        pytest.param({"value": "2026-03-02"}, None, "That is too early: it can be 3 March 2026 or later.", id="today"),
        pytest.param({"value": "2026-03-17"}, None, "That is too late: it can be 16 March 2026 at the latest.", id="too far off"),
        pytest.param({"text": "2025-03-12"}, None, "That is too early: it can be 3 March 2026 or later.", id="a day of the past, in words"),
        pytest.param({"text": "1 May"}, None, "That is too late: it can be 16 March 2026 at the latest.", id="too far off, in words"),
        pytest.param({"value": "2026-03-16"}, "2026-03-16", "", id="the last day that is possible"),
    ],
)  # fmt: skip
def test_a_day_may_be_bounded(world, begin, said, answer, words):
    run = begin(asked({"type": "date", "from": "1d", "upto": "14d"}))
    world.reply(run, "A", ADA, **said)
    assert world.run(run).steps["A"].answer == answer
    assert [row.payload["text"].startswith(words) for row in world.outbox("playbook_again")] == [True] * bool(
        words
    )


def test_a_day_that_is_asked_for_may_be_what_steps_are_counted_from(world, begin):
    steps = asked({"type": "date"}) | {
        "B": {"title": "The day before", "when": "K-1d", "to": "admin", "message": "It is {day_K} soon."}
    }
    run = begin(steps, anchors={"K": {"fact": "said"}})
    world.reply(run, "A", ADA, "2026-03-16")  # a Monday; the run does not end before it
    assert world.run(run).state == "active"
    world.until(2026, 3, 13, 12)
    assert [row.payload["text"] for row in world.messages()][1:] == ["It is 16 March 2026 soon."]


def test_each_tick_has_its_branch(world, begin):
    options = {"sec": "Security", "dpa": "Data protection", "none": "None"}
    task = {"task": {"title": "Send the {answer} pack", "due": "1bd"}}
    branches = {"none": {}, "sec": {"do": [task]}, "dpa": {"do": [task]}}
    run = begin(asked({"type": "multi", "options": options}, on_answer=branches))
    world.reply(run, "A", ADA, "sec,dpa")
    assert {one.title for one in world.tasks()} == {"Send the Security pack", "Send the Data protection pack"}


@pytest.mark.parametrize(("score", "reply"), [("2", "Sorry."), ("7", "Thanks."), ("10", "Great.")])
def test_a_branch_may_be_a_range(world, begin, score, reply):
    branches = {"0-6": {"reply": "Sorry."}, "7-8": {"reply": "Thanks."}, ">= 9": {"reply": "Great."}}
    run = begin(asked({"type": "0-10"}, on_answer=branches))
    world.reply(run, "A", ADA, score)
    assert world.last("playbook_ack")["text"] == reply


def test_a_form_is_one_answer_and_each_field_a_variable(world, begin):
    fields = {
        "metric": {"label": "What is measured?"},
        "base": {"label": "Today", "type": "number"},
        "aim": {"label": "Aim", "type": "number"},
        "by": {"label": "Until", "type": "date", "optional": True},
    }
    goal = {"goal": {"title": "{metric}", "baseline": "{base}", "target": "{aim}", "due": "{by}"}}
    run = begin(asked({"type": "form", "fields": fields}, on_answer={"else": {"do": [goal]}}))
    world.reply(run, "A", ADA, fields=(("metric", "missed calls"), ("base", "12")))
    assert "Something is missing: Aim." in world.last("playbook_again")["text"]
    given = (("metric", "missed calls"), ("base", "12"), ("aim", "4"), ("by", "2026-06-01"))
    world.reply(run, "A", ADA, fields=given)
    with world.database.reading() as session:
        (found,) = goals.goals_of(session, session.get(Account, world.accounts["smb"]))
    assert (found.title, found.baseline, found.target, found.due_on) == (
        "missed calls",
        12,
        4,
        date(2026, 6, 1),
    )


def test_a_wait_ends_when_it_comes_true_or_after_its_time(world, begin):
    wait = {"until": {"fact": "first_value"}, "at_most": "10d"}
    steps = {
        "W": {"title": "First value", "when": "S+0d", "wait": wait, "then": [{"set": {"came": "yes"}}],
              "on_timeout": {"do": [{"escalate": {"level": "L2", "why": "No first value at {account}"}}]}},
    }  # fmt: skip
    first, second = begin(steps), world.start("hello", "mm")
    with world.database.transaction() as session:
        accounts.note_fact(
            session, workspace_id=world.workspace_id, account_id=world.accounts["smb"], kind="first_value",
            value="yes", on=world.clock.now().date(), now=world.clock.now(),
        )  # fmt: skip
    world.until(2026, 3, 20, 12)
    assert world.run(first).steps["W"].state == "done"
    assert world.run(first).facts["came"] == "yes"
    assert world.run(second).steps["W"].state == "expired"
    assert [one.title for one in world.tasks()] == ["L2: No first value at Mm Works"]


def test_level_two_is_told_to_both_and_says_whose_it_is(world, begin):
    escalate = {"escalate": {"level": "L2", "why": "{account} is stuck"}}
    begin({"D": {"title": "Raise", "when": "S+0d", "do": [escalate]}})
    raised = [row.payload for row in world.outbox("playbook_notice") if "L2" in row.payload["text"]]
    told = {payload["role"]: payload["text"] for payload in raised}
    assert told["csm"] == "L2: Smb Works is stuck"
    assert told["manager"].startswith("L2: Smb Works is stuck. The task is with ")


def test_what_nobody_takes_is_brought_up_again_three_times(world, begin):
    escalate = {"escalate": {"level": "L1", "why": "Blocked", "within": "4bh"}}
    begin({"D": {"title": "Raise", "when": "S+0d", "do": [escalate]}})
    world.until(2026, 3, 12, 12)
    brought_up = [one for one in world.outbox("playbook_notice") if "Nobody has taken" in one.payload["text"]]
    assert [one.slack_user_id for one in brought_up] == ["UMIA"] * 3


@pytest.mark.parametrize(
    ("policy", "sent", "state", "told"),
    [
        pytest.param("send", 1, "sent", None, id="send"),
        pytest.param("skip", 0, "skipped", "was left out: it was due on", id="skip"),
        pytest.param("ask", 0, "awaiting_approval", None, id="ask"),
    ],
)
def test_what_is_late_is_sent_left_out_or_asked_about_as_its_policy_says(
    world, begin, policy, sent, state, told
):
    late = {"policy": policy, "after": "2d"}
    steps = {"M": {"title": "A word", "when": "S+3d", "to": "admin", "message": "Hello again.", "late": late}}
    run = begin(steps)
    world.wake_at(2026, 3, 12, 12)  # it was due on the fifth, and the bot was down
    assert world.run(run).steps["M"].state == state
    assert len([row for row in world.messages() if row.payload["text"] == "Hello again."]) == sent
    notices = [row.payload["text"] for row in world.outbox("playbook_notice")]
    assert told is None or any(told in one for one in notices)
    assert len(world.outbox("playbook_approval")) == (policy == "ask")


def test_a_rule_has_its_actions_once(world, begin):
    again = {"goto": "A", "after": "1d"}
    steps = asked({"options": {"fine": "Fine", "blocked": "Blocked"}}, on_answer={"else": {"do": [again]}})
    rule = {
        "title": "Blocked twice",
        "if": {"answers": {"said": {"blocked": ">= 2"}}},
        "do": [{"finish": {"outcome": "done"}}, {"start": "save"}, {"notify": "Blocked twice at {account}."}],
    }
    run = begin(steps, watch=[rule])
    world.reply(run, "A", ADA, "blocked")
    assert world.run(run).state == "active"
    world.until(2026, 3, 10, 12)
    world.reply(run, "A#2", ADA, "blocked")
    assert (world.run(run).state, world.run(run).outcome) == ("finished", "done")
    with world.database.reading() as session:
        told = [one.name for one in happenings.happenings_of(session, world.accounts["smb"])]
    assert told == ["playbook.start"]


def test_a_step_that_is_not_for_the_account_is_left_out_and_says_so(world, begin):
    run = begin(asked({"type": "text"}, only_if={"number": {"seats": ">= 100"}}))
    record = world.run(run).steps["A"]
    assert (record.state, record.note) == ("skipped", "left out: not for this account as things are")


def test_a_check_in_without_a_fact_is_the_csms_task(world, begin):
    run = begin(asked({"type": "text"}, requires_fact=["nothing_known"]))
    assert world.steps(run)["A"] == "skipped"
    assert [one.title for one in world.tasks()] == ["Personal check-in with Ada at Smb Works: First"]


def test_a_person_has_a_survey_only_after_its_cooldown(world, begin):
    nps = {"ask": {"key": "nps", "type": "0-10"}, "survey": "nps", "on_answer": {"else": {}}}
    later = {"ask": {"key": "nps2", "type": "0-10"}, "survey": "nps", "on_answer": {"else": {}}}
    run = begin({"A": QUESTION | nps, "B": QUESTION | later | {"when": "S+60d"}, "C": QUESTION | later | {
        "when": "S+100d", "ask": {"key": "nps3", "type": "0-10"}}})  # fmt: skip
    world.until(2026, 6, 30, 12)
    assert [key for key, _ in world.said()] == ["A", "C"]
    assert "had this survey less than 90 days before" in world.run(run).steps["B"].note


def test_a_segment_has_its_own_variant(world, begin):
    steps = asked({"type": "text"}) | {"B": QUESTION | {"title": "Second", "when": "S+9d", "message": "And now, {first}?",
             "ask": {"key": "now_said", "type": "text"}, "on_answer": {"else": {}}}}  # fmt: skip
    variants = {
        "SMB": {"remove": ["B"]},
        "ENT": {"steps": {"X": {"title": "Sign-on", "when": "S+3d", "task": {"title": "SSO", "due": "2bd"}}}},
    }
    smb = begin(steps, variants=variants)
    ent = world.start("hello", "ent")
    assert (set(world.steps(smb)), set(world.steps(ent))) == ({"A"}, {"A", "B", "X"})


def test_an_approval_is_asked_of_the_manager(world, begin):
    ask = {"A": {"title": "May we", "when": "S+0d", "to": "manager", "message": "May we, at {account}?",
                 "ask": {"key": "may", "type": "approval"}, "on_answer": {"else": {"do": [{"stage": "{answer}"}]}}}}  # fmt: skip
    begin(ask)
    (row,) = world.outbox("playbook_question")
    assert row.slack_user_id == "UMIA"
    assert [option["label"] for option in row.payload["options"]] == ["Approve", "Reject"]


def incident(world, value, on):
    """An incident at the small customer is noted to be open or over."""
    with world.database.transaction() as session:
        accounts.note_fact(
            session, workspace_id=world.workspace_id, account_id=world.accounts["smb"], kind="incident",
            value=value, on=on, now=world.clock.now(),
        )  # fmt: skip


def test_an_incident_holds_every_message_until_it_is_over(world, begin):
    incident(world, "open", date(2026, 3, 2))
    run = begin({"A": asked({"type": "text"})["A"] | {"to": ["admin", "champion"]}})
    assert set(world.steps(run).values()) == {"held"}
    assert len(world.tasks()) == len(world.outbox("playbook_notice")) == 1
    assert world.messages() == []
    incident(world, "over", date(2026, 3, 3))
    world.until(2026, 3, 4, 12)
    assert set(world.steps(run).values()) == {"sent"}


@pytest.mark.parametrize(("over", "reminders"), [(None, 0), (date(2026, 3, 4), 1)])
def test_nobody_is_reminded_while_an_incident_is_open(world, begin, over, reminders):
    begin(asked({"type": "text"}))
    incident(world, "open", date(2026, 3, 3))
    world.until(2026, 3, 4, 12)
    assert len(world.messages()) == 1
    assert world.outbox("playbook_nudge") == []
    if over:
        incident(world, "over", over)
    world.until(2026, 3, 12, 12)
    assert len(world.outbox("playbook_nudge")) == reminders


def test_a_new_csm_hears_where_it_stands_and_gets_what_waits(world, begin):
    run = begin(asked({"type": "text"}, delivery="approve"), account="ent")
    when = {
        "created_at": world.clock.now(),
        "updated_at": world.clock.now(),
        "workspace_id": world.workspace_id,
    }
    with world.database.transaction() as session:
        session.add(StaffMember(email="new@us.example", name="Noa New", slack_user_id="UNOA", **when))
    world.change((Account, world.accounts["ent"]), csm_email="new@us.example")
    world.clock.advance(timedelta(hours=1))
    world.runner.pause(run, "UMIA")
    assert world.outbox("playbook_approval")[-1].slack_user_id == "UNOA"
    told = [one for one in world.outbox("playbook_notice") if one.slack_user_id == "UNOA"]
    assert "is yours now" in told[0].payload["text"]


def test_an_anchor_that_becomes_known_later_plans_its_steps_then(world, begin):
    steps = asked({"type": "text"}) | {
        "K": {"title": "After the kickoff", "when": "K+5d", "task": {"title": "Write the plan", "due": "2bd"}}
    }
    run = begin(steps, anchors={"K": {"fact": "kickoff_on"}})
    assert set(world.steps(run)) == {"A"}
    with world.database.transaction() as session:
        accounts.note_fact(
            session, workspace_id=world.workspace_id, account_id=world.accounts["smb"], kind="kickoff_on",
            value="2026-03-10", on=date(2026, 3, 3), now=world.clock.now(),
        )  # fmt: skip
    world.reply(run, "A", ADA, text="fine")
    assert world.run(run).steps["K"].due_at == datetime(2026, 3, 16, 10, tzinfo=UTC)


def test_an_account_that_is_excluded_does_not_start_and_hears_why(world, tmp_path):
    definition = hello(tmp_path, asked({"type": "text"}), entry={"if": {"number": {"health": ">= 90"}}})
    world.runner.publish(definition, "UMIA", world.workspace_id)
    with pytest.raises(CannotStart, match="is not for Smb Works as things are"):
        world.start("hello", "smb")


BROKEN = {
    "a wait for ever": ("W: {title: W, when: S+0d, wait: {event: x}}", "This may wait for ever. Add “at_most: 14d”."),
    "a wait for two things": ("W: {title: W, when: S+0d, wait: {event: x, for: 2d}}", "A wait is for a time, for an event, or until something is so. Give one of the three."),
    "an unknown outcome": ("D: {title: D, when: S+0d, do: [finish: {outcome: dnoe}]}", "There is no outcome “dnoe”. Did you mean “done”?"),
    "a reason that is none": ("D: {title: D, when: S+0d, do: [finish: {outcome: done, reason: x.y}]}", "There is no reason “x.y”. Add it to “reasons”."),
    "a reason from no question": ("D: {title: D, when: S+0d, do: [finish: {outcome: done, reason_from: why}]}", "No question has the answer key “why”."),
    "an unknown anchor": ("D: {title: D, when: Q+0d, do: [notify: Hello]}", "There is no anchor Q. Add “anchors: {Q: {fact: NAME}}”, or count from C, R, S."),
    "a survey on another scale": ("A: {title: A, when: S+0d, to: admin, message: All well, survey: nps, ask: {key: k, type: 1-5}, on_answer: {else: {}}}", "The survey nps is asked on another scale than 1-5. Write “type: 0-10”."),
    "an approval by a customer": ("A: {title: A, when: S+0d, to: admin, message: All well, ask: {key: k, type: approval}, on_answer: {else: {}}}", "An approval is asked of a customer. Address it “to: manager” or “to: csm”."),
    "a form without fields": ("A: {title: A, when: S+0d, to: admin, message: All well, ask: {key: k, type: form}, on_answer: {else: {}}}", "Only a form has fields, and it needs some. Write “type: form” with “fields:”."),
    "a scale with a gap": ("A: {title: A, when: S+0d, to: admin, message: All well, ask: {key: k, type: 1-5}, on_answer: {1-3: {}, 5-5: {}}}", "Nothing says what follows the answer 4. Add “else:” or a branch for each answer."),
    "eleven ticks": ("A: {title: A, when: S+0d, to: admin, message: All well, ask: {key: k, type: multi, options: {" + ", ".join(f"o{n}: O{n}" for n in range(11)) + "}}, on_answer: {else: {}}}", "There are 11 options; Slack shows 10. Leave some out."),
    "days of something else than a date": ("A: {title: A, when: S+0d, to: admin, message: All well, ask: {key: k, type: text, upto: 14d}, on_answer: {else: {}}}", "“from” and “upto” bound the day of a date. Write them for “type: date”, such as “upto: 14d”."),
    "a reply that promises": ("A: {title: A, when: S+0d, to: admin, message: All well, ask: {key: k, type: text}, on_answer: {else: {reply: You get a refund.}}}", "“refund” is a promise, and it goes out unapproved in SMB, MM, ENT. Add “delivery: approve” to the step, or say it without the promise."),
    "a condition on no answer": ("D: {title: D, when: S+0d, only_if: {answer: {x: y}}, do: [notify: Hello]}", "No question has the answer key “x”."),
    "an unknown variable in a task": ("T: {title: T, when: S+0d, task: {title: T, due: 1bd, checklist: ['{whom}']}}", "There is no variable {whom}."),
    "a comparison that is none": ("D: {title: D, when: S+0d, only_if: {number: {health: {}}}, do: [notify: Hello]}", "'{}' is no comparison; write one such as >= 70, 0-6 or a word."),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_the_checker_refuses(tmp_path, name):
    steps, expected = BROKEN[name]
    path = tmp_path / "broken.yaml"
    path.write_text(HEAD + indent(dedent(steps), "  ") + "\n", encoding="utf-8")
    found = [str(problem) for problem in check(path)]
    assert any(expected in one for one in found), found
    assert all(one.startswith(f"{path}:12: step ") for one in found)


def test_a_mistake_in_a_variant_is_found_where_it_is_written(tmp_path):
    path = tmp_path / "broken.yaml"
    text = HEAD.replace(
        "steps:\n",
        "variants:\n  ENT:\n    remove: [Z]\n    steps:\n      A: {message: 'Hi {nobody}'}\nsteps:\n",
    )
    path.write_text(text + "  A: {title: A, when: S+0d, to: admin, message: Hi}\n", encoding="utf-8")
    assert [str(one).removeprefix(str(path)) for one in check(path)] == [
        ":13: There is no step “Z” to leave out. Known here: A."
    ]
    path.write_text(path.read_text().replace("    remove: [Z]\n", ""), encoding="utf-8")
    (found,) = check(path)
    assert "step A: There is no variable {nobody}" in str(found)


def test_a_question_that_nobody_answers_comes_again_as_often_as_it_says_and_then_gives_way(world, begin):
    again = {"goto": "A", "at_most": 2, "else": "GIVEN_UP"}
    run = begin(
        {
            "A": QUESTION
            | {"to": "csm", "ask": {"key": "said", "type": "text"}, "timeout": {"expire": "1bd"}}
            | {"on_answer": {"else": {"do": [{"goto": "B"}]}}, "on_timeout": {"do": [again]}},
            "B": {"title": "After it", "do": [{"goto": "A", "after": "1bd"}]},
            "GIVEN_UP": {"title": "Given up", "task": {"title": "Ask in person", "due": "1bd"}},
        }
    )
    world.until(2026, 3, 3, 12)
    world.reply(run, "A#2", "UDANA", text="Fine.", staff=True)  # in a row only
    world.until(2026, 4, 30)
    steps = world.steps(run)
    assert [key for key in steps if key.startswith("A")] == ["A", "A#2", "A#3", "A#4", "A#5"]
    assert [steps[key] for key in ("A", "A#2", "A#3", "A#5")] == ["expired", "answered", "expired", "expired"]
    assert [task.title for task in world.tasks()] == ["Ask in person"]
