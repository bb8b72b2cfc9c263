"""Playbooks as people live through them: the real bot on the local workspace, a clock that is moved."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from slack_bolt import BoltRequest
from sqlmodel import select

from bot.blocks.playbook_modals import DAY, PERSON, TEXT
from bot.schedule import Schedule
from bot.slack.messenger import SlackMessenger, Unreachable
from bot.timetravel import TimeTravel
from store.tables import Account, Contact, Feedback, InboundEvent, OutboxMessage, PlaybookRun, RunStep, Task
from tests.bot_fixtures import GRACE, ISLA, MIRA, NOOR, PRIYA, TEAM, TOM, texts_of
from tests.local_slack import client_of, element_of

MONTH = [  # to whom, which step and when in their own time: each question, and its one reminder
    ("Mira Shah", "O1", "Tue 3 Mar 10:00"),
    ("Mira Shah", "O1", "Thu 5 Mar 10:00"),
    ("Mira Shah", "O2", "Tue 10 Mar 10:00"),
    ("Mira Shah", "O2", "Thu 12 Mar 10:00"),
    ("Mira Shah", "O3_not_yet", "Tue 17 Mar 10:00"),
    ("Mira Shah", "O3_not_yet", "Thu 19 Mar 10:00"),
    ("Mira Shah", "O4", "Tue 24 Mar 10:00"),
    ("Mira Shah", "O4", "Thu 26 Mar 10:00"),
    ("Amelia Ortiz", "O1", "Wed 4 Mar 10:00"),
    ("Amelia Ortiz", "O1", "Fri 6 Mar 10:00"),
    ("Amelia Ortiz", "O2", "Wed 11 Mar 10:00"),
    ("Amelia Ortiz", "O2", "Fri 13 Mar 10:00"),
    ("Ben Carter", "O3_not_yet", "Tue 17 Mar 10:00"),
    ("Ben Carter", "O3_not_yet", "Thu 19 Mar 10:00"),
]
AMELIA, BEN, CALEB, DIEGO, DALE, MONICA = "U0AMELIA", "U0BEN", "U0CALEB", "U0DIEGO", "U0DALE", "U0MONICA"
FRESH = "C0FRESH"
DAYS = timedelta(days=1)


@pytest.fixture
def play(bot):
    return Play(bot)


class Play:
    """What people do with playbooks, and what they see."""

    def __init__(self, bot):
        self.bot = bot

    def start(self, user, words, place=None):
        [preview] = self.bot.command(user, place or self.bot.dm(user), f"play start {words}")
        self.bot.press(user, preview, "play_start")
        return preview

    def says(self, user, words, place=None):
        """What `/cs play WORDS` answers, as text."""
        return "\n".join(
            texts_of(one) for one in self.bot.command(user, place or self.bot.dm(user), f"play {words}")
        )

    def wait(self, by):
        """Let time pass, from one due timer to the next."""
        clock, runner = self.bot.services.clock, self.bot.services.runner
        goal = clock.now() + by
        while (due := runner.next_due()) is not None and due <= goal:
            clock.advance(max(due - clock.now(), timedelta(0)))
            runner.fire_due()
            self.bot.settle()
        clock.advance(goal - clock.now())

    def dm(self, user, containing=""):
        """A person's DM with the bot, thread replies included: the messages that contain some words."""
        channel = self.bot.dm(user)
        found = []
        for root in self.bot.seen(user, channel).messages:
            thread = self.bot.seen(user, channel, thread=root["ts"]).messages
            found += thread or [root]
        in_order = sorted(found, key=lambda one: one["ts"])
        return [one for one in in_order if containing in texts_of(one)]

    def last(self, user, containing=""):
        return self.dm(user, containing)[-1]

    def step(self, key):
        return self.bot.rows(select(RunStep).where(RunStep.key == key))[-1]

    def tasks(self):
        return [task.title for task in self.bot.rows(select(Task))]

    def change(self, kind, called, **values):
        with self.bot.database.transaction() as session:
            row = session.exec(select(kind).where(kind.name == called)).one()
            for field, value in values.items():
                setattr(row, field, value)
            session.add(row)


def has(message, action_id):
    try:
        element_of(message, action_id)
    except LookupError:
        return False
    return True


def labels(message):
    return {
        element["text"]["text"]: element["action_id"]
        for block in message["blocks"]
        for element in block.get("elements", ())
        if element["type"] == "button"
    }


def answer(play, user, question, label):
    message = play.last(user, question)
    play.bot.press(user, message, labels(message)[label])


# Delivery, by segment


def test_a_small_customer_is_asked_at_once_and_the_csm_hears_the_answer(play):
    preview = play.start(TOM, "onboarding @Petal & Post")
    assert "Mira Shah" in texts_of(preview)
    welcome = play.last(MIRA)
    assert "Hi Mira, I'm Guidepost; Tom Lindqvist is your person." in texts_of(welcome)
    assert "Guidepost for Tom" in texts_of(welcome)
    answer(play, MIRA, "good first month", "Our whole team uses it")

    assert "✓ Your answer: Our whole team uses it" in texts_of(play.last(MIRA, "good first month"))
    assert not has(play.last(MIRA, "good first month"), "playbook_later")
    assert "That is what we will measure ourselves against." in texts_of(play.last(MIRA, "measure ourselves"))
    assert "Our whole team uses it" in texts_of(play.last(TOM))
    assert "Book the kickoff with Petal & Post" in play.tasks()
    [feedback] = play.bot.rows(select(Feedback).where(Feedback.kind == "playbook_answer"))
    assert feedback.comment == "Our whole team uses it"
    assert play.step("O1").answer == "team_live"


def test_a_mid_market_customer_is_asked_when_the_csm_sends_the_preview_now(play):
    play.start(PRIYA, "onboarding @Fresh Fields")
    assert play.dm(AMELIA) == []
    play.wait(timedelta(hours=8))  # 11:00 in Denver
    play.bot.press(PRIYA, play.last(PRIYA, "Message to Amelia Ortiz"), "playbook_send_now")

    assert "good first month" in texts_of(play.last(AMELIA))
    shown = texts_of(play.last(PRIYA, "Message to Amelia Ortiz"))
    assert "✓ Sent to Amelia Ortiz" in shown
    assert not has(play.last(PRIYA, "Message to Amelia Ortiz"), "playbook_skip")


def test_an_edited_preview_goes_out_as_edited_and_the_original_is_kept(play):
    play.start(PRIYA, "onboarding @Fresh Fields")
    play.bot.press(PRIYA, play.last(PRIYA, "Message to"), "playbook_edit", settle=False)
    form = play.bot.modal(PRIYA)
    assert element_of(form, TEXT)[1]["initial_value"].startswith("Hi Amelia, I'm Guidepost")
    assert play.bot.submit(PRIYA, form, **{TEXT: "  "})["errors"] == {TEXT: "Write at least a word."}
    play.bot.submit(PRIYA, form, **{TEXT: "Amelia, what would make *March* a good month? <!channel>"})
    closed = texts_of(play.last(PRIYA, "Message to"))
    assert (
        "✓ Changed and approved by Priya Raman; it goes out Wed 4 March at 10:00 MST, Amelia's time" in closed
    )
    assert "what would make *March*" in closed
    assert play.dm(AMELIA) == []

    play.wait(2 * DAYS)
    sent = texts_of(play.last(AMELIA))
    assert "what would make *March* a good month?" in sent
    assert "<!channel>" not in sent
    run = play.bot.rows(select(PlaybookRun))[0]
    assert run.snapshot["steps"]["O1"]["original_text"].startswith("Hi Amelia, I'm Guidepost")
    assert play.step("O1").text.startswith("Amelia, what would")


def test_a_skipped_preview_is_never_sent(play):
    play.start(PRIYA, "onboarding @Fresh Fields")
    play.bot.press(PRIYA, play.last(PRIYA, "Message to"), "playbook_skip")
    assert "✓ Skipped by Priya Raman" in texts_of(play.last(PRIYA, "Message to"))
    play.wait(3 * DAYS)
    assert play.dm(AMELIA) == []
    assert play.step("O1").note == "left out by Priya Raman"


def test_a_snoozed_preview_comes_again_and_goes_out_on_its_day(play):
    play.start(PRIYA, "onboarding @Fresh Fields")
    play.bot.press(PRIYA, play.last(PRIYA, "Message to"), "playbook_snooze", settle=False)
    form = play.bot.modal(PRIYA)

    def choose(day):
        chosen = {DAY: {DAY: {"type": "datepicker", "selected_date": day}}}
        return play.bot.page(PRIYA).do("view_submit", view_id=form["id"], values=chosen)

    assert choose("2026-03-03")["errors"] == {DAY: "Choose a day after today."}
    choose("2026-03-10")
    play.bot.settle()
    assert "✓ Moved by Priya Raman" in texts_of(play.last(PRIYA, "Message to"))
    play.wait(6 * DAYS)
    assert play.dm(AMELIA) == []
    assert has(play.last(PRIYA, "Message to"), "playbook_send_now")
    play.wait(2 * DAYS)
    assert play.step("O1").sent_at.date().isoformat() == "2026-03-10"


def test_an_enterprise_customer_hears_nothing_without_approval(play):
    play.start(DIEGO, "onboarding @Kestrel")
    play.wait(4 * DAYS)
    assert play.dm(CALEB) == []
    asked = play.dm(DIEGO, "Waits for your approval")[0]
    assert "After *Any other answer*" in texts_of(asked)
    play.bot.press(DIEGO, asked, "playbook_approve")
    play.wait(3 * DAYS)  # over a weekend
    assert "good first month" in texts_of(play.last(CALEB))
    assert "has waited 2 business days" in texts_of(play.last(GRACE))


# Answers


@pytest.fixture
def asked(play):
    """Amelia has been asked how setup went."""
    play.start(PRIYA, "onboarding @Fresh Fields")
    play.bot.press(PRIYA, play.last(PRIYA, "Message to"), "playbook_skip")
    play.wait(9 * DAYS)
    assert "How did setup go?" in texts_of(play.last(AMELIA))
    return play


def test_an_answer_in_words_is_confirmed_and_counts_with_the_words(asked):
    words = 'well, some bumps: the "import" is\nslow \\ odd 🚚 ' + "and more " * 300
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), words)
    confirm = asked.last(AMELIA, "I took that as")
    assert "*Some bumps*" in texts_of(confirm)
    asked.bot.press(AMELIA, confirm, "playbook_confirm_yes")
    step = asked.step("O2")
    assert (step.state, step.answer) == ("answered", "bumps")
    assert step.answer_text.startswith("well, some bumps")
    assert len(step.answer_text) > 2000
    assert "What got in the way?" in texts_of(asked.last(AMELIA))


def test_words_that_were_read_wrongly_are_asked_again(asked):
    root = asked.last(AMELIA, "How did setup go?")
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "it was easy for some", thread_ts=root["ts"])
    asked.bot.press(AMELIA, asked.last(AMELIA, "I took that as"), "playbook_confirm_no")
    again = asked.last(AMELIA, "Then which of these fits?")
    asked.bot.press(AMELIA, again, labels(again)["Blocked"])
    assert asked.step("O2").answer == "blocked"
    assert "Needs you now" in texts_of(asked.last(PRIYA, "Blocked"))


def test_yes_in_words_confirms_too(asked):
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "easy enough")
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "yes")
    assert asked.step("O2").answer == "smooth"


def test_who_answers_at_top_level_is_answered_there_and_in_a_thread_in_the_thread(asked):
    root = asked.last(AMELIA, "How did setup go?")
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "it was easy for some")
    confirm = asked.last(AMELIA, "I took that as")
    assert confirm.get("thread_ts") in (None, confirm["ts"])
    asked.bot.press(AMELIA, confirm, "playbook_confirm_no")
    again = asked.last(AMELIA, "Then which of these fits?")
    assert again["thread_ts"] == root["ts"]  # pressed, not written
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "some bumps", thread_ts=root["ts"])
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "the import was slow")
    assert asked.last(AMELIA, "Thank you").get("thread_ts") != root["ts"]


def test_words_in_the_thread_of_what_we_asked_back_belong_to_the_question(asked):
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "easy enough")
    confirm = asked.last(AMELIA, "I took that as")
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "yes", thread_ts=confirm["ts"])
    assert asked.step("O2").answer == "smooth"


def test_a_confirmation_that_was_accepted_says_what_was_recorded(asked):
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "it was easy for some")
    first = asked.last(AMELIA, "I took that as")
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "there were some bumps on the way")
    second = asked.last(AMELIA, "I took that as")
    assert first["ts"] != second["ts"]
    asked.bot.press(AMELIA, second, "playbook_confirm_yes")
    for one in asked.dm(AMELIA, "I took that as"):
        assert "✓ Recorded: Some bumps" in texts_of(one)
        assert not has(one, "playbook_confirm_yes")


def test_a_reading_that_was_wrong_loses_its_buttons(asked):
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "it was easy for some")
    asked.bot.press(AMELIA, asked.last(AMELIA, "I took that as"), "playbook_confirm_no")
    [shown] = asked.dm(AMELIA, "I took that as")
    assert "✓ Not that" in texts_of(shown)
    assert not has(shown, "playbook_confirm_no")


@pytest.mark.parametrize("button", ["playbook_confirm_yes", "playbook_confirm_no"])
def test_a_stale_confirmation_tells_what_was_recorded_and_changes_nothing(asked, button):
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "it was easy for some")
    stale = asked.last(AMELIA, "I took that as")
    asked.bot.press(AMELIA, stale, "playbook_confirm_yes")
    before = asked.step("O2")
    press(asked, AMELIA, stale, button)
    alone = asked.bot.seen(AMELIA, asked.bot.dm(AMELIA)).ephemerals[-1]
    assert alone["text"] == "That is settled already: I have recorded “Smooth”."
    assert asked.step("O2").answered_at == before.answered_at
    assert len(asked.dm(PRIYA, "on “How did setup go”")) == 1


def test_a_stale_confirmation_of_another_answer_is_passed_on(asked):
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "it was easy for some")
    stale = asked.last(AMELIA, "I took that as")
    answer(asked, AMELIA, "How did setup go?", "Blocked")
    press(asked, AMELIA, stale, "playbook_confirm_yes")
    assert "I have passed your words on to Priya" in texts_of(asked.last(AMELIA))
    assert asked.step("O2").answer == "blocked"


def test_a_question_meanwhile_is_answered_as_a_question(asked):
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "How do I export my data?")
    assert "[1]" in texts_of(asked.last(AMELIA))
    assert asked.step("O2").state == "sent"


def test_another_person_is_asked_instead(asked):
    asked.bot.press(AMELIA, asked.last(AMELIA, "How did setup go?"), "playbook_not_me", settle=False)
    form = asked.bot.modal(AMELIA)
    chosen = {PERSON: {PERSON: {"type": "users_select", "selected_user": BEN}}}
    asked.bot.page(AMELIA).do("view_submit", view_id=form["id"], values=chosen)
    asked.bot.settle()
    assert "I will ask Ben instead" in texts_of(asked.last(AMELIA))
    asked.wait(timedelta(hours=20))
    assert "How did setup go?" in texts_of(asked.last(BEN))
    answer(asked, BEN, "How did setup go?", "Smooth")
    assert asked.step("O2#2").answer == "smooth"


def test_a_stranger_who_is_named_becomes_a_task_with_their_name(asked):
    asked.bot.press(AMELIA, asked.last(AMELIA, "How did setup go?"), "playbook_not_me", settle=False)
    form = asked.bot.modal(AMELIA)
    chosen = {PERSON: {PERSON: {"type": "users_select", "selected_user": ISLA}}}
    asked.bot.page(AMELIA).do("view_submit", view_id=form["id"], values=chosen)
    asked.bot.settle()
    assert "Is Isla Brennan the right person at Fresh Fields Market?" in asked.tasks()


def test_later_comes_back_in_three_days(asked):
    asked.bot.press(AMELIA, asked.last(AMELIA, "How did setup go?"), "playbook_later")
    assert "I will come back to you on" in texts_of(asked.last(AMELIA))
    asked.wait(5 * DAYS)
    assert "You asked me to come back to this" in texts_of(asked.last(AMELIA))


def test_who_wants_to_talk_reaches_the_csm_at_once(asked):
    message = asked.last(AMELIA, "How did setup go?")
    asked.bot.press(AMELIA, message, labels(message)["Talk to Priya"])
    asked.bot.press(AMELIA, message, labels(message)["Talk to Priya"])
    assert "I have told Priya" in texts_of(asked.last(AMELIA))
    assert "Needs you now" in texts_of(asked.last(PRIYA, "would like to talk to you"))
    assert asked.tasks().count("Talk to Amelia Ortiz at Fresh Fields Market") == 1


def test_a_double_press_is_one_answer(asked):
    message = asked.last(AMELIA, "How did setup go?")
    for _ in range(3):
        asked.bot.press(AMELIA, message, labels(message)["Smooth"], settle=False)
    asked.bot.settle()
    assert len(asked.dm(AMELIA, "Good to hear")) == 1
    assert len(asked.dm(PRIYA, "on “How did setup go”")) == 1


def test_a_press_on_an_old_message_is_answered_and_changes_nothing(asked):
    message = asked.last(AMELIA, "How did setup go?")
    asked.bot.press(AMELIA, message, labels(message)["Smooth"])
    press(asked, AMELIA, message, labels(message)["Blocked"])
    assert "I have passed your words on to Priya" in texts_of(asked.last(AMELIA))
    press(asked, AMELIA, message, "playbook_later")
    assert "This question is closed" in texts_of(asked.last(AMELIA))
    assert asked.step("O2").answer == "smooth"


def test_what_got_in_the_way_is_looked_up_in_the_help_centre(asked):
    answer(asked, AMELIA, "How did setup go?", "Some bumps")
    ask = asked.last(AMELIA, "What got in the way?")
    asked.bot.press(AMELIA, ask, "playbook_write", settle=False)
    asked.bot.submit(AMELIA, asked.bot.modal(AMELIA), **{TEXT: "How do I export my data?"})
    found = asked.last(AMELIA, "Did that fix it?")
    assert "[1]" in texts_of(found)
    asked.bot.press(AMELIA, found, labels(found)["Yes, fixed"])
    assert asked.step("O2_fixed").answer == "fixed"


def test_what_the_help_centre_does_not_know_goes_to_the_csm(asked):
    answer(asked, AMELIA, "How did setup go?", "Some bumps")
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "Qwertz zyxwvu plonk")
    assert "I could not find that in our help centre" in texts_of(asked.last(AMELIA))
    assert "Answer Amelia at Fresh Fields Market" in asked.tasks()


def test_who_opts_out_in_words_hears_no_more_check_ins(asked):
    asked.bot.say(AMELIA, asked.bot.dm(AMELIA), "stop check-ins")
    assert "no more check-ins" in texts_of(asked.last(AMELIA))
    count = len(asked.dm(AMELIA))
    asked.wait(30 * DAYS)
    assert len(asked.dm(AMELIA)) == count


# Where nobody can be written to


class NoDms(SlackMessenger):
    """Slack refuses direct messages to some people, as it may across organisations."""

    def __init__(self, client, refused):
        super().__init__(client)
        self.refused = refused

    def open_dm(self, user_id):
        if user_id in self.refused:
            raise Unreachable("cannot_dm_user")
        return super().open_dm(user_id)


def test_multi_channel_without_a_dm_the_question_stands_in_the_channel_and_is_answered_in_its_thread(play):
    play.bot.services.messenger = NoDms(client_of(play.bot.slack), {AMELIA})
    play.start(PRIYA, "onboarding @Fresh Fields")
    play.wait(2 * DAYS)
    message = play.bot.seen(AMELIA, FRESH).messages[-1]
    assert message["blocks"][0]["text"]["text"].startswith(f"<@{AMELIA}> Hi Amelia")
    play.bot.say(BEN, FRESH, "our whole team uses it", thread_ts=message["ts"])
    assert play.step("O1").state == "sent"  # Ben was not asked
    play.bot.say(AMELIA, FRESH, "Our whole team uses it", thread_ts=message["ts"])
    assert play.step("O1").answer == "team_live"
    shown = play.bot.seen(AMELIA, FRESH).messages[-1]
    assert shown["blocks"][0]["text"]["text"].startswith(f"<@{AMELIA}> Hi Amelia")
    assert "✓ Your answer" in texts_of(shown)


def test_somebody_who_is_not_in_slack_is_named_in_the_channel(play):
    play.change(Contact, "Amelia Ortiz", email="amelia@elsewhere.example", slack_user_id=None)
    play.start(PRIYA, "onboarding @Fresh Fields")
    play.wait(2 * DAYS)
    assert texts_of(play.bot.seen(BEN, FRESH).messages[-1]).startswith("Amelia Ortiz: Hi Amelia")


def test_who_cannot_be_reached_at_all_becomes_a_task_of_the_csm(play):
    play.change(Contact, "Mira Shah", email="mira@elsewhere.example", slack_user_id=None)
    play.start(TOM, "onboarding @Petal & Post")
    assert "Reach Mira at Petal & Post in person: Welcome and first goal" in play.tasks()
    assert "Slack has no way to write to Mira Shah" in texts_of(play.last(TOM, "did not reach"))


def test_a_word_to_staff_never_goes_to_the_customers_channel(play):
    play.bot.services.messenger = NoDms(client_of(play.bot.slack), {PRIYA, GRACE})
    before = len(play.bot.seen(AMELIA, FRESH).messages)
    play.start(PRIYA, "onboarding @Fresh Fields", TEAM)
    play.wait(3 * DAYS)
    said = play.bot.seen(AMELIA, FRESH).messages[before:]
    for_staff = ("Message to", "No answer", "A question for you", "Is the handover complete")
    assert [one for one in said if any(words in texts_of(one) for words in for_staff)] == []
    failed = play.bot.rows(select(OutboxMessage).where(OutboxMessage.state == "failed"))
    assert {row.payload["view"] for row in failed} <= {
        "playbook_preview", "playbook_notice", "playbook_question",
    }  # fmt: skip


# Who may do what


@pytest.mark.parametrize("action", ["playbook_send_now", "playbook_skip", "playbook_edit", "playbook_snooze"])
def test_a_customer_who_presses_a_csms_button_gets_a_polite_no(play, action):
    play.start(PRIYA, "onboarding @Fresh Fields")
    preview = play.last(PRIYA, "Message to")
    press(play, ISLA, preview, action)
    [no] = [
        row
        for row in play.bot.rows(select(OutboxMessage))
        if "That is for the CSM" in row.payload.get("text", "")
    ]
    assert no.slack_user_id == ISLA
    assert play.step("O1").state == "preview"
    assert has(play.last(PRIYA, "Message to"), "playbook_skip")


def test_a_customer_cannot_answer_what_a_csm_is_asked(play):
    play.start(PRIYA, "renewal @Harbour")
    question = play.last(PRIYA, "A question for you")
    press(play, ISLA, question, labels(question)["All right, I lead"])
    assert play.step("R1").state == "sent"
    play.bot.press(PRIYA, question, labels(question)["All right, I lead"])
    assert play.step("R1").answer == "ready"
    assert "✓ Your answer: All right, I lead" in texts_of(play.last(PRIYA, "A question for you"))


def test_a_csm_of_others_cannot_decide(play):
    play.start(DIEGO, "onboarding @Kestrel")
    play.wait(timedelta(hours=30))
    press(play, "U0STRANGER", play.last(DIEGO, "Waits for your approval"), "playbook_approve")
    assert play.step("O1").state == "awaiting_approval"


def press(play, user, message, action_id):
    """A press with a button that was copied: the page would not offer it, so Bolt is handed it."""
    block, element = element_of(message, action_id)
    body = {
        "type": "block_actions",
        "user": {"id": user},
        "team": {"id": "T0"},
        "channel": {"id": message["channel"]},
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": message["channel"]},
        "message": {"ts": message["ts"]},
        "trigger_id": "none",
        "actions": [{"action_id": action_id, "block_id": block["block_id"], "type": "button",
                     "value": element["value"], "action_ts": f"{user}{action_id}"}],
    }  # fmt: skip
    assert play.bot.app.dispatch(BoltRequest(mode="socket_mode", body=body)).status == 200
    play.bot.settle()


# /cs play


def test_the_list_shows_what_there_is_and_what_runs(play):
    assert "Onboarding check-ins" in play.says(PRIYA, "list")
    assert "Running now" not in play.says(PRIYA, "")
    play.start(PRIYA, "onboarding @Fresh Fields")
    for words in ("list", "status"):
        assert "Fresh Fields Market: Onboarding check-ins, active" in play.says(PRIYA, words)


def test_a_preview_sends_nothing(play):
    shown = play.says(PRIYA, "preview renewal @Harbour")
    assert "How was the year" in shown
    assert "Isla Brennan" in shown
    assert play.bot.rows(select(PlaybookRun)) == []


def test_a_second_start_finds_it_running(play):
    running = "is running for Fresh Fields Market: it was started on 3 March 2026"
    [one], [other] = (
        play.bot.command(PRIYA, play.bot.dm(PRIYA), "play start onboarding @Fresh Fields") for _ in range(2)
    )
    play.bot.press(PRIYA, one, "play_start")
    play.bot.press(PRIYA, other, "play_start")
    assert len(play.bot.rows(select(PlaybookRun))) == 1
    assert running in texts_of(play.bot.seen(PRIYA, play.bot.dm(PRIYA)).ephemerals[-1])
    assert running in play.says(PRIYA, "start onboarding fresh")


def test_a_run_is_paused_resumed_and_stopped(play):
    play.start(PRIYA, "onboarding @Fresh Fields")
    assert "is paused" in play.says(PRIYA, "pause @Fresh Fields")
    play.wait(10 * DAYS)
    assert play.dm(AMELIA) == []
    assert "goes on" in play.says(PRIYA, "resume fresh")
    play.wait(2 * DAYS)
    assert len(play.dm(AMELIA)) == 1
    [status] = play.bot.command(PRIYA, play.bot.dm(PRIYA), "play status @Fresh Fields")
    [old] = play.bot.command(PRIYA, play.bot.dm(PRIYA), "play status @Fresh Fields")
    play.bot.press(PRIYA, status, "play_steer_stop")
    assert play.bot.rows(select(PlaybookRun))[0].state == "stopped"
    play.bot.press(PRIYA, old, "play_steer_pause")
    assert "has ended already" in texts_of(play.bot.seen(PRIYA, play.bot.dm(PRIYA)).ephemerals[-1])
    assert "Nothing is running for Fresh Fields Market" in play.says(PRIYA, "stop @Fresh Fields")


def test_an_outcome_is_recorded_by_the_accounts_full_name(play):
    play.start(PRIYA, "renewal @Harbour Bakery Group")
    asked = play.says(PRIYA, "outcome @Harbour Bakery Group")
    assert "`renewed_flat` Renewed, as it was" in asked
    assert "“nonsense” is no outcome" in play.says(PRIYA, "outcome @Harbour Bakery Group nonsense")
    assert "needs a reason" in play.says(PRIYA, "outcome @Harbour Bakery Group churned")
    assert "has ended: Renewed, as it was." in play.says(PRIYA, "outcome @Harbour Bakery Group renewed_flat")
    play.wait(3 * DAYS)
    assert "Thank you" in texts_of(play.last(ISLA))
    assert play.bot.rows(select(PlaybookRun))[0].outcome == "renewed_flat"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("dance", "Write `/cs play list`"),
        ("start", "Which playbook? There are: advocacy, evaluation, offboarding, onboarding, "),
        ("start salsa @Fresh Fields", "There is no playbook “salsa”"),
        ("start onboarding @Atlantis", "I know no account “@Atlantis”"),
        ("start onboarding", "Which account?"),
        ("pause @Fresh Fields", "Nothing is running for Fresh Fields Market"),
        ("outcome @Fresh Fields adopted", "Nothing is running for Fresh Fields Market"),
        ("start renewal @Meadow Dairy", "has no running subscription"),
    ],
)
def test_a_wish_that_cannot_be_granted_gets_a_sentence(play, words, sentence):
    assert sentence in play.says(NOOR, words)
    assert {event.state for event in play.bot.rows(select(InboundEvent))} <= {"done", "failed"}


def test_an_unclear_account_is_chosen_from_a_menu_and_the_wish_goes_on(play):
    play.change(Account, "Harbour Bakery Group", name="Fresh Harbour")
    [menu] = play.bot.command(NOOR, TEAM, "play start onboarding fres")
    [target] = play.bot.rows(select(Account).where(Account.key == "fresh-fields"))
    play.bot.press(NOOR, menu, "play_pick", option=f"start|onboarding|{target.id}")
    shown = play.bot.seen(NOOR, TEAM).ephemerals[-1]
    play.bot.press(NOOR, shown, "play_start")
    assert [run.account_id for run in play.bot.rows(select(PlaybookRun))] == [target.id]


def test_names_that_would_ping_are_harmless_in_every_answer(play):
    play.change(Account, "Fresh Fields Market", name="Fresh <!channel> <@U0GRACE>")
    shown = [play.says(PRIYA, "stop fresh"), play.says(PRIYA, "preview onboarding fresh")]
    play.start(PRIYA, "onboarding fresh")
    shown += [play.says(PRIYA, words) for words in ("list", "status fresh", "outcome fresh", "pause fresh")]
    assert not any("<!channel>" in one or "<@U0GRACE>" in one for one in shown)


# The renewal conversation


def test_a_green_renewal_runs_to_its_outcome(play):
    play.start(PRIYA, "renewal @Harbour")
    question = play.last(PRIYA, "A question for you")
    play.bot.press(PRIYA, question, labels(question)["All right, I lead"])
    play.wait(2 * DAYS)
    answer(play, ISLA, "how do you feel about the year", "Good, nothing changing")
    play.wait(14 * DAYS)
    assert "how should next year look" not in texts_of(play.last(ISLA)).lower()
    play.wait(60 * DAYS)
    assert "Record how the renewal of Harbour Bakery Group ends" in play.tasks()
    play.says(PRIYA, "outcome harbour renewed_expanded")
    play.wait(10 * DAYS)
    assert "Thank you" in texts_of(play.last(ISLA))
    [run] = play.bot.rows(select(PlaybookRun))
    assert run.outcome == "renewed_expanded"


def test_a_red_account_is_not_asked_about_money_and_the_csm_has_a_task(play):
    play.start(PRIYA, "renewal @Northgate")
    play.wait(27 * DAYS)  # after what the others are asked, one at a time; the notice ends on 2 April
    assert "Hold: Northgate Furniture is red before “How should next year look”" in play.tasks()
    assert play.dm(MONICA, "next year look") == []
    assert "is held" in texts_of(play.last(PRIYA, "is held"))
    assert "save plan is accepted" in play.says(PRIYA, "accept northgate")
    play.wait(10 * DAYS)
    assert play.dm(MONICA, "next year look")


# A moved clock


def messages_of_a_month(play, steps):
    """What small and mid-market customers are sent over thirty days in which nobody answers: the rows."""
    play.start(TOM, "onboarding @Petal & Post")
    play.start(PRIYA, "onboarding @Fresh Fields")
    bot = play.bot
    schedule = Schedule(bot.services)  # as in the running bot: it looks for due timers, too
    for part in (bot.workers, bot.deliverer, schedule):
        part.start()
    travel = TimeTravel(bot.services, bot.services.clock.advance)
    try:
        for step in steps:
            travel(step)
    finally:
        bot.services.stopping.set()
        for part in (bot.workers, bot.deliverer, schedule):
            part.stop()
    rows = bot.rows(
        select(OutboxMessage).where(OutboxMessage.kind == "dm").order_by(OutboxMessage.created_at)
    )
    return [row for row in rows if row.payload["view"] in {"playbook_message", "playbook_nudge"}]


@pytest.mark.parametrize(
    "steps", [pytest.param([30 * DAYS], id="at one go"), pytest.param([DAYS] * 30, id="day by day")]
)
def test_a_month_in_a_moment_sends_each_message_at_its_own_local_time(play, steps):
    month = messages_of_a_month(play, steps)
    for row in month:
        assert row.state == "sent"
        assert row.sent_at - row.created_at < timedelta(seconds=5)
    in_london = ZoneInfo("Europe/London"), ("Mira Shah",)
    in_denver = ZoneInfo("America/Denver"), ("Amelia Ortiz", "Ben Carter")
    told = [
        (
            row.payload["contact_name"],
            row.payload["step_key"],
            f"{row.sent_at.astimezone(zone):%a %-d %b %H:%M}",
        )
        for zone, names in (in_london, in_denver)
        for row in month
        if row.payload["contact_name"] in names
    ]
    assert told == MONTH
    assert not [one for one in play.dm(PRIYA) if "the bot was down" in texts_of(one)]
