"""The path to purchase, versions of playbooks and the target market, each figure with its rows."""

import pytest

from store.insights.journey.evidence import opened
from store.insights.journey.market import market, size_of
from store.insights.journey.path import path_to_purchase
from store.insights.journey.versions import compare_versions
from store.tables import Account, Feedback, Renewal
from tests.made_journey import Journey


@pytest.fixture
def journey(database, company, clock):
    return Journey(database, company.workspace_id, company.accounts, clock.now())


def made(journey, make, *more, **cut):
    with journey.database.reading() as session:
        return make(session, journey.workspace_id, journey.cut(**cut), *more)


def say(journey, account, words, *, days):
    at = journey.ago(days)
    return journey.add(
        Feedback(workspace_id=journey.workspace_id, kind="playbook_answer", subject=f"step:{words}", slack_user_id="U0PIET",
                 account_id=journey.accounts[account], comment=words, created_at=at, updated_at=at)
    )  # fmt: skip


# The path to purchase


@pytest.fixture
def purchase(journey):
    """Prospekt asks twice, calls, answers its trial, and buys ten days ago."""
    journey.ask("pros", days=40, text="Is it expensive?")
    journey.ask("pros", days=39, text="How do I import?")
    journey.call("pros", days=30)
    journey.ask("pros", days=20, surface="dm", text="Who hosts it?")
    journey.ask("pros", days=5, text="How do I begin?")  # after the purchase
    journey.task("pros", kind="approval", days=15)  # ours
    journey.move("pros", "adoption", days=10)
    return journey


def test_analyse_path_to_purchase_touchpoints_in_their_order_with_the_days_between(purchase):
    path = made(purchase, path_to_purchase)
    (way,) = path.ways
    assert (way.account, way.because) == ("Prospekt AG", "stage")
    assert [(stop.touchpoint.key, stop.figure.value) for stop in way.stops] == [
        ("question.channel", 2),
        ("activity.call", 1),
        ("question.dm", 1),
    ]
    told = [
        (point.touchpoint.key, point.days_before.value, point.days_to_next.value) for point in path.points
    ]
    assert [(key, round(before), after and round(after)) for key, before, after in told] == [
        ("question.channel", 30, 10),
        ("activity.call", 20, 10),
        ("question.dm", 10, None),
    ]
    assert round(path.days.value) == 30
    assert path.questions.value == 3


def test_objections_of_prospects_are_told_by_kind_with_their_words(purchase):
    say(purchase, "pros", "The price is too high for us", days=25)
    say(purchase, "pros", "Far too expensive, and you know it", days=2)  # after the purchase

    def find(words):
        return "Too expensive" if "expensive" in words or "price" in words else None

    (concern,) = made(purchase, path_to_purchase, find).concerns
    assert (concern.label, concern.asked.value, concern.wrote.value, concern.accounts.value) == (
        "Too expensive", 1, 1, 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("prepare", "because"),
    [
        pytest.param(lambda j: j.move("pros", "adoption", days=9), "stage", id="its stage"),
        pytest.param(
            lambda j: j.run("pros", playbook="evaluation", days=30, ended=9, state="finished", outcome="won"), "trial",
            id="the end of its trial",
        ),
        pytest.param(lambda j: j.term("pros", started=9, renews=-300), "contract", id="its first contract"),
    ],
)  # fmt: skip
def test_an_account_is_won_by_whichever_is_known_first(journey, prepare, because):
    prepare(journey)
    (way,) = made(journey, path_to_purchase).ways
    assert (way.account_id, way.because) == (journey.accounts["pros"], because)


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(lambda j: j.move("nord", "renewal", days=9), id="a customer goes on"),
        pytest.param(lambda j: j.move("pros", "consideration", days=9), id="a prospect goes back"),
        pytest.param(lambda j: j.term("nord", started=200, renews=-100), id="before the period"),
        pytest.param(
            lambda j: j.run("pros", playbook="evaluation", days=30, ended=9, state="finished", outcome="lost"),
            id="a trial that was lost",
        ),
    ],
)  # fmt: skip
def test_nobody_is_won_who_was_not(journey, prepare):
    prepare(journey)
    path = made(journey, path_to_purchase)
    assert (path.won.value, path.points, path.days.value) == (0, (), None)


# Versions


def two_versions(journey, finished_before, finished_now, of=30):
    for version, finished in (("1.0.0", finished_before), ("1.1.0", finished_now)):
        for n in range(of):
            state = "finished" if n < finished else "stopped"
            journey.run(version=version, days=40, ended=10, state=state, goal=n < finished)


def test_analyse_and_iterate_versions_are_compared_and_only_what_is_beyond_noise_is_told(journey):
    two_versions(journey, 6, 26)
    (compared,) = made(journey, compare_versions).playbooks
    newest, before = compared.versions
    assert (newest.label, before.label) == ("1.1.0", "1.0.0")
    assert (newest.completion.part.value, newest.completion.whole.value) == (26, 30)
    assert [(one.label, one.direction) for one in compared.differences] == [
        ("finished", "better"),
        ("goal reached", "better"),
    ]


def test_a_small_difference_or_little_data_is_no_difference(journey):
    two_versions(journey, 14, 16)
    journey.run(playbook="renewal", version="1", days=20, ended=10, state="finished")
    journey.run(playbook="renewal", version="2", days=20, ended=10, state="stopped")
    assert all(not one.differences for one in made(journey, compare_versions).playbooks)


def test_a_version_shows_replies_and_csat_of_its_own_runs(journey):
    run = journey.run(days=20)
    journey.step(run, hours=2, answer="2", survey="csat")
    journey.step(run, state="expired")
    journey.step(run, to_staff=True, state="expired")
    (compared,) = made(journey, compare_versions).playbooks
    (version,) = compared.versions
    assert (version.response.part.value, version.response.whole.value) == (1, 2)
    assert (version.csat.part.value, version.csat.whole.value) == (0, 1)
    assert version.completion.value is None


# The market


def describe(journey, account, **values):
    with journey.database.transaction() as session:
        row = session.get(Account, journey.accounts[account])
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)


def close(journey, term, outcome, *, days=5):
    journey.add(
        Renewal(workspace_id=journey.workspace_id, account_id=term.account_id, subscription_id=term.id,
                term_end=term.renews_on, outcome=outcome, on_time=True, closed_by="U0OMAR", closed_at=journey.ago(days))
    )  # fmt: skip


def test_understand_target_market_which_industries_and_sizes_are_won_kept_and_lost(journey):
    describe(journey, "nord", industry="Logistics", seats=8)
    describe(journey, "bolt", industry="Retail", seats=300)
    describe(journey, "pros", industry="Logistics", seats=40)
    close(journey, journey.term("nord", started=400, renews=5), "renewed_flat")
    close(journey, journey.term("bolt", started=400, renews=5), "churned")
    journey.move("pros", "adoption", days=9)
    rows = {(one.dimension, one.value): one for one in made(journey, market).rows}
    logistics, retail = rows["industry", "Logistics"], rows["industry", "Retail"]
    assert [f.value for f in (logistics.won, logistics.kept, logistics.lost)] == [1, 1, 0]
    assert [f.value for f in (retail.won, retail.kept, retail.lost)] == [0, 0, 1]
    assert (retail.customers.value, logistics.customers.value) == (0, 2)
    assert (retail.retention.value, logistics.retention.value) == (0, 1)
    assert rows["industry", "not known"].customers.value == 1
    assert rows["size", "up to 10 seats"].kept.value == rows["size", "more than 200 seats"].lost.value == 1
    for dimension in ("industry", "size", "segment"):
        of = [one for (name, _), one in rows.items() if name == dimension]
        assert [
            sum(f.value for f in fs) for fs in zip(*((o.won, o.kept, o.lost) for o in of), strict=True)
        ] == [1, 1, 1]


@pytest.mark.parametrize(
    ("status", "outcome", "kept", "lost"),
    [
        pytest.param("renewed", None, 1, 0, id="renewed by the file"),
        pytest.param("churned", None, 0, 1, id="churned by the file"),
        pytest.param("active", None, 0, 0, id="still running"),
        pytest.param("active", "superseded", 0, 0, id="replaced by another contract"),
        pytest.param("churned", "renewed_late", 1, 0, id="what was recorded counts before the file"),
    ],
)
def test_a_term_ends_as_was_recorded_or_as_the_file_says(journey, status, outcome, kept, lost):
    term = journey.term("nord", started=370, renews=5, status=status)
    if outcome:
        close(journey, term, outcome)
    row = next(one for one in made(journey, market).rows if one.dimension == "segment")
    assert (row.kept.value, row.lost.value) == (kept, lost)


@pytest.mark.parametrize(
    ("seats", "size"),
    [(None, "not known"), (0, "up to 10 seats"), (10, "up to 10 seats"), (11, "11-50 seats"), (201, "more than 200 seats")],
)  # fmt: skip
def test_sizes_go_by_seats(seats, size):
    assert size_of(seats) == size


def test_every_figure_of_path_versions_and_market_opens_its_rows(purchase):
    two_versions(purchase, 1, 2, of=3)
    purchase.step(purchase.run(days=20), hours=2, answer="2", survey="csat")
    say(purchase, "pros", "The price is too high for us", days=25)
    with purchase.database.reading() as session:
        cut = purchase.cut()
        views = (
            path_to_purchase(session, purchase.workspace_id, cut, lambda _: "Too expensive"),
            compare_versions(session, purchase.workspace_id, cut),
            market(session, purchase.workspace_id, cut),
        )
        for view in views:
            figures = list(view.all_figures)
            rows = opened(session, purchase.workspace_id, figures)
            assert any(figure.value for figure in figures)
            for figure in figures:
                assert [row.id for row in rows[figure.key]] == list(figure.evidence), figure.key


@pytest.mark.parametrize("make", [path_to_purchase, compare_versions, market], ids=lambda make: make.__name__)
def test_nothing_of_accounts_outside_the_scope_is_told(purchase, make):
    two_versions(purchase, 1, 2, of=3)
    view = made(purchase, make, accounts=["free"])
    found = {one for figure in view.all_figures for one in figure.evidence}
    assert found <= {purchase.accounts["free"]}
