"""The renewal conversation: bands, holds, outcomes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from playbooks import events
from playbooks.errors import CannotStart, PlaybookError
from playbooks.stand_ins import Script, Scripted
from store.tables import Account, Contact, Message, Subscription, accounts, conversations

DANA, MIA = "UDANA", "UMIA"
ADA, BEN, CY = "UADA_MM", "UBEN_MM", "UCY_MM"


@pytest.fixture
def april(world):
    """90 days before the renewal date of 30 June: the day on which an MM renewal begins."""
    world.clock.at = datetime(2026, 4, 1, 8, tzinfo=UTC)
    return world


def titles(world):
    return [task.title for task in world.tasks()]


def test_scenario_11_a_green_customer_renews_flat_and_on_time(april):
    world = april
    run = world.start("renewal", "mm")
    world.until(2026, 4, 1, 12)
    question = world.last("playbook_question")
    assert question["text"].startswith(
        "Mm Works renews on 30 June 2026 (90 days).\nBand: green (health is 82)."
    )
    world.reply(run, "R1", DANA, "ready", staff=True)
    world.until(2026, 4, 6, 12)
    world.reply(run, "R2", BEN, "good")
    world.until(2026, 4, 16, 12)
    world.reply(run, "R3.champion", BEN, "accurate")
    world.until(2026, 5, 1, 12)
    world.reply(run, "R6", CY, "same")
    world.until(2026, 6, 10, 12)
    world.runner.record_outcome(run, DANA, "renewed_flat", renewed_to=date(2027, 6, 30))
    assert (
        world.last("playbook_preview")["text"]
        == "Thank you — renewed to 30 June 2027. Dana Doe stays your person."
    )
    world.until(2026, 6, 12, 12)

    overview = world.runner.run_overview(run)
    assert (overview.state, overview.outcome, overview.band) == ("finished", "renewed_flat", "green")
    assert world.said() == [("R2", BEN), ("R3.champion", BEN), ("R6", CY), ("R13_thanks", BEN)]
    assert "Send Mm Works the renewal as it is" in titles(world)
    assert world.steps(run)["outcome_due"] == "skipped"


def test_a_renewal_whose_outcome_nobody_records_stays_open_and_asks_for_it(april):
    world = april
    run = world.start("renewal", "mm")
    world.until(2026, 7, 30, 12)
    assert world.runner.run_overview(run).state == "active"
    assert "Record how the renewal of Mm Works ends" in titles(world)
    assert world.runner.next_due() is None


def test_scenario_13_red_holds_commercial_steps_and_gives_the_csm_a_task(april):
    world = april
    world.change((Account, world.accounts["mm"]), health=41)
    run = world.start("renewal", "mm")
    notice = next(
        row for row in world.outbox("playbook_notice") if "Commercial steps are held" in row.payload["text"]
    )
    assert notice.payload["text"] == "Mm Works is red: health is 41. Commercial steps are held."
    world.until(2026, 6, 20, 12)
    assert world.steps(run)["R6"] == "held"
    assert "R6" not in {step for step, _ in world.said()}
    assert {"R2", "R3.champion"} <= {step for step, _ in world.said()}  # listening is not commercial
    held = [task for task in world.tasks() if task.title.startswith("Hold:")]
    assert [(task.title, task.priority) for task in held] == [
        ("Hold: Mm Works is red before “How should next year look”", "high")
    ]
    world.until(2026, 7, 2, 12)
    assert world.steps(run)["R6"] == "skipped"


@pytest.mark.parametrize(
    ("release", "reason"),
    [
        pytest.param("plan", "a save plan was accepted", id="a save plan is accepted"),
        pytest.param("health", "health has recovered", id="the account is not red any more"),
    ],
)
def test_scenario_13_a_held_step_goes_on(april, release, reason):
    world = april
    world.change((Account, world.accounts["mm"]), health=41)
    run = world.start("renewal", "mm")
    world.until(2026, 5, 10, 12)
    if release == "plan":
        world.handle(run, events.PlanAccepted(DANA))
    else:
        world.change((Account, world.accounts["mm"]), health=80)
    world.until(2026, 5, 14, 12)
    assert ("R6", CY) in world.said(), reason
    assert len([title for title in titles(world) if title.startswith("Hold:")]) == 1


def test_a_preview_that_was_seen_in_green_is_held_when_the_account_turns_red(april):
    world = april
    run = world.start("renewal", "mm")
    world.until(2026, 4, 30, 12)
    assert world.steps(run)["R6"] == "preview"
    world.change((Account, world.accounts["mm"]), csm_sentiment="red")
    world.handle(run, events.SentNow("R6", DANA))
    assert world.steps(run)["R6"] == "held"
    assert "R6" not in {step for step, _ in world.said()}
    texts = [row.payload["text"] for row in world.outbox("playbook_notice")]
    assert (
        "Mm Works went from green to red: the CSM's own judgement is red. Commercial steps are held." in texts
    )


def test_thinking_of_leaving_turns_the_account_red_and_reaches_csm_and_manager_at_once(april):
    world = april
    run = world.start("renewal", "mm")
    world.until(2026, 4, 6, 12)
    world.reply(run, "R2", BEN, text="To be honest we are thinking of leaving")
    confirm = world.last("playbook_confirm")
    world.reply(run, "R2", BEN, confirm["value"], text=confirm["reply_text"], confirmed=True)
    urgent = {row.slack_user_id for row in world.outbox("playbook_notice") if row.payload["urgent"]}
    assert urgent == {DANA, MIA}
    assert [r.payload["urgent"] for r in world.outbox("playbook_notice") if r.slack_user_id == DANA].count(
        True
    ) == 1  # one alarm is enough
    assert world.run(run).band == "red"
    assert "Save plan for Mm Works: Ben thinks of leaving" in titles(world)
    world.until(2026, 6, 1, 12)
    assert world.steps(run)["R6"] == "held"


@pytest.mark.parametrize(
    ("changes", "band", "why"),
    [
        pytest.param({"health": 75}, "green", "health is 75", id="75 is green"),
        pytest.param({"health": 74}, "yellow", "health is 74", id="74 is yellow"),
        pytest.param({"health": None}, "yellow", "health is not known", id="unknown is yellow"),
        pytest.param({"health": 50}, "yellow", "health is 50", id="50 is yellow"),
        pytest.param({"health": 49}, "red", "health is 49", id="49 is red"),
        pytest.param(
            {"health": 90, "csm_sentiment": "red"},
            "red",
            "the CSM's own judgement is red",
            id="the CSM overrides",
        ),
    ],
)
def test_routing_at_the_start(april, changes, band, why):
    world = april
    world.change((Account, world.accounts["mm"]), **changes)
    run = world.start("renewal", "mm")
    assert world.run(run).band == band
    assert why in world.outbox("playbook_notice")[0].payload["text"]


def test_a_quiet_account_gets_a_personal_word(april):
    world = april
    with world.database.transaction() as session:
        talk = conversations.open_conversation(
            session, workspace_id=world.workspace_id, channel_id="D1", thread_ts="1.0", surface="dm",
            account_id=world.accounts["mm"], opened_by=BEN, now=world.clock.now() - timedelta(days=60),
        )  # fmt: skip
        session.add(
            Message(
                workspace_id=world.workspace_id,
                conversation_id=talk.id,
                channel_id="D1",
                ts="1.0",
                author="person",
                slack_user_id=BEN,
                text="hello",
                is_question=True,
                created_at=world.clock.now() - timedelta(days=60),
            )
        )
    run = world.start("renewal", "mm")
    assert world.run(run).band == "quiet"
    assert "Reach Mm Works personally" in titles(world)
    assert "no message from them for 60 days" in world.outbox("playbook_notice")[0].payload["text"]


def test_no_price_talk_goes_to_an_enterprise_customer_by_itself(world):
    run = world.start("renewal", "ent")
    world.until(2026, 6, 29, 12)
    assert world.messages() == []
    drafts = [row.payload for row in world.outbox("playbook_approval") if row.payload["step_key"] == "R6"]
    assert [(draft["role"], draft["why"]) for draft in drafts] == [
        ("csm", "a draft for you to word"),
        ("manager", "has waited 2 business days for approval by Dana Doe"),
    ]
    assert "Write to Cy at Ent Works: How should next year look" in titles(world)
    assert run


def test_what_the_csm_heard_in_a_call_may_be_recorded_in_the_customers_place(world):
    run = world.start("renewal", "ent")
    world.until(2026, 3, 12, 12)
    world.reply(run, "R2", DANA, "good", staff=True)
    assert world.steps(run)["R2"] == "answered"
    assert world.run(run).facts["forecast"] == "likely"
    assert not world.feedback()  # it is the CSM's word, not the customer's


def test_scenario_14_a_lost_customer_is_asked_why_and_helped_out(april):
    world = april
    world.runner.stop(world.start("renewal", "mm"), DANA)
    world.clock.at = datetime(2026, 5, 12, 9, tzinfo=UTC)
    run = world.start("renewal", "smb")
    with pytest.raises(PlaybookError, match="needs a reason"):
        world.runner.record_outcome(run, DANA, "churned")
    with pytest.raises(PlaybookError, match="is no outcome of “Renewal conversation”"):
        world.runner.record_outcome(run, DANA, "lost")
    world.runner.record_outcome(run, DANA, "churned", "price.budget_cut")
    world.until(2026, 5, 13, 12)
    asked = world.messages("UCY_SMB")[-1].payload
    assert asked["ask_type"] == "reason"
    assert {
        "value": "people.reorg",
        "label": "A reorganisation",
        "group": "People",
        "wants_text": False,
    } in asked["options"]
    world.reply(run, "R14", "UCY_SMB", "product.missing_feature")
    world.reply(run, "R14_changed", "UCY_SMB", text="A route planner for bikes")
    world.reply(run, "R14_exit", "UCY_SMB", "export")
    overview = world.runner.run_overview(run)
    assert (overview.state, overview.outcome, overview.reason) == ("finished", "churned", "price.budget_cut")
    assert "Help Smb Works with the export of their data" in titles(world)
    with pytest.raises(PlaybookError, match="has ended already"):
        world.runner.record_outcome(run, DANA, "renewed_flat")


def test_a_contract_that_renews_by_itself_is_counted_from_its_last_day_for_notice(april):
    world = april
    with world.database.transaction() as session:
        term = accounts.running_subscription(session, world.accounts["mm"])
        term.auto_renews, term.notice_days = True, 30
        session.add(term)
    run = world.start("renewal", "mm")
    assert world.run(run).anchors["R"] == date(2026, 5, 31)


def test_a_monthly_plan_has_no_renewal_run(april):
    world = april
    with world.database.reading() as session:
        term = accounts.running_subscription(session, world.accounts["mm"])
    world.change((Subscription, term.id), period="monthly")
    with pytest.raises(CannotStart, match="pays by the month"):
        world.runner.start("renewal", world.accounts["mm"], DANA, world.workspace_id)


def test_a_second_start_in_the_same_term_says_that_one_is_running(april):
    world = april
    run = world.start("renewal", "mm")
    again = world.runner.start("renewal", world.accounts["mm"], DANA, world.workspace_id)
    assert (again.started, again.run_id) == (False, run)
    assert again.sentence.startswith(
        "“Renewal conversation” is running for Mm Works: it was started on 1 April 2026."
    )


def test_a_run_that_starts_late_catches_up_in_order_and_without_a_burst(world):
    world.clock.at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    run = world.start("renewal", "mm")
    world.until(2026, 7, 5, 12)
    order = [step for step, _ in world.said()]
    assert order == ["R2", "R3.champion", "R6"]
    days = [row.due_at.date() for row in world.messages()]
    assert days == sorted(set(days))
    assert max(days) < date(2026, 6, 30)
    [outcome] = [task for task in world.tasks() if task.title.startswith("Record how")]
    assert days[-1] < outcome.created_at.date() <= date(2026, 6, 30)
    assert run


@pytest.mark.parametrize("playbook", ["onboarding", "renewal"])
@pytest.mark.parametrize("account", ["smb", "mm", "ent"])
def test_scenario_25_a_dry_run_is_the_real_run_without_posts(world, playbook, account):
    answers = {
        "O1": "team_live",
        "O2": "not_started",
        "O4": "no",
        "R1": "ready",
        "R2": "unsure",
        "R6": "more",
    }
    people = Script({step: Scripted(value) for step, value in answers.items()})
    preview = world.simulate([playbook], account, until=date(2026, 7, 20), people=people).lines
    assert world.outbox() == []
    assert world.tasks() == []
    run = world.start(playbook, account)
    _live(world, run, answers, datetime(2026, 7, 20, tzinfo=UTC))

    planned = [(line.step, line.text, line.at.date()) for line in preview if line.kind == "message"]
    sent = [(row.payload["step_key"], row.payload["text"], row.due_at.date()) for row in world.messages()]
    assert sorted(planned) == sorted(sent)
    assert planned
    assert sorted(line.text for line in preview if line.kind == "task") == sorted(titles(world))


def _live(world, run, answers, until):
    """Days go by; Dana approves what waits for her, customers answer within the hour."""
    readers = {contact: slack for slack, contact in world.contacts.items()}
    while world.clock.now() < until:
        for record in world.run(run).steps.values():
            if record.state == "awaiting_approval":
                world.runner.handle(run, events.Approved(record.key, DANA))
        waiting = [
            (record.sent_at + timedelta(hours=1), record, answers.get(record.key) or answers.get(record.step))
            for record in world.run(run).steps.values()
            if record.state == "sent"
        ]
        replies = sorted(((at, record.key) for at, record, value in waiting if value))
        due = min(moment for moment in (world.runner.next_due(), *(at for at, _ in replies), until) if moment)
        world.clock.at = max(world.clock.at, due)
        for at, key in replies:
            if at <= world.clock.now():
                record = world.run(run).steps[key]
                by = readers[record.contact_id] if record.contact_id else DANA
                value = answers.get(key) or answers.get(record.step)
                world.runner.handle(run, events.Replied(key, by, value, staff=record.contact_id is None))
        while world.runner.fire_due():
            pass


def test_everybody_opted_out_is_said_before_anything_starts(world):
    for slack, contact in world.contacts.items():
        if slack.endswith("_SMB"):
            world.change((Contact, contact), opted_out_at=world.clock.now())
    with pytest.raises(CannotStart, match="Smb Works has no contact who may be written to"):
        world.runner.start("onboarding", world.accounts["smb"], DANA, world.workspace_id)


def test_thinking_of_leaving_is_heard_at_once_even_after_the_question_has_expired(april):
    world = april
    run = world.start("renewal", "mm")
    world.until(2026, 4, 1, 12)
    world.reply(run, "R1", DANA, "ready", staff=True)
    world.until(2026, 5, 20, 12)
    assert world.steps(run)["R2"] == "expired"

    world.reply(run, "R2", BEN, "leaving")

    notice = world.last("playbook_notice")
    assert "also wrote" in notice["text"]
    assert notice["urgent"] is True


def test_a_red_customer_gets_nothing_that_no_csm_has_seen(april):
    world = april
    world.change((Account, world.accounts["smb"]), health=41)
    world.clock.at = datetime(2026, 5, 1, 8, tzinfo=UTC)
    world.start("renewal", "smb")
    world.until(2026, 5, 6, 9)
    shown = world.last("playbook_preview")
    assert (shown["step_key"], shown["why"]) == ("R2", "the account is red: health is 41")
    assert world.messages() == []
    world.until(2026, 5, 8, 12)
    assert world.said() == [("R2", "UADA_SMB")]


@pytest.mark.parametrize("corrected", [True, False], ids=["corrected in time", "not corrected"])
def test_no_customer_is_told_a_date_that_the_csm_calls_wrong(april, corrected):
    world = april
    run = world.start("renewal", "mm")
    world.until(2026, 4, 1, 12)
    world.reply(run, "R1", DANA, "dates", staff=True)
    if corrected:
        world.handle(run, events.TaskDone("R1_dates", DANA))
    world.until(2026, 4, 8, 12)
    assert ("R2" in {step for step, _ in world.said()}) is corrected
    by_hand = "Personal check-in with Ben at Mm Works: How was the year"
    assert (by_hand in titles(world)) is not corrected
