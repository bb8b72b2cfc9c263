"""The renewal's forecast with its gate, its rates, and the brief whose every line has a row."""

from datetime import timedelta

import pytest

from store.errors import StoreError
from store.insights import forecast
from store.insights.account_rows import Asked, Score
from store.insights.forecast import Ground, check_call, expected, needs_call
from store.insights.renewal_brief import renewal_brief
from store.insights.values import RenewalLine
from store.insights.wording import renewal_words
from store.tables import Activity, Forecast, RunStep, Signal, Subscription, Task
from store.tables.goals import GoalStanding
from tests.made_account import NOW, TODAY, ago, contact, promise, rows, said, usage


@pytest.mark.parametrize(
    ("ground", "category"),
    [
        pytest.param(Ground("green", 120), "likely", id="green"),
        pytest.param(Ground("yellow", 120), "open", id="yellow"),
        pytest.param(Ground("unknown", 120), "open", id="not known"),
        pytest.param(Ground("red", 120), "at_risk_actionable", id="red"),
        pytest.param(Ground("green", 120, leaving=True), "at_risk_actionable", id="green, and they said so"),
        pytest.param(Ground("green", 120, contradiction=True), "at_risk_actionable", id="a contradiction"),
        pytest.param(Ground("red", 10, signed=True), "commit", id="signed, whatever else"),
    ],
)
def test_the_figures_have_a_forecast_of_their_own_with_its_reason(ground, category):
    found, why = expected(ground)
    assert found == category
    assert why


@pytest.mark.parametrize(
    ("category", "days", "swing", "sentence"),
    [
        pytest.param("open", 91, 0, None, id="open before the gate"),
        pytest.param("open", 90, 0, "no answer any more", id="open at the gate"),
        pytest.param("likely", 90, 500, None, id="a call at the gate"),
        pytest.param("at_risk_not_actionable", 31, 0, "still something to do", id="beyond help too early"),
        pytest.param("at_risk_not_actionable", 30, 0, None, id="beyond help"),
        pytest.param("monitor", 200, 0, "no forecast", id="no such category"),
        pytest.param("likely", 60, 1001, "more than the contract is worth", id="more than there is"),
        pytest.param("likely", 60, -1, "more than the contract is worth", id="less than nothing"),
    ],
)
def test_a_forecast_that_says_nothing_is_refused(category, days, swing, sentence):
    if sentence is None:
        check_call(category, days, swing, 1000)
    else:
        with pytest.raises(StoreError, match=sentence):
            check_call(category, days, swing, 1000)


def call(category):
    return Forecast(
        workspace_id="w", key=category, account_id="a", subscription_id="s", term_end=TODAY, category=category,
        computed="open", why="", by_name="Priya", at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days", "calls", "needed"),
    [
        pytest.param(91, [], False, id="not yet"),
        pytest.param(90, [], True, id="at the gate, nobody called"),
        pytest.param(60, [call("open"), call("likely")], True, id="the newest says open"),
        pytest.param(60, [call("likely"), call("open")], False, id="called"),
    ],
)
def test_from_ninety_days_on_somebody_has_to_commit(days, calls, needed):
    assert needs_call(days, calls) == needed


def test_every_category_has_words():
    assert set(forecast.CATEGORIES) >= {
        "commit",
        "likely",
        "open",
        "at_risk_actionable",
        "at_risk_not_actionable",
    }


# The brief


def term(days=60):
    return Subscription(
        id="t1", workspace_id="w", key="s", account_id="a", started_on=ago(300), renews_on=TODAY + timedelta(days=days),
        plan="Growth", notice_days=30, arr_minor=2_508_000, created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def asked(text, days, status, rating=None):
    return Asked(said(text, days), status, rating, None, "C1", "5.5")


def request(title, days, done_days):
    at = NOW - timedelta(days=days)
    return Task(
        id=title, workspace_id="w", key=title, kind="handover", title=title, body=title, due_at=at + timedelta(hours=4),
        created_at=at, done_at=at + timedelta(days=done_days), state="done", link={"channel": "C1", "ts": "9.9"},
    )  # fmt: skip


def step(text, days):
    return RunStep(
        id=text, workspace_id="w", run_id="r", key="O2", step="O2", state="answered", asks=True, answer_text=text,
        answered_at=NOW - timedelta(days=days), sent_at=NOW - timedelta(days=days + 1), contact_id="c", channel_id="D1",
        message_ts="7.7", updated_at=NOW,
    )  # fmt: skip


def full():
    return rows(
        term=term(),
        contacts=(contact("Ana", "champion"), contact("Ruth", "buyer"), contact("Kim", "sponsor", "left")),
        words=(said("How do I add a driver?", 3),),
        asked=(
            asked("How do I add a driver?", 30, "answered"),
            asked("Can I print labels?", 20, "refused"),
            asked("Why is it slow?", 10, "answered", rating=-1),
            asked("can i print labels?", 5, "answered"),
        ),
        scores=(
            Score("nps", 3, ago(80), "c", "Ana", "Too slow", "D1", "1.1"),
            *(Score("nps", 8, ago(n), "c", "Ana", "Fine", "D1", f"{n}.2") for n in range(40, 46)),
            Score("csat", 5, ago(60), "c", "Ana", "Lovely team", "D1", "2.2"),
        ),
        usage=usage((90, 100), (1, 40)),
        steps=(step("Our depot moves in May", 15),),
        requests=(request("Invoice is wrong", 50, 3), request("Call me", 20, 0)),
        open_tasks=(),
        goals=(
            GoalStanding("Less planning", "minutes", 95, 50, 35, ago(-90), "open", ago(200), number=1, observed_on=ago(3)),
            GoalStanding("Fewer calls", "", 40, 42, 20, ago(10), "open", ago(200), number=2),
        ),
        promises=(promise("Send the export", ago(1)),),
        activities=(
            Activity(id="x", workspace_id="w", key="k", account_id="a", kind="call", text="They plan a second depot",
                     by_name="Priya", happened_on=ago(9), created_at=NOW),
        ),
    )  # fmt: skip


def section(brief, title):
    return [line.text for name, lines in brief.sections if name == title for line in lines]


def test_ongoing_value_communication_every_line_of_a_brief_names_its_row():
    signal = Signal(
        id="sig", workspace_id="w", account_id="a", kind="usage_drop", number=1, summary="Activity is at 40 %.",
        opened_at=NOW,
    )  # fmt: skip
    brief = renewal_brief(full(), [signal])
    assert len(brief.sections) == 10
    assert all(line.source.can_be_opened and line.source.label for line in brief.lines)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        pytest.param(33, "Renews on", id="to come"),
        pytest.param(1, "in 1 day,", id="tomorrow"),
        pytest.param(-33, "33 days ago", id="over"),
    ],
)
def test_a_brief_says_when_the_contract_renews_or_was_to(days, words):
    [line, _] = section(renewal_brief(rows(term=term(days))), "The contract")
    assert words in line
    assert "-" not in line


def test_a_brief_says_what_was_reached_and_what_was_not():
    brief = renewal_brief(full())
    assert section(brief, "Goals") == [
        "On the way: Less planning: 95 → 50, target 35 minutes (75% of the way)",
        "Not reached: Fewer calls: 40 → 42, target 20 (-10% of the way)",
    ]


def test_what_was_asked_again_and_answered_is_not_open_any_more():
    brief = renewal_brief(full())
    assert section(brief, "Questions open") == ["Why is it slow?"]
    assert section(brief, "Questions solved")[0] == "2 of 4 questions were answered in the last year."


def test_a_good_and_a_bad_word_are_quoted_even_if_others_are_newer():
    words = section(renewal_brief(full()), "In their words")
    assert len(words) == 5
    assert "3 of 10: Too slow" in words
    assert "5 of 5: Lovely team" in words
    assert "Our depot moves in May" in words


def test_service_people_use_and_promises_are_in_it():
    brief = renewal_brief(full())
    assert section(brief, "Service") == [
        "1 of 2 requests for a person were settled in time.",
        "Late: Invoice is wrong",
    ]
    assert section(brief, "People")[0].startswith("Ana (champion)")
    assert "Kim (sponsor): left" in section(brief, "People")
    assert section(brief, "Use") == ["logins 30d: 40"]
    assert any("overdue" in line for line in section(brief, "Open on our side"))
    assert dict(brief.dimensions)["use"] == "red"


def test_of_an_account_of_which_nothing_is_known_the_brief_is_its_gaps():
    brief = renewal_brief(rows())
    assert brief.sections == ()
    assert len(brief.unknowns) == 8
    assert {colour for _, colour in brief.dimensions} == {"unknown"}


def test_a_line_without_a_row_is_dropped():
    brief = renewal_brief(rows(scores=(), goals=(), words=(), term=term()))
    assert [name for name, _ in brief.sections] == ["The contract"]


@pytest.mark.parametrize(
    ("days", "said", "figures", "words"),
    [
        pytest.param(
            60, "likely", "at_risk_actionable", "but the figures said at_risk_actionable", id="they differ"
        ),
        pytest.param(60, "likely", "likely", "forecast likely", id="they agree"),
        pytest.param(60, None, None, "no forecast yet", id="nobody called within the gate"),
        pytest.param(91, None, None, "health 80", id="nobody has to yet"),
    ],
)
def test_the_digest_says_where_a_person_and_the_figures_disagree(days, said, figures, words):
    line = RenewalLine("s", "Acme", TODAY, days, None, "USD", 80, None, said, figures)
    assert renewal_words(line).endswith(words)
