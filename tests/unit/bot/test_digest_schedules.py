"""Digests that come by themselves: when, for whom, where, once; and what they say where they may not."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from bot.digest_times import covered, newest, next_time
from bot.digesting import Recipe
from bot.listeners.digest_schedules import parse
from bot.schedule import Schedule
from bot.timetravel import TimeTravel
from playbooks.workdays import Calendar
from store.errors import StoreError
from store.insights.values import Period
from store.tables import DigestSchedule, OutboxMessage, StaffMember
from tests.bot_fixtures import GRACE, HARBOUR, ISLA, NOOR, PRIYA, TEAM, texts_of

LONDON = Calendar("Europe/London")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(["UTC", "Europe/London", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"])


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "zone", "after", "expected"),
    [
        pytest.param("weekly", "Europe/London", utc(2026, 3, 3, 10), utc(2026, 3, 9, 8), id="next Monday"),
        pytest.param("weekly", "Europe/London", utc(2026, 3, 9, 7), utc(2026, 3, 9, 8), id="today, later"),
        pytest.param("weekly", "Europe/London", utc(2026, 3, 9, 8), utc(2026, 3, 16, 8), id="it has come"),
        pytest.param("weekly", "Europe/London", utc(2026, 3, 24), utc(2026, 3, 30, 7), id="summer time"),
        pytest.param(
            "weekly", "Asia/Kolkata", utc(2026, 3, 8, 20), utc(2026, 3, 9, 2, 30), id="their Monday"
        ),
        pytest.param("monthly", "UTC", utc(2026, 7, 15), utc(2026, 8, 3, 8), id="the 1st is a Saturday"),
        pytest.param("monthly", "UTC", utc(2026, 12, 31), utc(2027, 1, 1, 8), id="over the year's end"),
        pytest.param(
            "monthly", "UTC", utc(2026, 8, 1), utc(2026, 8, 3, 8), id="this month's is still to come"
        ),
    ],
)
def test_a_digest_comes_on_monday_or_the_first_working_day_at_eight_where_it_was_set(
    every, zone, after, expected
):
    assert next_time(every, Calendar(zone), time(8), after) == expected


def test_a_holiday_is_no_first_working_day():
    calendar = Calendar("UTC", frozenset({date(2027, 1, 1)}))
    assert next_time("monthly", calendar, time(8), utc(2026, 12, 31)) == utc(2027, 1, 4, 8)


@given(st.sampled_from(["weekly", "monthly"]), ZONES, st.times().map(lambda t: t.replace(second=0)), MOMENTS)
def test_the_next_time_is_always_ahead_and_its_period_has_ended(every, zone, at, after):
    calendar = Calendar(zone)
    moment = next_time(every, calendar, at, after)
    period = covered(every, calendar, moment)
    assert after < moment <= after + timedelta(days=36)
    assert period.start < period.end <= moment


def test_who_was_down_for_three_weeks_gets_one_digest_of_the_last():
    assert newest("weekly", LONDON, time(8), utc(2026, 3, 9, 8), utc(2026, 3, 25)) == utc(2026, 3, 23, 8)


def test_a_month_is_the_calendar_month_before_in_its_zone():
    period = covered("monthly", Calendar("America/Los_Angeles"), utc(2026, 4, 1, 15))
    assert (period.start, period.end) == (utc(2026, 3, 1, 8), utc(2026, 4, 1, 7))  # clocks changed between
    assert period.label == "March 2026"


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("", (None, None, "", time(8), None)),
        ("<#C0CSTEAM|cs-team> weekly", ("C0CSTEAM", "weekly", "", time(8), None)),
        ("weekly to <#C0CSTEAM> MM at 9", ("C0CSTEAM", "weekly", "MM", time(9), None)),
        ("MONTHLY Harbour Bakery at 18:30 Asia/Kolkata", (None, "monthly", "Harbour Bakery", time(18, 30), "Asia/Kolkata")),
    ],
)  # fmt: skip
def test_channel_rhythm_scope_time_and_zone_come_in_any_order(said, parts):
    wanted = parse(said)
    assert (wanted.channel_id, wanted.every, wanted.scope, wanted.at, wanted.zone) == parts


@pytest.mark.parametrize(
    "said", ["weekly at 24:00", "weekly at 8:75", "weekly at noon", "#cs-team weekly", "weekly " + "x" * 81]
)
def test_what_cannot_be_read_gets_a_sentence(said):
    with pytest.raises(StoreError):
        parse(said)


def test_what_a_digest_is_made_from_travels_in_a_block_id_whatever_the_scope_is():
    period = Period(utc(2026, 1, 1), utc(2026, 2, 1), "January")
    recipe = Recipe(period, utc(2026, 2, 2, 8, 0, 0, 123456), "日本" * 40, "U0GRACE1234")
    assert len(recipe.packed()) <= 240
    assert Recipe.unpacked(recipe.packed()) == recipe


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "[1,2,3,4,5]", '["x",2,3,"7d","","U"]', '[1e400,2,3,"7d","","U"]', "nonsense"]
)
def test_a_forged_recipe_is_none(text):
    assert Recipe.unpacked(text) is None


# In Slack


def answer_to(bot, user, text, channel=TEAM):
    return texts_of(bot.command(user, channel, text)[-1])


def team_digests(bot, user=GRACE):
    return [one for one in bot.seen(user, TEAM).messages if "Digest" in texts_of(one)]


def travel(bot, **by):
    journey = TimeTravel(bot.services, bot.services.clock.advance)
    journey._settle = bot.settle  # here nobody carries out what waits but we
    journey(timedelta(**by))


def test_a_manager_has_the_digest_come_every_monday_at_eight(bot):
    told = answer_to(bot, GRACE, "digest schedule weekly")
    assert "every Monday at 08:00 (Europe/London), next on Mon 9 Mar 2026" in told
    bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> How do I export my data?")
    travel(bot, days=14)
    first, second = team_digests(bot)
    assert "1 question" in texts_of(first)
    assert [datetime.fromtimestamp(float(one["ts"]), UTC) for one in (first, second)] == [
        pytest.approx(moment, abs=timedelta(minutes=1))
        for moment in (utc(2026, 3, 9, 8), utc(2026, 3, 16, 8))
    ]


def test_its_figures_open_like_those_of_a_digest_that_was_asked_for(bot):
    answer_to(bot, GRACE, "digest schedule weekly")
    bot.say(ISLA, HARBOUR, f"<@{bot.services.bot_user_id}> How do I export my data?")
    travel(bot, days=7)
    bot.press(PRIYA, team_digests(bot)[0], "digest_rows_questions.asked")
    assert "How do I export my data?" in texts_of(bot.modal(PRIYA))


@pytest.mark.parametrize(
    ("user", "channel", "text", "sentence"),
    [
        pytest.param(PRIYA, TEAM, "weekly", "for managers and admins", id="a CSM"),
        pytest.param(ISLA, HARBOUR, "weekly", "is for customer success managers", id="a customer"),
        pytest.param(
            GRACE, TEAM, f"<#{HARBOUR}|harbour> weekly", "never in a customer's channel", id="to a customer"
        ),
        pytest.param(GRACE, TEAM, "<#C0NOWHERE|x> weekly", "I am not in that channel", id="unknown channel"),
        pytest.param(NOOR, TEAM, "weekly", "Not everybody in that channel", id="everything, among CSMs"),
        pytest.param(GRACE, TEAM, "weekly Atlantis", "no account, segment or CSM", id="unknown scope"),
        pytest.param(GRACE, TEAM, "weekly at 25", "no time of day", id="no time"),
        pytest.param(GRACE, TEAM, "", "Write `/cs digest schedule", id="nothing said"),
    ],
)
def test_who_may_not_or_where_it_may_not_be_gets_the_reason(bot, user, channel, text, sentence):
    assert sentence in answer_to(bot, user, f"digest schedule {text}", channel)
    assert bot.rows(select(DigestSchedule)) == []


def test_an_admin_may_have_everything_in_their_own_messages(bot):
    assert "in our direct messages" in answer_to(bot, NOOR, "digest schedule monthly", bot.dm(NOOR))
    travel(bot, days=31)
    assert "all accounts" in texts_of(bot.seen(NOOR, bot.dm(NOOR)).messages[-1])


def test_it_is_listed_stopped_and_then_comes_no_more(bot):
    answer_to(bot, GRACE, "digest schedule weekly")
    assert "every Monday" in answer_to(bot, GRACE, "digest schedules")
    assert "Stopped" in answer_to(bot, GRACE, "digest unschedule weekly")
    assert "No digest comes by itself" in answer_to(bot, GRACE, "digest schedules")
    assert "No digest of yours" in answer_to(bot, GRACE, "digest unschedule")
    travel(bot, days=8)
    assert team_digests(bot) == []


def test_set_again_it_replaces_what_was_there(bot):
    answer_to(bot, GRACE, "digest schedule weekly")
    answer_to(bot, GRACE, "digest schedule weekly at 09:30")
    (only,) = bot.rows(select(DigestSchedule))
    assert only.at == "09:30"


def test_a_manager_who_lost_the_role_sends_nothing_and_is_told_why(bot):
    answer_to(bot, GRACE, "digest schedule weekly")
    with bot.database.transaction() as session:
        session.exec(select(StaffMember).where(StaffMember.slack_user_id == GRACE)).one().role = "csm"
    travel(bot, days=7)
    assert team_digests(bot) == []
    assert "for managers and admins" in texts_of(bot.seen(GRACE, bot.dm(GRACE)).messages[-1])


def test_a_manager_who_lost_the_team_sends_nothing_of_it(bot):
    answer_to(bot, GRACE, "digest schedule weekly")
    with bot.database.transaction() as session:
        for one in session.exec(select(StaffMember)).all():
            one.team, one.manager_email = (
                ("Elsewhere", None) if one.slack_user_id == GRACE else (one.team, None)
            )
    travel(bot, days=7)
    assert team_digests(bot) == []
    assert "no accounts in it" in texts_of(bot.seen(GRACE, bot.dm(GRACE)).messages[-1])


def test_who_left_the_company_hears_nothing_and_it_ends(bot):
    answer_to(bot, GRACE, "digest schedule weekly")
    with bot.database.transaction() as session:
        session.delete(session.exec(select(StaffMember).where(StaffMember.slack_user_id == GRACE)).one())
    travel(bot, days=7)
    assert team_digests(bot) == []
    assert bot.rows(select(DigestSchedule)) == []


def test_two_workers_at_the_same_moment_send_it_once(bot):
    answer_to(bot, GRACE, "digest schedule weekly")
    bot.services.clock.advance(timedelta(days=20))  # and nobody was there
    workers = [Schedule(bot.services), Schedule(bot.services)]
    assert sum(worker.run_until_idle() > 0 for worker in workers) == 1
    bot.settle()
    assert len(team_digests(bot)) == 1
    (message,) = [one for one in bot.rows(select(OutboxMessage)) if one.key.startswith("digest:")]
    assert "2026-03-23T08:00" in message.key


def test_what_was_stopped_while_it_waited_is_not_said(bot):
    answer_to(bot, GRACE, "digest schedule weekly")
    bot.services.clock.advance(timedelta(days=7))
    Schedule(bot.services).run_until_idle()
    with bot.database.transaction() as session:
        session.delete(session.exec(select(DigestSchedule)).one())
    bot.settle()
    assert team_digests(bot) == []
