"""Every builder keeps Slack's limits and pings nobody, whatever people, documents and imports contain."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.blocks import (
    account,
    answer,
    digest,
    digest_parts,
    digest_sections,
    feedback,
    handover,
    home,
    source,
    tasks,
)
from bot.blocks import help as help_blocks
from bot.blocks.text import escaped, harmless, shortened, slack_day, slack_moment, split_paragraphs, with_days
from store.insights import metrics
from store.insights.digest_values import Digest
from store.insights.section_values import Action, Cell, Line, Measured, Money, Section
from store.insights.values import (
    EvidenceRow,
    Figure,
    Period,
    Quote,
    Rate,
    RatedAnswer,
    RenewalLine,
    RunLine,
    Scope,
    SetupStep,
    TaskLine,
    Unanswered,
)
from tests.block_checks import check_speech, check_view

NOW = datetime(2026, 3, 3, 10, 0, tzinfo=UTC)
BASICS = [
    pytest.param("Harbour", id="plain"),
    pytest.param("", id="empty"),
    pytest.param("<!channel> <@UEVIL> @everyone & *bold* `code` <http://x|y> > quote", id="hostile"),
    pytest.param("word " * 2000, id="10,000 characters"),
    pytest.param("x" * 10_000, id="10,000 characters in one word"),
    pytest.param("```\ncode\n" * 300, id="fences"),
    pytest.param("ü🚚" * 2000, id="wide"),
]
MANY = 60
SECTIONS = (
    "today", "renewals", "health", "onboarding", "voice", "questions", "service", "plays", "wins", "team", "data", "month",
)  # fmt: skip


def card(text):
    return account.AccountCard(
        account_id="a" * 32,
        name=text,
        segment="MM",
        stage="renewal",
        plan=text,
        seats=3,
        arr_minor=1_794_000,
        health=80,
        sentiment=text,
        goal=text,
        renews_on=date(2026, 4, 1),
        days_to_renewal=29,
        csm=text,
        channel_id="C0HARBOUR",
        contacts=tuple(account.ContactLine(text, "champion", text, n % 2 == 0) for n in range(MANY)),
        usage=(text,) * MANY,
        runs=(text,) * MANY,
        questions=tuple(question(text) for _ in range(MANY)),
    )


def question(text):
    return account.QuestionLine(text, "answered", NOW)


def items(text):
    return [tasks.TaskItem(f"{n:032d}", text, text, text, NOW, overdue=True, high=True) for n in range(MANY)]


def figures():
    keys = [
        *(f"questions.{name}" for name in ("asked", "answered", "clarified", "refused", "failed", "waiting")),
        *("answers.given", "answers.rated", "ratings.all", "ratings.up"),
        *(f"feedback.{name}" for name in ("new", "positive", "negative")),
        *("runs.open", "runs.ended", "tasks.open", "tasks.overdue"),
        *(f"renewals.{name}" for name in ("30", "60", "90", "passed")),
    ]
    return {key: Figure(key, "things", "question", ("1" * 32,) * 7, before=1) for key in keys}


def section(key, text):
    """A section with all that a section may hold."""
    one = Figure(f"{key}.one", text or "things", "account", ("1" * 32,) * 7, before=1)
    many = tuple(Figure(f"{key}.{n}", text or "things", "account", ("1",)) for n in range(120))
    metric = metrics.rate(20, 25)
    line = Line(text, one, text, text, Action(text[:40], text), (100, "EUR"), text, text, "C1", "1.1")
    return Section(
        key,
        "A section of the digest",
        figures=(one, *many),
        rates=(Rate("r", text, one, one),),
        measures=(Measured(f"{key}.m", text, "share", metric, one, before=metric, target=0.9, asked=40),) * 9,
        money=(Money(f"{key}.e", text, one, ((100, "EUR"), (4_800_000, "USD"))),),
        lines=(line,) * 20,
        cells=tuple(Cell(a, b, one) for a in ("green", "red") for b in ("red", "unknown")),
        missing=(text,) * 3,
    )


def full_digest(text):
    found = figures()
    up, all_ = found["ratings.up"], found["ratings.all"]
    return Digest(
        period=Period(NOW - timedelta(days=7), NOW, "7d"),
        scope=Scope(text or "all accounts"),
        made_at=NOW,
        mood="normal",
        figures=found,
        rates={key: Rate(key, "rate", up, all_) for key in ("answers.helpful", "answers.coverage")},
        rated=(RatedAnswer(text, 1, text, "C1", "1.1"),) * 4,
        quotes=tuple(Quote(f"{n}", text[:240], 1, None, text, "U1", NOW, "C1", "1.1") for n in range(5)),
        unanswered=tuple(
            Unanswered(text, Figure(f"unanswered.{n}", "asked", "question", ("1",)), (text,) * 9, "C1", "1.1")
            for n in range(5)
        ),
        runs=tuple(RunLine(f"{n}", text, text, "active", text, "sent", NOW) for n in range(MANY)),
        tasks=tuple(TaskLine(f"{n}", text, text, text, 3) for n in range(MANY)),
        renewals=tuple(
            RenewalLine(f"{n}", text, date(2026, 4, 1), 29, 100, "USD", 80, text) for n in range(MANY)
        ),
        setup=(SetupStep("Knowledge", True, "sync"),),
        sections=tuple(section(key, text) for key in SECTIONS),
    )


def link(channel, ts):
    return f"https://slack.example/archives/{channel}/p{ts}" if channel else None


def answered(text):
    return answer.AnswerView(
        answer_id="a" * 32,
        status="answered",
        text=text or "Yes.",
        sources=tuple(answer.SourceLine(n, f"{n}", text or "Title", text, text, None) for n in range(1, 9)),
        answered_for=text,
        introduction="Two lines",
        person_name=text,
    )


def passed(text):
    return handover.HandoverView(
        task_id="t" * 32,
        asker=text or "Somebody",
        about_asker=text,
        question=text or "?",
        words=text,
        status="answered",
        answer=text,
        sources=(text,) * 8,
        account=tuple(account.facts(card(text))),
        link="https://slack.example/x",
        due_at=NOW,
        taken_by=text,
    )


SPEECHES = {
    "answer": lambda text: answer.answer_speech(answered(text)),
    "account": lambda text: account.account_speech(card(text)),
    "picker": lambda text: account.picker_speech(
        text, [(text or "A", f"{n}") for n in range(120)], action_id="pick", certain=False
    ),
    "nobody": lambda text: account.nobody_speech(text, [text] * 9),
    "tasks": lambda text: tasks.tasks_speech(items(text), "team", escaped(text)),
    "help": lambda text: help_blocks.help_speech(text, [help_blocks.CommandLine("/cs ask", text[:100])] * 12),
    "handover": lambda text: handover.handover_speech(passed(text)),
    "handover reply": lambda text: handover.reply_speech(
        text or "Priya", shortened(text or "Yes", 3000), "U1"
    ),
    "quiet digest": lambda text: digest.digest_speech(replace(full_digest(text), mood="quiet"), "[7]"),
    "digest": lambda text: digest.digest_speech(full_digest(text), "[7]", [text] * 3),
}
VIEWS = {
    "reason": lambda _: feedback.reason_modal({"answer_id": "a" * 32}),
    "source": lambda text: source.source_modal(
        source.CitedSource(
            text or "Title", (text, text), text or "a.md", text[:50], text or "Text", "changed"
        )
    ),
    "answer modal": lambda text: handover.answer_modal(text or "?", {"task_id": "t"}),
    "section": lambda text: digest_sections.section_modal(full_digest(text), "renewals", "[7]", link),
    "questions": lambda text: digest_sections.section_modal(full_digest(text), "questions", "[7]", link),
    "rows": lambda text: digest_parts.rows_modal(
        Figure("k", "things", "question", ("1",) * MANY),
        [EvidenceRow("1", NOW, text, "U1", text, text, "C1", "1.1")] * MANY,
        link,
    ),
    "home": lambda text: home.home_view(
        home.HomePage(
            name=text,
            role="admin",
            customer=False,
            questions=(question(text),) * MANY,
            setup=(home.SetupLine(False, escaped(shortened(text, 200)), "Do it."),) * 6,
            digest=tuple(digest.short_lines(full_digest(text[:60]))),
            tasks=tuple(items(text)),
            runs=(escaped(shortened(text, 200)),) * MANY,
            accounts=(escaped(shortened(text, 200)),) * MANY,
        )
    ),
    "customer's home": lambda text: home.home_view(
        home.HomePage(text, "end_user", questions=(question(text),))
    ),
}


@pytest.mark.parametrize("text", BASICS)
@pytest.mark.parametrize("name", SPEECHES)
def test_a_message_keeps_slacks_limits_whatever_it_holds(name, text):
    check_speech(SPEECHES[name](text))


@pytest.mark.parametrize("text", BASICS)
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_keeps_slacks_limits_whatever_it_holds(name, text):
    check_view(VIEWS[name](text))


@pytest.mark.parametrize("text", ["<!channel> hi", "@here and @channel", "<@U1> <#C1|x>", "<!subteam^S1>"])
def test_nothing_that_pings_is_live_any_more(text):
    for made in (harmless(text), escaped(text)):
        assert not any(live in made for live in ("<!", "<@", "<#", "@here", "@channel"))


@pytest.mark.parametrize("limit", [20, 75, 3000])
def test_text_is_cut_at_a_word_and_fences_are_closed(limit):
    assert len(shortened("```\n" + "word " * 5000, limit)) <= limit
    assert shortened("short", limit) == "short"


def test_long_text_is_parted_between_paragraphs():
    parts = split_paragraphs("\n\n".join(["p " * 700] * 5))
    assert all(len(part) <= 3000 for part in parts)
    assert len(parts) == 3


@pytest.mark.parametrize(
    "zone", ["Pacific/Honolulu", "America/New_York", "UTC", "Asia/Tokyo", "Pacific/Auckland"]
)
@pytest.mark.parametrize("day", [date(2026, 1, 15), date(2026, 7, 15)])
def test_a_calendar_day_is_the_same_for_readers_everywhere(day, zone):
    made = slack_day(day)
    moment = datetime.fromtimestamp(int(made.split("^")[1]), UTC)
    assert moment.astimezone(ZoneInfo(zone)).date() == day
    assert made.endswith(f"{{date_short}}|15 {day:%b} 2026>")


def test_a_moment_says_when_even_where_slack_does_not_translate_it():
    assert slack_moment(NOW).endswith("|3 Mar, 10:00 UTC>")


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        pytest.param(
            "Renews on 14 May 2026, in 72 days",
            "Renews on <!date^1778754600^{date_short}|14 May 2026>, in 72 days",
            id="a day in a sentence",
        ),
        pytest.param("until 31 Feb 2026", "until 31 Feb 2026", id="no such day"),
        pytest.param("the 14 Mayors of 2026", "the 14 Mayors of 2026", id="no day"),
        pytest.param("14 May", "14 May", id="no year: nobody knows which day"),
    ],
)
def test_the_days_of_our_sentences_are_written_as_their_reader_writes_them(sentence, shown):
    assert with_days(sentence) == shown
