"""The digest: exact, scoped, and every number can be opened."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from store.errors import NotFound, StoreError
from store.insights.digest import digest
from store.insights.evidence import all_evidence, evidence_rows
from store.insights.render import FORMATS, render
from store.insights.scope import WHOLE_WORKSPACE, period_of, scope_for, split_period
from store.insights.values import Scope
from store.insights.wording import rate_words
from store.people import resolve_person
from store.tables import Account, Message, PlaybookRun, Task, Workspace


@pytest.fixture
def make(database, company, clock):
    def run(scope=WHOLE_WORKSPACE, period="7d"):
        with database.reading() as session:
            return digest(session, company.workspace_id, period_of(period, clock.now()), scope, clock.now())

    return run


@pytest.fixture
def opened(database, company):
    def run(made):
        with database.reading() as session:
            return all_evidence(session, company.workspace_id, made)

    return run


def values(made, prefix):
    return {key.removeprefix(prefix): f.value for key, f in made.figures.items() if key.startswith(prefix)}


@pytest.fixture
def week(life):
    """A week in which something of everything happened."""
    good = life.ask("How do I export?")
    life.ask("Where are invoices?", status="partial", account="bolt")
    bad = life.ask("Which plan has SSO?", status="refused")
    life.ask("Do you support SSO?", status="refused", account="bolt", days=2)
    life.ask("which plan has sso", status="refused", account=None, days=3)
    life.ask("What do you mean?", status="clarify")
    life.ask("Boom", status="error")
    life.ask("Just now", status=None, days=0.01)
    life.ask("Long ago", days=8)
    life.rate(good, 1, comment="Saved my day")
    life.rate(bad, -1, who="U0CARA", account="bolt", comment="Useless", days=0.2)
    life.run(steps=[("O1", "answered", 4), ("O2", "sent", 1), ("O3", "planned", 0)])
    life.run(account="bolt", playbook="renewal", state="paused", started=4)
    life.run(account="bolt", state="finished", ended=2)
    life.run(account="bolt", state="finished", ended=20)
    life.task("Call Nord", due=-3)
    life.task("Later", due=2)
    life.task("Done", due=-9, state="done")
    life.term(days=10, arr_minor=4_800_000)
    life.term(account="bolt", days=60)
    life.term(account="free", days=-2)
    life.term(account="pros", days=91)
    life.term(account="pros", days=5, status="churned")


def test_questions_are_counted_by_how_they_ended(week, make):
    made = make()

    assert values(made, "questions.") == {
        "asked": 8,
        "answered": 2,
        "clarified": 1,
        "refused": 3,
        "failed": 1,
        "waiting": 1,
    }
    assert made.mood == "normal"
    assert made.rates["questions.answered_share"].value == 2 / 8
    assert made.rates["questions.refused_share"].value == 3 / 8


def test_few_ratings_are_listed_instead_of_a_rate(week, make):
    made = make()

    assert rate_words(made.rates["answers.helpful"]) == "1 of 2"
    assert [(rated.question, rated.rating) for rated in made.rated] == [
        ("How do I export?", 1),
        ("Which plan has SSO?", -1),
    ]
    assert rate_words(made.rates["answers.coverage"]) == "2 of 7 (29 %, likely 8-64 %)"


def test_more_ratings_give_a_rate_with_its_interval(life, make):
    for i in range(20):
        life.rate(life.ask(f"Question {i}"), 1 if i < 16 else -1)

    made = make()

    assert rate_words(made.rates["answers.helpful"]) == "16 of 20 (80 %, likely 58-92 %)"
    assert made.rated == ()


def test_the_same_unanswered_question_counts_once_with_all_who_asked(week, make):
    top = make().unanswered

    assert [(group.text, group.figure.value, group.accounts) for group in top] == [
        ("which plan has sso", 2, ("Nordwind GmbH",)),
        ("Do you support SSO?", 1, ("Bolt & Co",)),
    ]


def test_runs_are_shown_with_the_step_that_moved_last(week, make):
    made = make()

    counted = values(made, "runs.")
    assert [counted[one] for one in ("open", "active", "paused", "started", "ended")] == [2, 1, 1, 4, 1]
    assert [(run.account, run.playbook, run.state, run.step, run.step_state) for run in made.runs] == [
        ("Nordwind GmbH", "onboarding", "active", "O2", "sent"),
        ("Bolt & Co", "renewal", "paused", None, None),
    ]


def test_overdue_tasks_name_owner_account_and_days(week, make):
    made = make()

    assert values(made, "tasks.") == {"open": 2, "overdue": 1}
    task = made.tasks[0]
    assert (task.title, task.owner_email, task.account, task.days_overdue) == (
        "Call Nord",
        "omar@guide.example",
        "Nordwind GmbH",
        3,
    )


def test_renewals_are_put_in_their_windows(week, make):
    made = make()

    assert values(made, "renewals.") == {
        "30": 1,
        "60": 1,
        "90": 0,
        "120": 1,
        "passed": 1,
        "no_signer": 2,
        "moved": 0,
    }
    assert [(line.account, line.days) for line in made.renewals] == [
        ("Free Agents", -2),
        ("Nordwind GmbH", 10),
        ("Bolt & Co", 60),
    ]


@pytest.mark.parametrize(
    ("days", "window"),
    [
        (0, "30"),
        (30, "30"),
        (31, "60"),
        (60, "60"),
        (61, "90"),
        (90, "90"),
        (91, "120"),
        (121, None),
        (-1, "passed"),
    ],
)
def test_the_edges_of_renewal_windows(life, make, days, window):
    life.term(days=days)

    assert {key for key, value in values(make(), "renewals.").items() if value and key != "no_signer"} == (
        {window} if window else set()
    )


def test_quotes_are_exact_short_and_hear_both_sides(life, make):
    answer = life.ask("Q")
    for i in range(6):
        life.rate(answer, -1, who=f"U{i}", account=None, comment=f"bad {i}", days=0.1 + i / 10)
    life.rate(answer, 1, who="U0ANA", comment="x" * 300)
    life.rate(answer, 1, who="U0BEN", comment="from the same account")

    quotes = make().quotes

    assert len(quotes) == 5
    assert {quote.rating for quote in quotes} == {1, -1}
    assert [quote.account for quote in quotes].count("Nordwind GmbH") == 1
    long = next(quote for quote in quotes if quote.rating == 1)
    assert (long.channel_id, long.message_ts) == ("C0NORD", "9.9")
    assert all(len(quote.text) <= 240 for quote in quotes)


def test_a_single_voice_may_speak_on_both_sides(life, make):
    answer, other = life.ask("Q"), life.ask("R")
    life.rate(answer, -1, comment="bad")
    life.rate(other, 1, comment="good")

    assert sorted(quote.text for quote in make().quotes) == ["bad", "good"]


def test_data_driven_decisions_figures_are_compared_with_the_period_before(life, make):
    for i in range(6):
        life.ask(f"now {i}", days=1)
    for i in range(3):
        life.ask(f"then {i}", days=8)

    asked = make().figures["questions.asked"]

    assert (asked.value, asked.before, asked.trend) == (6, 3, "up")


def test_a_period_ends_where_the_next_begins(life, make, clock):
    life.ask("at the start", days=7)
    life.ask("at the end", days=0)

    assert make().figures["questions.asked"].value == 1
    clock.advance(timedelta(seconds=1))
    assert make().figures["questions.asked"].value == 1


def test_every_number_equals_a_re_query_of_its_evidence(week, make, opened, database, company):
    made = make()
    rows = opened(made)

    assert {key: len(found) for key, found in rows.items()} == {
        figure.key: figure.value for figure in made.all_figures
    }
    assert len(rows) > 25
    with database.reading() as session:
        for group in made.unanswered:
            assert (
                len(evidence_rows(session, company.workspace_id, made.figure(group.figure.key)))
                == group.figure.value
            )


def test_evidence_shows_what_was_said_by_whom_and_where(week, make, opened):
    rows = opened(make())

    refused = rows["questions.refused"][-1]
    assert (refused.text, refused.account, refused.detail, refused.channel_id) == (
        "Which plan has SSO?",
        "Nordwind GmbH",
        "refused",
        "C0NORD",
    )
    assert rows["feedback.negative"][0].text == "👎 Useless"
    assert rows["tasks.overdue"][0].text == "Call Nord"


def test_evidence_of_another_workspace_never_opens(week, make, database):
    made = make()
    with database.reading() as session:
        assert not any(all_evidence(session, "another", made).values())


def test_a_scope_cuts_every_section(week, make, company):
    made = make(Scope("bolt", frozenset({company.accounts["bolt"]})))

    assert values(made, "questions.")["asked"] == 2
    assert values(made, "feedback.") == {"new": 1, "positive": 0, "negative": 1}
    assert values(made, "runs.")["open"] == 1
    assert values(made, "tasks.")["open"] == 0
    assert [values(made, "renewals.")[key] for key in ("30", "60", "90", "passed")] == [0, 1, 0, 0]
    text = render(made, "text", {})
    assert "Nordwind" not in text
    assert "Which plan" not in text


def test_scopes_of_a_partition_add_up_to_the_whole(week, make, company):
    parts = [make(Scope(key, frozenset({id_}))) for key, id_ in company.accounts.items()]
    parts.append(make(Scope("of none", frozenset({None}))))
    whole = make()

    for key, figure in whole.figures.items():
        assert sum(part.figures[key].value for part in parts) == figure.value, key


def test_tasks_without_an_account_reach_their_owner(life, make):
    life.task("Find out who asked", account=None, due=-1)

    assert make(Scope("omar", frozenset(), "Omar@guide.example")).figures["tasks.open"].value == 1
    assert make(Scope("lena", frozenset(), "lena@guide.example")).figures["tasks.open"].value == 0


def test_another_workspace_has_a_digest_of_its_own(week, database, clock):
    with database.transaction() as session:
        session.add(Workspace(id="other", created_at=clock.now()))
    with database.reading() as session:
        made = digest(session, "other", period_of("7d", clock.now()), WHOLE_WORKSPACE, clock.now())

    assert {figure.value for figure in made.figures.values()} == {0}
    assert made.mood == "setup"


def test_a_new_workspace_is_told_what_is_missing(make):
    text = render(make(), "text", {})

    assert "Nothing has happened here yet" in text
    assert "[ ] Knowledge: guidepost knowledge sync FOLDER" in text
    assert "[x] Accounts\n" in text


def test_a_quiet_week_says_so_in_two_lines(life, make):
    life.ask("once", days=20)
    life.run()
    life.task("Overdue", due=-1)

    made = make()

    assert made.mood == "quiet"
    assert render(made, "text", {}).splitlines()[2:] == [
        "Quiet: no questions and no feedback in 7 days.",
        "Open now: 1 playbooks, 1 tasks (1 overdue), 0 renewals in 30 days.",
    ]


def test_gaps_in_the_data_are_named(company, make, life):
    life.term(days=10)

    made = values(make(), "accounts.")

    assert [made[f"without_{one}"] for one in ("csm", "renewal", "channel")] == [1, 2, 1]


@given(
    endings=st.lists(
        st.sampled_from(["answered", "partial", "clarify", "refused", "error", None]), max_size=12
    ),
    ratings=st.lists(st.sampled_from([1, -1]), max_size=12),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_endings_sum_to_the_questions_and_shares_lie_within_0_and_1(life, make, endings, ratings):
    answers = [life.ask(f"q {i}", status=status) for i, status in enumerate(endings)]
    for answer, rating in zip([answer for answer in answers if answer], ratings, strict=False):
        life.rate(answer, rating)

    made = make()

    counted = values(made, "questions.")
    assert counted.pop("asked") == sum(counted.values())
    assert sum(group.figure.value for group in made.unanswered) <= counted["refused"]
    assert all(rate.value is None or 0 <= rate.value <= 1 for rate in made.rates.values())
    assert made.figures["answers.rated"].value <= made.figures["answers.given"].value


def test_a_digest_made_again_later_has_the_figures_that_were_shown(
    week, life, database, company, clock, make
):
    shown = make()
    period, moment = shown.period, clock.now()

    clock.advance(timedelta(hours=1))
    life.now = clock.now()
    with database.transaction() as session:
        for task in session.exec(select(Task).where(Task.title == "Call Nord")).all():
            task.state, task.done_at = "done", clock.now()
            session.add(task)
        for run in session.exec(select(PlaybookRun).where(PlaybookRun.playbook == "renewal")).all():
            run.state, run.ended_at = "finished", clock.now()
            session.add(run)
    late = life.ask("A new question", days=0)
    life.rate(late, 1, days=0)
    with database.reading() as session:
        again = digest(session, company.workspace_id, period, WHOLE_WORKSPACE, moment)

    changing = {"runs.active", "runs.paused"}  # the state of a run is not kept by moment
    assert {k: f.evidence for k, f in again.figures.items() if k not in changing} == {
        k: f.evidence for k, f in shown.figures.items() if k not in changing
    }


# Periods and scopes


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7d", 7), ("30d", 30), (" 14 days ", 14), ("", 7), ("Month", 30), ("366d", 366), ("2w", 14), ("last week", 7),
        ("the past 3  weeks", 21), ("this month", 30), ("1 year", 365), ("2 months", 60), ("year", 365),
    ],
)  # fmt: skip
def test_a_period_is_a_number_of_days_up_to_now(clock, text, days):
    period = period_of(text, clock.now())

    assert (period.end, period.days) == (clock.now(), days)


@pytest.mark.parametrize("days", [1, 6, 7, 8, 14, 30, 90, 366])
def test_a_period_is_compared_with_one_of_the_same_length_and_weekdays(clock, days):
    period = period_of(f"{days}d", clock.now())

    for n in range(1, 5):
        earlier, after = period.earlier(n), period.earlier(n - 1) if n > 1 else period
        assert earlier.end - earlier.start == period.end - period.start
        assert (period.start - earlier.start).days % 7 == 0
        assert after.start - earlier.end < timedelta(days=7)
        assert earlier.end <= after.start


@pytest.mark.parametrize(
    "text", ["0d", "7", "d", "-7d", "1.5d", "yesterday", "last", "7d; drop", "٧d", "9999999999d", "2026-W10"]
)
def test_no_period_is_refused_with_the_remedy(clock, text):
    with pytest.raises(StoreError, match=r"is no period\. Write a number of days"):
        period_of(text, clock.now())


@pytest.mark.parametrize(
    "text", ["367d", "10 years", "10y", "99999d", "2016-02-01..2026-02-01", "2024-01..2026-01"]
)
def test_a_period_longer_than_a_year_is_refused_with_the_remedy(clock, text):
    with pytest.raises(StoreError, match=r"is longer than a year\. Write a number of days"):
        period_of(text, clock.now())


@pytest.mark.parametrize(
    "text", ["2026-02-10..2026-01-05", "from 2026-03-01 to 2026-02-01", "2026-02 - 2026-01"]
)
def test_a_reversed_period_is_refused_with_the_remedy(clock, text):
    with pytest.raises(
        StoreError, match=r"comes after 2026-.*: the first day of a period stands first\. Write"
    ):
        period_of(text, clock.now())


@pytest.mark.parametrize(
    ("text", "start", "end", "label"),
    [
        ("2026-02-03..2026-02-16", "2026-02-03", "2026-02-17", "14d"),
        ("2026-02-03 to 2026-02-03", "2026-02-03", "2026-02-04", "1d"),
        ("2026-02-03", "2026-02-03", "2026-02-04", "1d"),
        ("2025-12..2026-01", "2025-12-01", "2026-02-01", "62d"),
        ("2026-02-01..2026-02-28", "2026-02-01", "2026-03-01", "February 2026"),
    ],
)
def test_a_period_may_be_days_the_last_one_included(clock, text, start, end, label):
    period = period_of(text, clock.now())

    assert (f"{period.start:%Y-%m-%d}", f"{period.end:%Y-%m-%d}", period.label) == (start, end, label)


def test_days_that_have_not_ended_count_up_to_now(clock):
    assert period_of("2026-02-20..2026-12-31", clock.now()).end == clock.now()


@pytest.mark.parametrize(
    "text",
    [
        "2026-04",
        "2027-01",
        "2030-01-01..2030-01-31",
        "next week",
        "tomorrow",
        "the coming month",
        "in 3 days",
    ],
)
def test_a_period_in_the_future_is_refused_in_a_sentence(clock, text):
    with pytest.raises(StoreError, match=r"has not (begun|been) yet, so there is nothing to count\. Write"):
        period_of(text, clock.now())


def test_a_month_is_whole_or_goes_up_to_now(clock):
    february, march = period_of("2026-02", clock.now()), period_of("2026-03", clock.now())

    assert (february.start.isoformat(), february.end.isoformat(), february.label) == (
        "2026-02-01T00:00:00+00:00",
        "2026-03-01T00:00:00+00:00",
        "February 2026",
    )
    assert (march.start, march.end) == (february.end, clock.now())


@pytest.mark.parametrize(
    "text", ["2026-00", "2026-13", "0000-01", "9999-12", "2026-02-30", "2026-02-01..2026-02-31"]
)
def test_no_month_or_day_is_refused(clock, text):
    with pytest.raises(StoreError, match=r"is no (month|day)"):
        period_of(text, clock.now())


@pytest.mark.parametrize(
    ("words", "split"),
    [
        ("", ("", "")),
        ("7d", ("7d", "")),
        ("30d MM", ("30d", "MM")),
        ("Harbour Bakery 7 d", ("7 d", "Harbour Bakery")),
        ("Harbour Bakery 14d", ("14d", "Harbour Bakery")),
        ("month team", ("month", "team")),
        ("monthly  MM", ("monthly", "MM")),
        ("2026-02", ("2026-02", "")),
        ("MM next week", ("next week", "MM")),
        ("tomorrow", ("tomorrow", "")),
        ("10 years MM", ("10 years", "MM")),
        ("-7d", ("-7d", "")),
        ("in 3 days ENT", ("in 3 days", "ENT")),
        ("from 2026-02-01 to 2026-01-01 Tom", ("from 2026-02-01 to 2026-01-01", "Tom")),
        ("2026-02-01..2026-02-14 Tom", ("2026-02-01..2026-02-14", "Tom")),
        ("Week End Foods", ("Week", "End Foods")),
        ("Weekend Foods", ("", "Weekend Foods")),
        ("Route 66", ("", "Route 66")),
        ("@Petal & Post", ("", "@Petal & Post")),
    ],
)
def test_a_period_and_a_scope_come_in_either_order(words, split):
    assert split_period(words) == split


SCOPES = [
    pytest.param("U0DANA", "", "all accounts", None, id="admin: everything"),
    pytest.param("U0MIA", "", "your teams' accounts", {"nord", "pros"}, id="manager: the teams'"),
    pytest.param("U0OMAR", "", "your accounts", {"nord", "pros"}, id="csm: their own"),
    pytest.param("U0SOLO", "", "your accounts", set(), id="csm without accounts"),
    pytest.param("U0DANA", "ent", "segment ENT", {"bolt"}, id="segment"),
    pytest.param("U0OMAR", "ENT", "segment ENT", set(), id="segment, only what they see"),
    pytest.param(
        "U0DANA", "omar@guide.example", "accounts of omar@guide.example", {"nord", "pros"}, id="a csm"
    ),
    pytest.param("U0DANA", "@Omar", "accounts of omar@guide.example", {"nord", "pros"}, id="a csm by name"),
    pytest.param("U0OMAR", "@nord", "Nordwind GmbH", {"nord"}, id="account"),
    pytest.param("U0OMAR", "team", "the team's accounts", {"nord", "pros"}, id="team"),
    pytest.param("U0DANA", "team", "all accounts", None, id="admin's team is everybody"),
]


@pytest.mark.parametrize(("who", "text", "label", "expected"), SCOPES)
def test_a_scope_is_never_more_than_one_sees(database, company, who, text, label, expected):
    with database.transaction() as session:
        bolt = session.get(Account, company.accounts["bolt"])
        bolt.segment = "ENT"
        session.add(bolt)
    with database.reading() as session:
        person = resolve_person(session, company.workspace_id, who)
        scope = scope_for(session, company.workspace_id, person, text)

    assert scope.label == label
    ids = None if expected is None else {company.accounts[key] for key in expected}
    assert scope.account_ids == ids


@pytest.mark.parametrize(
    ("who", "text", "error", "reason"),
    [
        ("U0ANA", "", StoreError, "for the customer success team"),
        ("U0NOBODY", "", StoreError, "for the customer success team"),
        ("U0OMAR", "bolt", NotFound, "is no account, segment or CSM that you see"),
        ("U0OMAR", "lena@guide.example", NotFound, "is no account, segment or CSM that you see"),
        ("U0DANA", "nordwnd gmbh", NotFound, "could mean Nordwind GmbH"),
    ],
)
def test_what_one_may_not_see_is_refused(database, company, who, text, error, reason):
    with database.reading() as session:
        person = resolve_person(session, company.workspace_id, who)
        with pytest.raises(error, match=reason):
            scope_for(session, company.workspace_id, person, text)


# Formats


def test_the_text_reads_like_a_page(week, make):
    text = render(make(), "text", {})

    assert text.startswith("Guidepost digest: all accounts, 23 Feb - 2 Mar 2026 (7d)\n====")
    for line in (
        "  questions                                       8 ▲ was 1",
        '  - not found, 2 x: "which plan has sso" (Nordwind GmbH)',
        '  - 👎 Bolt & Co: "Useless" [C0NORD 9.9]',
        "  - Nordwind GmbH: onboarding, active: O2, sent 1 Mar",
        "  - Bolt & Co: renewal, paused: started 26 Feb",
        "  - Nordwind GmbH: Call Nord (3 days overdue, Omar)",
        "  - Nordwind GmbH: in 10 days (12 Mar 2026), $48,000 ARR, health unknown",
    ):
        assert line in text, line


def test_json_holds_every_figure_with_its_rows(week, make, opened):
    made = make()

    parsed = json.loads(render(made, "json", opened(made)))

    assert {key: len(figure["evidence"]) for key, figure in parsed["figures"].items()} == {
        key: figure.value for key, figure in made.figures.items()
    }
    assert parsed["rates"]["answers.helpful"]["n"] == 2
    assert parsed["period"]["start"] == "2026-02-23T10:00:00+00:00"
    assert parsed["tasks"][0]["title"] == "Call Nord"


def test_csv_holds_one_line_a_row(week, make, opened):
    made = make()

    lines = list(csv.DictReader(io.StringIO(render(made, "csv", opened(made)))))

    for key, figure in made.figures.items():
        of_figure = [line for line in lines if line["figure"] == key]
        assert len(of_figure) == max(1, figure.value)
        assert {line["value"] for line in of_figure} == {str(figure.value)}


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "  =1", "\t=1", "\uff1d1", "\uff20A(1)"]
)
def test_csv_never_holds_a_formula(text, life, make, opened):
    life.ask(text)
    made = make()

    lines = list(csv.DictReader(io.StringIO(render(made, "csv", opened(made)))))

    assert {line["text"] for line in lines if line["figure"] == "questions.asked"} == {f"'{text}"}


class Collector(HTMLParser):
    """Notes tags and outside references."""

    def __init__(self):
        super().__init__()
        self.tags, self.outside = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.outside += [value for name, value in attributes if name in ("src", "href") and value[:1] != "#"]


def test_html_is_one_page_in_which_numbers_open(week, life, make, opened):
    life.ask("<script>alert(1)</script>", status="refused")
    made = make()

    page = render(made, "html", opened(made))

    seen = Collector()
    seen.feed(page)
    assert "script" not in seen.tags
    assert seen.outside == []
    assert seen.tags.count("details") >= 10
    assert "&lt;script&gt;" in page


def test_a_quote_cannot_steer_the_terminal(life, make):
    life.ask("evil \x1b[2J\r\n text\u202e", status="refused")

    assert '"evil [2J text"' in render(make(), "text", {})


MEASURES = {  # shown where there is something to measure
    *(f"voice.{one}" for one in ("csat", "csat_mean", "ces", "ces_easy", "nps", "nps_90d")),
    *(f"onboarding.{one}" for one in ("tte", "ttfv", "tto")),
    *(
        "questions.first_answer",
        "questions.assumed",
        "questions.confirmed",
        "quality.CRITERION",
        "service.first_answer",
        "service.resolve",
        "month.grr",
        "month.nrr",
        "month.logos",
        "renewals.on_time",
    ),
}


def test_the_page_about_figures_lists_every_figure_and_rate(life, make):
    life.usage("seats_used")
    page = (Path(__file__).parents[4] / "docs" / "digest.md").read_text()
    made = make()

    listed = re.findall(r"^\| `([a-z]+\.\w+)` \|", page, re.MULTILINE)
    assert sorted(set(listed) - MEASURES) == sorted([*made.figures, *made.rates])
    assert set(listed) >= MEASURES


def test_the_page_about_figures_lists_every_kind_of_measure_and_sum():
    page = (Path(__file__).parents[4] / "docs" / "digest.md").read_text()

    listed = re.findall(r"^\| `([a-z]+\.\w+)\.DAYS` \|", page, re.MULTILINE)
    assert sorted(listed) == ["renewals.atr", "renewals.best", "renewals.commit", "renewals.worst"]


def test_an_unknown_format_is_refused(make):
    with pytest.raises(StoreError, match="Choose one of text, json, csv, html"):
        render(make(), "pdf", {})


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_takes_an_empty_workspace(make, opened, form):
    made = make()

    assert render(made, form, opened(made))


def test_a_digest_of_many_rows_is_quick(life, make, database):
    for i in range(60):
        life.ask(f"question {i}", status="refused", embedding=b"\0" * 16, model="m")

    made = make()

    assert made.figures["questions.asked"].value == 60
    with database.reading() as session:
        assert len(session.exec(select(Message)).all()) == 60
