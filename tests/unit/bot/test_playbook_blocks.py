"""What playbooks say, rendered from the very outbox rows that the real runner writes."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from itertools import count, product
from types import SimpleNamespace

import pytest
from slack_sdk.models.blocks import Block

from bot.app import VIEWS
from bot.blocks import playbook as blocks
from bot.blocks import playbook_modals as modals
from bot.blocks.tasks import TaskItem
from bot.listeners.play_drawing import DRAWING
from bot.listeners.playbook_forms import Ref
from bot.slack.incoming import Pressed
from playbooks import events
from store.clock import FixedClock
from store.database import Database
from store.tables import OutboxMessage, Task, Workspace
from tests.block_checks import check_speech, check_view
from tests.unit.playbooks.conftest import START, build

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
NOT_OF_A_RUN = {"playbook_lookup", DRAWING}  # what nobody reads, and the picture of a definition
SEEN_BY_PEOPLE = sorted(name for name in VIEWS if name.startswith("playbook_") and name not in NOT_OF_A_RUN)
TO_CONTACTS = ("playbook_message", "playbook_nudge", "playbook_confirm", "playbook_again", "playbook_ack")
TO_STAFF = ("playbook_notice", "playbook_task", "playbook_preview", "playbook_approval", "playbook_question")
READS = SimpleNamespace()  # the part of the running bot that rendering looks into
WORDS = [
    pytest.param("", id="empty"),
    pytest.param("<!channel> <@UEVIL> <#CEVIL> @everyone & *bold* `code` <http://x|y> > quote", id="hostile"),
    pytest.param("word " * 2000, id="10,000 characters"),
    pytest.param("x" * 10_000, id="10,000 characters in one word"),
    pytest.param('"\\\n\u2028' * 1000, id="what grows in JSON"),
    pytest.param("ü🚚" * 2000, id="wide"),
    pytest.param("```\ncode\n" * 300, id="fences"),
]
IDENTITIES = {"view", "run_id", "step_key", "account_id", "contact_id", "send_at", "ask_type", "actions",
              "reply_to", "to_slack_user_id", "fallback_channel_id", "role", "staff_email", "contact_email",
              "slack_user_id", "value", "group", "wants_text", "task_ids"}  # fmt: skip
NEVER_EMPTY = {"text", "label"}


def live_through(world, playbook, segment, choice):
    """A run in which everybody reacts to everything, each time a little differently."""
    run = world.start(playbook, segment)
    carry_on(world, run, choice)
    return run


def carry_on(world, run, choice):
    done, turns = set(), count(choice)
    while world.clock.now() < START + timedelta(days=500):
        fresh = [row for row in world.outbox() if row.id not in done and row.payload["run_id"] == run]
        for row in fresh:
            done.add(row.id)
            react(world, run, row, next(turns), choice)
        due = world.runner.next_due()
        if not fresh and due is None:
            break
        if not fresh:
            world.clock.at = max(world.clock.at, due)
            world.runner.fire_due()


def react(world, run, row, turn, choice):
    payload = row.payload
    step, view, by = payload["step_key"], payload["view"], row.slack_user_id
    if view in {"playbook_preview", "playbook_approval"}:
        world.handle(run, events.Approved(step, "UDANA"))
    elif view == "playbook_confirm":
        world.handle(
            run, events.Rejected(step, by) if turn % 2 else events.Replied(step, by, payload["value"])
        )
    elif view == "playbook_lookup":
        found = "Choose “;” as separator." if choice % 2 else None
        cited = ({"n": 1, "title": "Import", "uri": "import.md"},) if found else ()
        world.handle(run, events.LookedUp(step, found, cited))
    elif view == "playbook_message" and payload["ask_type"] and not payload["options"]:
        world.reply(run, step, by, text="the import fails on semicolons")
    elif view == "playbook_message" and payload["ask_type"] and choice < 2:
        world.reply(
            run, step, by, text=("something quite different", "well, some bumps, mostly all good")[turn % 2]
        )
    elif view in {"playbook_again", "playbook_question", "playbook_message"} and payload.get("options"):
        option = payload["options"][(turn + choice) % len(payload["options"])]
        world.reply(run, step, by or "UDANA", option["value"], staff=view == "playbook_question")


@pytest.fixture(scope="module")
def empty(_sqlite_template, tmp_path_factory):
    """Makes an empty database."""

    def make():
        path = tmp_path_factory.mktemp("run") / "guidepost.db"
        shutil.copyfile(_sqlite_template, path)
        return Database(f"sqlite:///{path}")

    return make


@pytest.fixture(scope="module")
def everything(empty):
    """Every payload of both playbooks in all segments, by view, of those that look alike one; and their tasks."""
    found, made = {name: {} for name in SEEN_BY_PEOPLE}, []
    for choice, playbook, segment in product(range(4), ("onboarding", "renewal"), ("smb", "mm", "ent")):
        database = empty()
        rows, tasks = what_a_run_says(database, playbook, segment, choice)
        made += tasks
        for payload in rows:
            if payload["view"] in found:
                found[payload["view"]].setdefault(shape(payload), payload)
        database.close()
    return {view: list(by_shape.values()) for view, by_shape in found.items()}, made


@pytest.fixture(scope="module")
def payloads(everything):
    return everything[0]


@pytest.fixture(scope="module", autouse=True)
def bot(empty, everything):
    """What rendering reads: the tasks."""
    database = empty()
    with database.transaction() as session:
        session.add(Workspace(id="w", slack_team_id="T0US", name="Us", created_at=NOW))
        session.flush()
        for task in everything[1]:
            loose = {"workspace_id": "w", "key": task.id, "account_id": None, "run_id": None}
            session.add(Task(**task.model_dump() | loose))
    READS.database, READS.workspace_id, READS.clock = database, "w", FixedClock(NOW)
    yield
    database.close()


def what_a_run_says(database, playbook, segment, choice):
    clock = FixedClock(START)
    with database.transaction() as session:
        workspace = Workspace(slack_team_id="T0US", name="Us", created_at=clock.now())
        session.add(workspace)
    world = build(database, clock, workspace.id)
    run = live_through(world, playbook, segment, choice)
    if playbook == "renewal" and not world.runner.run_overview(run).outcome:
        code, reason = (("renewed_flat", None), ("churned", "price.budget_cut"))[choice % 2]
        world.runner.record_outcome(run, "UDANA", code, reason)
        carry_on(world, run, choice)
    return [row.payload for row in world.outbox()], world.tasks()


def shape(payload):
    """What makes payloads look alike: one of each is enough."""
    return (
        payload["step_key"],
        payload["playbook"],
        payload["text"][:40],
        payload.get("ask_type"),
        bool(payload.get("attachment")),
    )


def render(payload, **more):
    row = OutboxMessage(
        workspace_id="w", key="k", kind="dm", payload={**payload, **more}, due_at=NOW, created_at=NOW
    )
    return VIEWS[payload["view"]].render(READS, row)


def saying(payload, words):
    """The payload with other words wherever words of people may stand."""

    def changed(name, value):
        if name in IDENTITIES or value is None:
            return value
        if isinstance(value, str):
            return words if words or name not in NEVER_EMPTY else value
        if isinstance(value, list):
            return [changed(name, inner) for inner in value]
        return (
            {key: changed(key, inner) for key, inner in value.items()} if isinstance(value, dict) else value
        )

    return {name: changed(name, value) for name, value in payload.items()}


def elements(speech):
    return [
        element for block in speech.blocks for element in block.get("elements", ()) if "action_id" in element
    ]


@pytest.mark.parametrize("view", SEEN_BY_PEOPLE)
def test_whatever_the_runner_decides_to_say_slack_takes_it(payloads, view):
    assert payloads[view], f"no run led to {view}"
    for payload in payloads[view]:
        speech = render(payload)
        check_speech(speech)
        assert payload["text"].splitlines()[0].replace("&", "&amp;") in speech.text
        Block.parse_all(list(speech.blocks))
        ids = [element["action_id"] for element in elements(speech)]
        assert len(ids) == len(set(ids))
        assert all(blocks.EVERY_ACTION.match(action_id) for action_id in ids)


def test_what_gives_staff_something_to_do_has_a_button_for_it(payloads):
    told = [p for view in TO_STAFF for p in payloads[view] if p["task_ids"]]
    assert {p["view"] for p in told} == {"playbook_notice", "playbook_task", "playbook_approval"}
    for payload in told:
        rows = [block["accessory"] for block in render(payload).blocks if "accessory" in block]
        done = [row["value"] for row in rows if row["action_id"] == blocks.TASK_DONE]
        closed = json.dumps(render(payload).blocks, ensure_ascii=False).count("✓")
        assert len(done) + closed == len(payload["task_ids"])


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("view", SEEN_BY_PEOPLE)
def test_whatever_people_are_called_and_say_slack_takes_it_and_nobody_is_pinged(payloads, view, words):
    for payload in payloads[view][:6]:
        filled = saying(payload, words)
        check_speech(render(filled))
        check_speech(render(filled, in_channel=True, answered=words))


@pytest.mark.parametrize("view", SEEN_BY_PEOPLE)
def test_every_button_says_which_step_of_which_run_it_is_about(payloads, view):
    for payload in payloads[view]:
        for element in elements(render(payload)):
            block_id = blocks.menu_block_id(payload)
            pressed = Pressed("k", element["action_id"], block_id, element.get("value", "chosen"), "U", "D", "1.1", None, None, None, {})  # fmt: skip
            ref = Ref.of(pressed)
            assert (ref.run_id, ref.step) == (payload["run_id"], payload["step_key"])


def test_every_option_of_a_question_can_be_chosen(payloads):
    for view in ("playbook_message", "playbook_nudge", "playbook_again", "playbook_question"):
        for payload in payloads[view]:
            offered = []
            for element in elements(render(payload)):
                if element["action_id"].startswith(blocks.ANSWER):
                    offered.append(json.loads(element["value"])["value"])
                elif element["action_id"] == blocks.CHOOSE:
                    groups = element.get("option_groups") or [{"options": element["options"]}]
                    offered += [option["value"] for group in groups for option in group["options"]]
            assert offered == [option["value"] for option in payload["options"]]


def test_a_question_has_its_ways_out_and_says_who_speaks(payloads):
    for payload in payloads["playbook_message"]:
        speech = render(payload)
        ids = {element["action_id"] for element in elements(speech)}
        ways = {blocks.NOT_ME, blocks.LATER, blocks.TALK}
        assert (ways <= ids) if payload["ask_type"] else not (ways & ids)
        assert "Guidepost for Dana" in json.dumps(speech.blocks[-1])


def test_an_answered_question_shows_the_answer_in_the_place_of_its_buttons(payloads):
    for view in ("playbook_message", "playbook_question", "playbook_preview", "playbook_approval"):
        for payload in payloads[view]:
            speech = render(payload, answered="Your answer: *Smooth* <!here>")
            assert elements(speech) == []
            assert "✓ Your answer: *Smooth*" in json.dumps(speech.blocks, ensure_ascii=False)


def test_bold_in_a_definitions_text_stays_bold(payloads):
    [welcome] = [p for p in payloads["playbook_message"] if "*faster reports* matters most" in p["text"]][:1]
    assert "*faster reports*" in render(welcome).blocks[0]["text"]["text"]


def test_in_a_channel_the_person_is_named_first(payloads):
    payload = payloads["playbook_message"][0]
    by_id, by_name = render(payload, in_channel=True, mention="U1ADA"), render(payload, in_channel=True)
    assert by_id.blocks[0]["text"]["text"].startswith("<@U1ADA> ")
    assert by_id.text.startswith("<@U1ADA> ")
    assert by_name.blocks[0]["text"]["text"].startswith(f"{payload['contact_name']}: ")


def test_what_the_help_centre_says_comes_with_its_sources(payloads):
    [payload, *_] = [p for p in payloads["playbook_message"] if p.get("attachment")]
    shown = json.dumps(render(payload).blocks, ensure_ascii=False)
    assert "> Choose “;” as separator." in shown
    assert "Import" in shown


def test_every_line_of_a_quoted_text_stands_behind_the_bar(payloads):
    payload = payloads["playbook_preview"][0] | {"text": "One.\n\nTwo.\nThree."}
    assert "> One.\n> \n> Two.\n> Three." in render(payload).blocks[1]["text"]["text"]


def test_an_approval_shows_why_and_which_replies_it_covers(payloads):
    draft = next(p for p in payloads["playbook_approval"] if p["why"] and p["replies"])
    shown = json.dumps(render(draft).blocks, ensure_ascii=False)
    assert draft["why"] in shown
    assert all(reply["label"].replace("&", "&amp;") in shown for reply in draft["replies"])


def test_an_urgent_notice_looks_urgent(payloads):
    for payload in payloads["playbook_notice"]:
        assert ("Needs you now" in render(payload).blocks[0]["text"]["text"]) is payload["urgent"]


def test_what_a_task_says_word_for_word_is_not_said_twice():
    title = "L2: Caleb at Kestrel is blocked in setup a second time"
    item = TaskItem("t", title, due_at=NOW)
    payload = {"view": "playbook_notice", "text": title, "account": "Kestrel", "urgent": True}
    shown = blocks.notice(blocks.StepMessage(payload, tasks=((item, ""),)))
    assert json.dumps(shown.blocks).count("a second time") == 1
    assert shown.text == title


# Modals


MODALS = [
    pytest.param(modals.write_modal({"run": "r"}, "Your answer"), id="write"),
    pytest.param(modals.write_modal({"run": "r"}, "Something else… " * 40), id="write, a long label"),
    pytest.param(modals.edit_modal({"run": "r"}, "Hi Ada"), id="edit"),
    pytest.param(modals.edit_modal({"run": "r"}, ""), id="edit, nothing yet"),
    pytest.param(modals.edit_modal({"run": "r"}, "x" * 5000), id="edit, too long"),
    pytest.param(modals.not_me_modal({"run": "r"}), id="not me"),
    pytest.param(modals.snooze_modal({"run": "r"}), id="snooze"),
]


@pytest.mark.parametrize("view", MODALS)
def test_a_modal_is_one_that_slack_opens_and_we_listen_to(view):
    check_view(view)
    assert modals.EVERY_MODAL.match(view["callback_id"])
    assert json.loads(view["private_metadata"]) == {"run": "r"}


@pytest.mark.parametrize(
    ("modal", "values", "problem"),
    [
        pytest.param(modals.WRITE_MODAL, {"text": "It works."}, {}, id="an answer"),
        pytest.param(modals.WRITE_MODAL, {"text": " \n "}, {"text": "Write at least a word."}, id="blank"),
        pytest.param(modals.WRITE_MODAL, {}, {"text": "Write at least a word."}, id="nothing"),
        pytest.param(modals.EDIT_MODAL, {"text": ""}, {"text": "Write at least a word."}, id="an empty edit"),
        pytest.param(modals.EDIT_MODAL, {"text": "x" * 2400}, {}, id="as long as may be"),
        pytest.param(
            modals.EDIT_MODAL,
            {"text": "x" * 2401},
            {"text": "At most 2400 characters; this has 2401."},
            id="too long",
        ),
        pytest.param(
            modals.EDIT_MODAL, {"text": " " + "x" * 600 + "\n"}, {}, id="blanks around do not count"
        ),
        pytest.param(modals.SNOOZE_MODAL, {}, {"day": "Choose a day."}, id="no day"),
        pytest.param(modals.SNOOZE_MODAL, {"day": ""}, {"day": "Choose a day."}, id="an empty day"),
        pytest.param(modals.SNOOZE_MODAL, {"day": "soon"}, {"day": "Choose a day."}, id="no date"),
        pytest.param(
            modals.SNOOZE_MODAL, {"day": "2026-03-01"}, {"day": "Choose a day after today."}, id="a past day"
        ),
        pytest.param(
            modals.SNOOZE_MODAL, {"day": "2026-03-02"}, {"day": "Choose a day after today."}, id="today"
        ),
        pytest.param(modals.SNOOZE_MODAL, {"day": "2026-03-03"}, {}, id="tomorrow"),
        pytest.param(modals.NOT_ME_MODAL, {"person": ""}, {}, id="nobody named"),
    ],
)
def test_a_form_says_what_is_wrong_with_it(modal, values, problem):
    assert modals.problems(modal, values, NOW) == problem
