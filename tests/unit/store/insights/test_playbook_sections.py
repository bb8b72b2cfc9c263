"""What the digest says of playbooks, surveys and onboarding."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.insights.asked import Asked, Questions
from store.insights.confirming import is_thanks
from store.insights.sections import surveys
from store.insights.sections.onboarding import Beginnings, onboarding_section
from store.insights.sections.plays import plays_section
from store.insights.sections.questions import CONFIRMED_BY, UNSETTLED, questions_section
from store.insights.sections.voice import Said, quotes
from tests.made_frame import account, ago, frame, plays, run, step, task


def counts(section):
    return {figure.key.partition(".")[2]: figure.value for figure in section.figures}


def by_key(found):
    return {one.key: one for one in found}


# Playbooks


def test_goals_count_only_where_there_is_one_and_only_in_its_time():
    met = {"goal_met_at": ago(5).isoformat()}
    runs = [
        run(started=20, ended=2, snapshot=met),
        run(started=90, ended=2, snapshot=met),
        run(started=20, ended=2, snapshot={}),
        run(started=20, ended=2, state="stopped", snapshot=met),
        run(started=20, ended=9, snapshot=met),
    ]

    made = plays_section(frame(), plays(*runs, within=21))
    none = plays_section(frame(), plays(*runs))

    assert (counts(made)["with_goal"], counts(made)["goal_hit"], counts(made)["ended"]) == (3, 1, 4)
    assert by_key(made.rates)["runs.goal_share"].value == pytest.approx(1 / 3)
    assert by_key(none.rates)["runs.goal_share"].value is None


def test_a_question_counts_when_it_was_answered_or_has_run_out_and_its_person_is_still_there():
    one = run()
    steps = [
        step(one, state="answered"),
        step(one, "O2", state="expired"),
        step(one, "O3", state="sent"),
        step(one, "O4", state="expired", is_active=False),
        step(one, "O5", state="answered", contact=None),
        step(one, "O6", state="answered", days=9),
        step(one, "O7", state="planned"),
    ]

    made = plays_section(frame(), plays(one, steps=steps))

    assert [counts(made)[key] for key in ("asked", "settled", "answered", "expired")] == [3, 2, 1, 1]
    assert by_key(made.rates)["steps.response"].value == 0.5


def test_the_step_that_is_answered_least_is_named_once_there_are_enough_answers():
    one = run()
    many = [step(one, "O1", contact=f"c{n}") for n in range(5)]
    few = [step(one, "O2", state="expired", contact=f"c{n}") for n in range(4)]

    assert plays_section(frame(), plays(one, steps=many + few)).lines == ()

    made = plays_section(frame(), plays(one, steps=[*many, *few, step(one, "O2", contact="c9")]))
    assert [(line.text, line.because) for line in made.lines] == [
        ("answered most: onboarding, About O1", "5 of 5 answered"),
        ("answered least: onboarding, About O2", "1 of 5 answered"),
    ]


# Surveys


def nps(of_run, value, *, contact="c1", days=1.0, words=None, **values):
    said = {"survey": "nps", "answer": str(value), "answer_text": words} | values
    return step(of_run, "N1", contact=contact, days=days, **said)


def test_recommendation_counts_the_newest_answer_of_each_person_with_its_rows():
    one = run()
    steps = [
        nps(one, 3, days=3),
        nps(one, 9, days=1),
        nps(one, 6, contact="c2"),
        nps(one, 10, contact="c3", days=9),
        nps(one, 11, contact="c4"),
        nps(one, "dismissed", contact="c5"),
    ]

    measures, missing = surveys.survey_measures(frame(), plays(one, steps=sorted_(steps)))

    found = by_key(measures)
    assert (found["voice.nps"].value, found["voice.nps"].metric.n, found["voice.nps"].figure.value) == (
        0,
        2,
        2,
    )
    assert found["voice.nps"].before.n == 1
    assert found["voice.nps"].shown_as == "list"
    assert found["voice.nps_90d"].metric.n == 3
    assert missing == ("CSAT: not asked.", "CES: not asked.")


def sorted_(steps):
    return sorted(steps, key=lambda one: one.row.updated_at)


def test_asked_and_not_answered_is_another_thing_than_not_asked():
    one = run()
    waiting = step(one, survey="csat", state="sent")

    _, missing = surveys.survey_measures(frame(), plays(one, steps=[waiting]))

    assert missing == ("CSAT: asked 1, none answered.", "CES: not asked.", "NPS: not asked.")


@pytest.mark.parametrize(
    ("n", "before", "expected"),
    [(50, 50, "down"), (49, 50, None), (50, 49, None)],
    ids=["enough in both", "too few now", "too few before"],
)
def test_recommendation_has_an_arrow_from_fifty_answers_a_period(n, before, expected):
    one = run()
    steps = [nps(one, 2, contact=f"n{i}") for i in range(n)]
    steps += [nps(one, 10, contact=f"b{i}", days=9) for i in range(before)]

    measures, _ = surveys.survey_measures(frame(), plays(one, steps=sorted_(steps)))

    assert by_key(measures)["voice.nps"].trend == expected


FOLLOW_UPS = [
    pytest.param(None, 0.5, "nobody has followed up, within two working days", id="fresh"),
    pytest.param(None, 6, "nobody has followed up, over two working days ago", id="late"),
    pytest.param({"done": 0.2}, 6, "followed up 2 Mar", id="done"),
    pytest.param({"done": None}, 6, "follow-up open: Call Ana, over two working days ago", id="open"),
]


@pytest.mark.parametrize(("work", "days", "expected"), FOLLOW_UPS)
def test_a_low_score_is_a_line_with_the_words_and_what_has_become_of_it(work, days, expected):
    one = run()
    low = nps(one, 3, days=days, words="Too slow")
    follow_ups = {low.row.id: task("Call Ana", **work)} if work else {}
    here = frame()

    line = surveys.low_lines(here, surveys.low_scores(here, plays(one, steps=[low])), follow_ups)[0]

    assert (line.text, line.account, line.quote, line.because) == (
        "NPS 3 of 10",
        "Nord",
        "Too slow",
        expected,
    )


def test_of_one_account_one_low_score_is_quoted_and_all_are_counted():
    one, other = run(), run(of="bolt")
    here = frame(account(arr_minor=100), account("bolt", arr_minor=900))
    known = plays(one, other, steps=[nps(one, 3), nps(one, 4, contact="c2"), nps(other, 6, contact="c3")])

    lines = surveys.low_lines(here, surveys.low_scores(here, known), {})

    assert [line.account for line in lines] == ["Bolt", "Nord"]
    assert surveys.survey_figures(here, known)[2].value == 3


@given(values=st.lists(st.integers(0, 10), max_size=40))
def test_scores_stay_on_their_scale_and_their_rows_are_as_many_as_their_answers(values):
    one = run()
    steps = [nps(one, value, contact=f"c{n}") for n, value in enumerate(values)]

    measures, _ = surveys.survey_measures(frame(), plays(one, steps=steps))

    for found in measures:
        assert -100 <= found.value <= 100
        assert found.metric.n == found.figure.value == len(values)


def asked(name, *, days, status="answered", who="U1", said="How do I export?", minutes=2.0):
    answered = None if status is None else ago(days) + timedelta(minutes=minutes)
    answer = None if status is None else f"a{name}"
    return Asked(name, said, "C1", "1.0", ago(days), who, "c1", "nord", answer, status, None, answered)


def test_a_question_is_assumed_solved_where_it_was_answered_without_a_person_and_not_asked_again():
    rows = Questions(
        asked=[asked("new", days=2), asked("again", days=6, said="how do i export? ")],
        earlier=[
            asked("solved", days=9, who="U2"),
            asked("repeated", days=8),
            asked("passed on", days=8, who="U3"),
            asked("unsourced", days=8, who="U4"),
            asked("refused", days=8, who="U5", status="refused"),
        ],
        cited=frozenset({"anew", "aagain", "asolved", "arepeated", "apassed on", "arefused"}),
        handed=frozenset({"apassed on"}),
    )

    made = by_key(questions_section(frame(), rows).measures)["questions.assumed"]

    assert (made.metric.numerator, made.metric.n, made.figure.value) == (1, 5, 5)


def test_whether_questions_of_this_week_stayed_solved_is_not_known_yet_and_never_said_to_be_confirmed():
    made = questions_section(frame(), Questions([asked("new", days=2), asked("open", days=1, status=None)]))

    assert [(one.key, one.value, one.metric.n) for one in made.measures] == [("questions.first_answer", 2, 1)]
    assert made.missing == (UNSETTLED, CONFIRMED_BY)


def test_what_the_asker_thanked_for_is_confirmed_until_they_ask_again_within_three_days():
    thanked, reopened, later = "thanked for", "asked again", "asked again a week later"
    rows = Questions(
        asked=[
            asked(thanked, days=13, who="U1"),
            asked("1", days=12.9, who="U1", said="Thanks, that helped!"),
            asked(reopened, days=13, who="U2"),
            asked("2", days=12.9, who="U2", said="thank you"),
            asked("3", days=11, who="U2", said="And with VAT?"),
            asked("4", days=13, who="U3", status="refused"),
            asked("5", days=12.9, who="U3", said="ok thanks"),
            asked("6", days=13, who="U4"),
            asked("7", days=12.9, who="U5", said="Thanks from somebody else"),
            asked(later, days=13, who="U6"),
            asked("8", days=12.9, who="U6", said="It works now"),
            asked("9", days=5, who="U6", said="And invoices?"),
        ]
    )

    made = by_key(questions_section(frame(days=14), rows).measures)

    assert (made["questions.confirmed"].metric.numerator, made["questions.confirmed"].metric.n) == (2, 7)
    assert made["questions.assumed"].metric.n == 6, "thanks are no question"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        pytest.param("Thanks!", True, id="thanks"),
        pytest.param("perfect, that solved it", True, id="solved"),
        pytest.param("It works now 🎉", True, id="works"),
        pytest.param("Thanks, but which plan has it?", False, id="thanks and a question"),
        pytest.param("thanks, that didn’t help", False, id="it did not help"),
        pytest.param("That solved nothing, it still fails", False, id="it still fails"),
        pytest.param("ok", False, id="ok says nothing"),
        pytest.param("How do I thank a colleague?", False, id="a question about thanking"),
        pytest.param("Thanks in advance. " + "We have a new office in Lyon. " * 3, False, id="long"),
        pytest.param("Thanks in advance for your help", False, id="in advance"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_thanks_are_told_from_what_asks_or_complains(text, is_one):
    assert is_thanks(text) is is_one


def feedback(comment, *, channel="C1", rating=-1, of="nord"):
    return Said(f"f{comment}", of, "U0ANA", rating, None, comment, ago(1), channel, "1.0")


def test_a_quote_names_nobody_and_tells_no_address():
    said = [feedback("Ask Ana Ruiz (ana@nord.example, +49 170 1234567) about <@U0BEN>")]

    made = quotes(frame(), said, names=frozenset({"Ana Ruiz"}))

    assert made[0].text == "Ask [person] ([e-mail], [phone]) about [person]"


def test_what_was_said_in_a_confidential_channel_is_not_quoted():
    said = [feedback("Open", of="nord"), feedback("Secret", channel="C2", of="bolt")]

    made = quotes(frame(account(), account("bolt")), said, confidential=frozenset({"C2"}))

    assert [one.text for one in made] == ["Open"]


def test_a_low_score_is_quoted_without_addresses():
    one = run()
    known = plays(one, steps=[nps(one, 2, words="Write to boss@nord.example")])
    here = frame()

    assert surveys.low_lines(here, surveys.low_scores(here, known), {})[0].quote == "Write to [e-mail]"


# Onboarding


def test_runs_are_on_track_behind_or_stuck_and_each_is_one_of_them():
    fresh, late, stuck, resting = (
        run(started=5),
        run(started=22),
        run(started=10),
        run(state="paused", started=40),
    )
    waiting = step(stuck, "O3", state="held", due_at=ago(6), days=6)
    known = plays(fresh, late, stuck, resting, run("renewal"), steps=[waiting], within=21)

    made = onboarding_section(frame(), known, Beginnings())

    assert counts(made) == {"open": 4, "on_track": 1, "behind": 1, "stuck": 2}
    assert [line.because for line in made.lines] == ["“About O3” was due 24 Feb", "it is paused"]


def test_the_first_meeting_value_and_end_are_counted_from_the_contract():
    one, other = run(started=20, ended=2), run(of="bolt", started=30)
    first = Beginnings(
        contracts={"nord": [ago(400).date(), ago(22).date()]},
        met_on={"nord": [ago(300).date(), ago(10).date()]},
        value_on={"nord": ago(25).date(), "bolt": ago(10).date()},
    )

    found = by_key(onboarding_section(frame(account(), account("bolt")), plays(one, other), first).measures)

    assert {
        key: (one.value, one.metric.n, one.figure.value) for key, one in found.items() if "cohort" not in key
    } == {
        "onboarding.tte": (12, 1, 1),
        "onboarding.ttfv": (8.5, 2, 2),
        "onboarding.tto": (20, 1, 1),
    }
    assert [one.target for one in found.values()][:3] == [14, 30, 45]


def test_of_a_cohort_only_those_count_whose_time_is_over():
    done, late, has_time = run(started=55, ended=20), run(of="bolt", started=70), run(of="free", started=10)

    made = onboarding_section(frame(), plays(done, late, has_time), Beginnings())

    cohorts = [
        (one.label, one.metric.numerator, one.metric.n) for one in made.measures if "cohort" in one.key
    ]
    assert cohorts == [
        ("onboarded within 45 days, begun Dec 2025", 0, 1),
        ("onboarded within 45 days, begun Jan 2026", 1, 1),
    ]


def test_without_an_onboarding_there_is_no_nought():
    made = onboarding_section(frame(), plays(), Beginnings())

    assert made.measures == ()
    assert made.missing == ("No onboarding has begun in the last ninety days.",)


def test_a_step_that_waits_its_turn_holds_nothing_up():
    one = run()
    ahead = step(one, "O9", state="planned", due_at=ago(0) + timedelta(days=9))
    recent = step(one, "O3", state="awaiting_approval", due_at=ago(4))

    assert counts(onboarding_section(frame(), plays(one, steps=[ahead, recent]), Beginnings()))["stuck"] == 0
