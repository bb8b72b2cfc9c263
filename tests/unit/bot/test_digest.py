"""/cs digest: the first screen is short, every number opens its rows, and only for those whose accounts they are."""

from datetime import timedelta

import pytest
from sqlmodel import select

from store.tables import Account, StaffMember, Task
from tests.bot_fixtures import GRACE, HARBOUR, ISLA, NOOR, PRIYA, TEAM, TOM, texts_of
from tests.local_slack import element_of


@pytest.fixture
def week(bot):
    """Two questions and a rating, and a task that is late."""
    me = f"<@{bot.services.bot_user_id}>"
    ts = bot.say(ISLA, HARBOUR, f"{me} How do I export my data?")
    bot.rate(ISLA, bot.seen(ISLA, HARBOUR, ts).messages[-1], "down")
    bot.submit(ISLA, bot.modal(ISLA), reason="incomplete", comment="What about *photos*?")
    bot.say(ISLA, HARBOUR, f"{me} Can the vans fly to the moon and back?")
    now = bot.services.clock.now()
    with bot.database.transaction() as session:
        account = session.exec(select(Account).where(Account.key == "harbour-bakery")).one()
        session.add(
            Task(
                workspace_id=bot.workspace_id,
                key="late",
                account_id=account.id,
                owner_email="priya.raman@fernway.example",
                title="Call Isla",
                due_at=now - timedelta(days=2),
                created_at=now,
            )
        )
    bot.slack.advance(timedelta(minutes=5))


def digest_of(bot, user, text="digest 7d", channel=TEAM):
    return bot.command(user, channel, text)[-1]


def details(bot, user, reply, key):
    """The modal of a section."""
    bot.press(user, reply, f"digest_section_{key}")
    return bot.modal(user)


def test_the_first_screen_is_short_and_says_what_matters(bot, week):
    reply = digest_of(bot, PRIYA)
    lines = [line for one in reply["blocks"] if "text" in one for line in one["text"]["text"].splitlines()]
    assert len(lines) <= 15
    for part in (
        "*2 questions*",
        "1 not found",
        "0 of 1",
        "*1 piece of feedback*",
        "*1 open task*",
        "*1 overdue*",
    ):
        assert part in "\n".join(lines)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("questions", "Can the vans fly to the moon"),
        ("voice", "What about"),
        ("team", "2 days overdue"),
    ],
)
def test_a_section_opens_with_its_numbers_and_lines(bot, week, key, words):
    assert words in texts_of(details(bot, PRIYA, digest_of(bot, PRIYA), key))


def test_a_figure_of_a_section_opens_on_top_of_it(bot, week):
    section = details(bot, PRIYA, digest_of(bot, PRIYA), "questions")
    bot.press(PRIYA, section, "digest_rows_any", option="questions.refused")
    rows = bot.modal(PRIYA)
    assert "Can the vans fly" in texts_of(rows)
    assert rows["previous_view_id"] == section["id"]


@pytest.mark.parametrize(
    ("key", "row"),
    [
        ("questions.asked", "How do I export my data?"),
        ("questions.refused", "Can the vans fly"),
        ("feedback.new", "photos"),
        ("tasks.overdue", "Call Isla"),
    ],
)
def test_a_number_opens_the_rows_behind_it(bot, week, key, row):
    bot.press(PRIYA, digest_of(bot, PRIYA), f"digest_rows_{key}")
    assert row in texts_of(bot.modal(PRIYA))


def test_every_figure_is_in_the_menu_and_opens(bot, week):
    reply = digest_of(bot, PRIYA)
    _, menu = element_of(reply, "digest_rows_any")
    assert len(menu["options"]) >= 8
    for option in menu["options"]:
        bot.press(PRIYA, reply, "digest_rows_any", option=option["value"])
        count = option["text"]["text"].split()[0]
        assert texts_of(bot.modal(PRIYA)["blocks"][0]).startswith(f"*{count} ")


def test_an_unanswered_question_opens_who_asked_it(bot, week):
    bot.press(PRIYA, details(bot, PRIYA, digest_of(bot, PRIYA), "questions"), "digest_rows_unanswered")
    assert f"<@{ISLA}>" in texts_of(bot.modal(PRIYA))


def test_a_csm_gets_their_own_accounts_and_a_manager_the_teams(bot, week):
    assert "your accounts" in texts_of(digest_of(bot, TOM))
    assert "2 questions" not in texts_of(digest_of(bot, TOM))
    assert "2 questions" in texts_of(digest_of(bot, GRACE))
    assert "all accounts" in texts_of(digest_of(bot, NOOR))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("digest 999d", "is longer than a year"),
        ("digest 10 years", "“10 years” is longer than a year"),
        ("digest 2036-01", "January 2036 has not begun yet, so there is nothing to count"),
        ("digest MM next week", "“next week” has not been yet, so there is nothing to count"),
        ("digest 2026-02-10..2026-01-05", "2026-02-10 comes after 2026-01-05"),
        ("digest 2026-13", "“2026-13” is no month"),
        ("digest -7d", "“-7d” is no period"),
        ("digest 7d Atlantis", "no account, segment or CSM"),
    ],
)
def test_a_period_or_scope_that_there_is_not_gets_a_sentence(bot, text, sentence):
    assert sentence in texts_of(digest_of(bot, PRIYA, text))


def test_a_quiet_week_is_two_lines(bot, week):
    assert "Quiet" in texts_of(digest_of(bot, PRIYA, "digest 7d Linen Loop"))


def test_a_shared_digest_opens_only_for_those_whose_accounts_they_are(bot, week):
    bot.command(GRACE, TEAM, "digest 7d --share")
    shared = bot.seen(TOM, TEAM).messages[-1]
    assert "2 questions" in texts_of(shared)
    bot.press(TOM, shared, "digest_rows_questions.asked")
    assert "How do I export my data?" in texts_of(bot.modal(TOM))
    with bot.database.transaction() as session:
        tom = session.exec(select(StaffMember).where(StaffMember.slack_user_id == TOM)).one()
        tom.team = "Elsewhere"
        session.add(tom)
    bot.press(TOM, shared, "digest_rows_questions.asked")
    assert "not yours" in texts_of(bot.modal(TOM))


def test_the_digest_of_everything_stays_with_the_admin(bot, week):
    assert "I do not share it here" in texts_of(digest_of(bot, NOOR, "digest 7d --share"))
    assert "I do not share it here" in texts_of(digest_of(bot, PRIYA, "digest --share", HARBOUR))


@pytest.fixture
def asked_often(bot):
    """Isla asks the same in three ways."""
    me = f"<@{bot.services.bot_user_id}>"
    for words in ("How do I export my data?", "How can I export my data?", "How do I export the data?"):
        bot.say(ISLA, HARBOUR, f"{me} {words}")
    bot.slack.advance(timedelta(minutes=5))


def test_a_theme_names_its_questions_and_opens_them_word_for_word(bot, asked_often):
    reply = digest_of(bot, PRIYA)
    assert "*Themes:*" in texts_of(reply)
    themes = details(bot, PRIYA, reply, "themes")
    assert "3 questions, new, 1 account" in texts_of(themes)

    bot.press(PRIYA, themes, "digest_rows_theme")

    assert "How can I export my data?" in str(bot.modal(PRIYA))


def test_a_theme_of_somebody_elses_accounts_is_not_shown(bot, asked_often):
    assert "Themes" not in texts_of(digest_of(bot, TOM))


class Scripted:
    """Writes the same headline of whatever figures; `given` is what it was given."""

    def __init__(self, said):
        self.said = said

    def write(self, figures):
        self.given = figures
        return self.said


def opening(reply):
    return reply["blocks"][0]["text"]["text"]


def test_without_a_chat_model_the_headline_is_composed_of_figures(bot, week):
    assert "1 thing needs you today, first Northgate Furniture: red" in opening(digest_of(bot, PRIYA))


def test_a_chat_models_headline_is_shown_in_its_place_and_marks_nothing_up(bot, week):
    bot.services.headlines = Scripted("2 questions came in & 1 was <not> found.")
    first = opening(digest_of(bot, PRIYA))
    assert "2 questions came in &amp; 1 was &lt;not&gt; found." in first
    assert "needs you today, first" not in first
    assert '"questions": 2' in bot.services.headlines.given


def test_a_headline_that_may_not_be_shown_gives_way_to_the_composed_one(bot, week):
    bot.services.headlines = Scripted(None)
    assert "1 thing needs you today" in opening(digest_of(bot, PRIYA))


def files_of(bot, user):
    return [file for one in bot.seen(user, bot.dm(user)).messages for file in one.get("files") or ()]


def test_the_page_and_the_table_come_in_direct_messages(bot, week):
    reply = digest_of(bot, PRIYA)
    bot.press(PRIYA, reply, "digest_files")
    assert "in our direct messages" in texts_of(bot.seen(PRIYA, TEAM).ephemerals[-1])
    assert [file["name"] for file in files_of(bot, PRIYA)] == [
        "digest-2026-03-03.html",
        "digest-2026-03-03.csv",
    ]


def test_the_files_of_a_shared_digest_are_for_those_whose_accounts_they_are(bot, week):
    bot.command(GRACE, TEAM, "digest 7d --share")
    shared = bot.seen(TOM, TEAM).messages[-1]
    with bot.database.transaction() as session:
        session.exec(select(StaffMember).where(StaffMember.slack_user_id == TOM)).one().team = "Elsewhere"
    bot.press(TOM, shared, "digest_files")
    assert "not yours" in texts_of(bot.seen(TOM, TEAM).ephemerals[-1])
    assert files_of(bot, TOM) == []


def test_the_one_action_of_a_line_is_carried_out_as_if_it_were_written(bot, week):
    bot.press(PRIYA, digest_of(bot, PRIYA), "digest_do")
    assert "Northgate Furniture" in texts_of(bot.seen(PRIYA, TEAM).ephemerals[-1])


def test_in_a_section_it_is_answered_where_the_section_was_opened(bot, week):
    section = details(bot, PRIYA, digest_of(bot, PRIYA), "today")
    before = len(bot.seen(PRIYA, TEAM).ephemerals)
    bot.press(PRIYA, section, "digest_do")
    (answer,) = bot.seen(PRIYA, TEAM).ephemerals[before:]
    assert "Northgate Furniture" in texts_of(answer)


def test_a_quiet_week_still_says_what_needs_somebody(bot, week):
    bot.slack.advance(timedelta(days=8))
    reply = texts_of(digest_of(bot, PRIYA))
    assert "Quiet: no questions" in reply
    assert "Needs you today" in reply
