"""The journey map: every touch stands once, where the account stood then; every figure is the number of its rows."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from store.insights.journey.audit import audit
from store.insights.journey.evidence import opened
from store.insights.journey.mapping import QUIET_AFTER, cell_of, heard_moments, journey_map
from store.insights.journey.touches import QUESTION
from store.insights.journey.values import Touch
from store.tables import Contact, StaffMember
from tests.made_journey import Journey


@pytest.fixture
def journey(database, company, clock):
    return Journey(database, company.workspace_id, company.accounts, clock.now())


def map_of(journey, **cut):
    with journey.database.reading() as session:
        return journey_map(session, journey.workspace_id, journey.cut(**cut))


def cell(made, key):
    return next(one for one in (*made.cells, *made.topics) if one.key == key)


def everything(journey):
    """One touch of every kind."""
    run = journey.run()
    journey.ask(article="Exports", ratings=(1, -1))
    journey.ask(surface="dm", status="refused")
    journey.ask(surface="command")
    journey.step(run, hours=3, answer="4", survey="csat")
    journey.task(hours=2)
    journey.task(kind="playbook", run=run, hours=30)
    journey.call()
    journey.call(kind="email")
    journey.open_article()


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("adoption:question.channel", "question"),
        ("adoption:question.dm", "question"),
        ("adoption:question.command", "question"),
        ("adoption:step.onboarding.O2", "step"),
        ("adoption:handover", "task"),
        ("adoption:task.onboarding", "task"),
        ("adoption:activity.call", "activity"),
        ("adoption:activity.email", "activity"),
        ("adoption:opening", "opening"),
        ("all:article.Exports", "question"),
    ],
)
def test_map_of_touchpoints_and_actions_every_kind_of_row_is_a_touchpoint(journey, key, kind):
    everything(journey)
    found = cell(map_of(journey), key)
    assert (found.volume.value, found.volume.kind) == (1, kind)
    assert found.accounts.evidence == (journey.accounts["nord"],)


def test_every_figure_is_the_number_of_the_rows_that_it_opens(journey):
    everything(journey)
    made = map_of(journey)
    figures = [*made.all_figures, *audit(made).all_figures]
    with journey.database.reading() as session:
        rows = opened(session, journey.workspace_id, figures)
    assert len(figures) > 80
    for figure in figures:
        assert [row.id for row in rows[figure.key]] == list(figure.evidence), figure.key
    assert {row.account for found in rows.values() for row in found} == {"Nordwind GmbH"}


def test_rows_of_another_workspace_do_not_open(journey):
    everything(journey)
    with journey.database.reading() as session:
        assert not any(opened(session, "another", map_of(journey).all_figures).values())


def test_a_step_shows_replies_waits_and_csat(journey):
    run = journey.run()
    for hours, answer in ((1, "5"), (2, "4"), (3, "1"), (None, None)):
        journey.step(run, hours=hours, answer=answer, survey="csat", state=None if hours else "expired")
    found = cell(map_of(journey), "adoption:step.onboarding.O2")
    assert (found.response.part.value, found.response.whole.value) == (3, 4)
    assert (found.csat.part.value, found.csat.whole.value) == (2, 3)
    assert found.wait.metric.value == 120
    assert found.touchpoint.label == "Onboarding: Step O2"


def test_a_question_that_may_still_be_answered_counts_neither_way(journey):
    run = journey.run()
    journey.step(run, days=1)
    journey.ask(status="clarify")
    journey.ask(status=None, days=0.01)
    journey.ask(status=None, days=2)
    made = map_of(journey)
    assert cell(made, "adoption:step.onboarding.O2").response.value is None
    asked = cell(made, "adoption:question.channel")
    assert (asked.volume.value, asked.response.part.value, asked.response.whole.value) == (3, 0, 1)


def test_what_playbooks_ask_our_own_people_is_no_touch(journey):
    journey.step(journey.run(), to_staff=True)
    assert map_of(journey).cells == ()


def test_questions_of_our_own_people_are_no_touch(journey):
    with journey.database.reading() as session:
        omar = session.exec(select(StaffMember).where(StaffMember.slack_user_id == "U0OMAR")).one()
    journey.ask(who=omar.slack_user_id)
    journey.ask(surface="cli")
    assert map_of(journey).cells == ()


def test_waits_run_in_business_hours_of_the_account(journey):
    journey.task(days=3, hours=72)  # from Friday 10:00 to Monday 10:00: a working day of nine hours
    assert cell(map_of(journey), "adoption:handover").wait.metric.value == 9 * 60


def test_segment_customer_base_a_touch_stands_where_the_account_stood_at_that_moment(journey):
    journey.move("pros", "adoption", days=20)
    journey.move("pros", "ENT", days=20, kind="segment")
    journey.ask("pros", days=30)
    journey.ask("pros", days=10)
    made = map_of(journey)
    assert [one.stage for one in made.cells] == ["decision", "adoption"]
    assert made.stages == ("decision", "adoption")
    (move,) = made.moves
    assert (move.before, move.after, move.figure.value) == ("decision", "adoption", 1)
    assert map_of(journey, segment="MM").stages == ("decision",)
    assert map_of(journey, segment="ENT").stages == ("adoption",)


def test_build_buyer_personas_the_map_can_be_cut_by_persona(journey):
    with journey.database.transaction() as session:
        ana = session.exec(select(Contact).where(Contact.slack_user_id == "U0ANA")).one()
        ana.persona = "admin"
        session.add(ana)
    journey.ask(who="U0ANA")
    journey.ask(who="U0SOMEBODY")
    assert cell(map_of(journey, persona="admin"), "adoption:question.channel").volume.value == 1


def test_who_was_not_heard_from_again_has_dropped_off(journey):
    journey.ask("nord", days=40)
    journey.open_article("nord", days=30)  # within two weeks
    journey.ask("bolt", days=40)
    journey.call("bolt", days=25)  # a day too late
    found = {one.stage: one for one in map_of(journey).cells if one.touchpoint.key == "question.channel"}
    assert found["adoption"].drop_off.value == 0
    assert found["renewal"].drop_off.value == 1
    assert found["renewal"].drop_off.part.evidence == found["renewal"].volume.evidence


def test_who_has_time_left_to_be_heard_from_is_not_counted_as_dropped_off(journey):
    journey.ask(days=QUIET_AFTER.days - 1)
    assert cell(map_of(journey), "adoption:question.channel").drop_off.value is None


def test_the_map_holds_only_accounts_of_its_scope(journey):
    journey.ask("nord")
    journey.ask("bolt")
    made = map_of(journey, accounts=["bolt"])
    assert {one for figure in made.all_figures if figure.kind == "account" for one in figure.evidence} == {
        journey.accounts["bolt"]
    }


def test_nothing_met_is_an_empty_map_and_an_empty_audit(journey):
    made = map_of(journey)
    assert (made.cells, made.stages, audit(made).red, audit(made).checked) == ((), (), (), 0)


# The audit


def test_audit_touchpoints_low_csat_at_one_article_leads_the_red_list_with_its_threads(journey):
    for n in range(8):
        journey.ask(days=5 + n / 10, article="SSO setup", ratings=(-1,) if n < 7 else (1,))
        journey.ask(days=5 + n / 10, article="Exports", ratings=(1,))
    first, *others = audit(map_of(journey)).red
    assert first.cell.key == "all:article.SSO setup"
    assert others == []  # the channel in which it was asked is not to blame
    assert (first.actual.part.value, first.actual.whole.value, first.target) == (1, 8, 0.8)
    assert first.impact == pytest.approx(8 * (0.8 - 1 / 8))
    assert first.is_sure
    with journey.database.reading() as session:
        rows = opened(session, journey.workspace_id, [first.misses])[first.misses.key]
    assert len(rows) == 7
    assert rows[0].at > rows[-1].at


def test_a_place_with_bad_ratings_of_its_own_stands_beside_a_bad_article(journey):
    for n in range(6):
        journey.ask(days=5 + n / 10, article="SSO setup", ratings=(-1,))
        journey.ask(days=5 + n / 10, article=f"Other {n}", ratings=(-1,))
    keys = {one.cell.key for one in audit(map_of(journey)).red}
    assert keys == {"all:article.SSO setup", "adoption:question.channel"}


def test_the_red_list_is_ranked_by_what_mending_would_change(journey):
    for n in range(20):
        journey.ask(days=5 + n / 10, status="refused" if n < 10 else "answered")
    for n in range(6):
        journey.ask(days=5 + n / 10, surface="dm", status="refused")
    found = [(one.cell.key, one.impact) for one in audit(map_of(journey)).red if one.measure == "response"]
    assert found == [
        ("adoption:question.channel", pytest.approx(20 * 0.3)),
        ("adoption:question.dm", pytest.approx(6 * 0.8)),
    ]


def test_below_five_it_is_too_few_to_tell(journey):
    for _ in range(4):
        journey.ask(status="refused")
    found = audit(map_of(journey))
    assert [one.cell.key for one in found.thin] == ["adoption:question.channel"]
    assert found.red == ()


def test_a_share_whose_interval_reaches_the_target_is_red_but_not_sure(journey):
    for n in range(6):
        journey.ask(status="refused" if n < 2 else "answered")
    (one,) = audit(map_of(journey)).red
    assert not one.is_sure


# What always holds

touches_of = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 60), st.booleans(), st.sampled_from([None, True, False])),
    max_size=30,
)


@given(touches_of)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_shares_lie_between_nothing_and_everything_and_parts_are_among_their_whole(given_touches):
    from tests.conftest import FixedClock

    now = FixedClock().now()
    point = QUESTION["dm"]
    here = sorted(
        (
            Touch(
                point, str(n), f"a{account}", now - timedelta(days=days), "adoption", "MM", is_answered=answered,
                ratings=((f"r{n}", heard),), heard_at=now - timedelta(days=days) if heard else None,
            )
            for n, (account, days, heard, answered) in enumerate(given_touches)
        ),
        key=lambda touch: (touch.at, touch.row),
    )  # fmt: skip
    found = cell_of("adoption", point, here, heard_moments(here), now)
    assert found.volume.value == len(given_touches)
    assert found.drop_off.whole.value <= found.accounts.value <= found.volume.value
    for rate in (found.response, found.csat, found.drop_off):
        assert set(rate.part.evidence) <= set(rate.whole.evidence)
        assert rate.value is None or 0 <= rate.value <= 1


@given(
    picked=st.lists(st.sampled_from(["ask", "dm", "call", "open", "task", "step"]), max_size=8),
    data=st.data(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8, deadline=None)
def test_volumes_of_all_cells_add_up_to_the_touches_and_none_is_outside_the_scope(
    sqlite_journey, picked, data
):
    before = sum(one.volume.value for one in map_of(sqlite_journey).cells)
    for name in picked:
        account = data.draw(st.sampled_from(["nord", "bolt", "pros"]))
        days = data.draw(st.integers(1, 80))
        if name == "ask":
            sqlite_journey.ask(account, days=days)
        elif name == "dm":
            sqlite_journey.ask(account, days=days, surface="dm", who="U0NEW")
        elif name == "call":
            sqlite_journey.call(account, days=days)
        elif name == "open":
            sqlite_journey.open_article(account, days=days, uri=f"{data.draw(st.uuids())}.md")
        elif name == "task":
            sqlite_journey.task(account, days=days)
        else:
            sqlite_journey.step(sqlite_journey.run(account, days=days), days=days)
    assert sum(one.volume.value for one in map_of(sqlite_journey).cells) == before + len(picked)
    some = map_of(sqlite_journey, accounts=["nord"])
    rest = map_of(sqlite_journey, accounts=["bolt", "pros", "free"])
    assert sum(one.volume.value for one in (*some.cells, *rest.cells)) == before + len(picked)
    mine = {sqlite_journey.accounts["nord"]}
    assert {id_ for one in some.cells for id_ in one.accounts.evidence} <= mine


@pytest.fixture
def sqlite_journey(database, company, clock):
    if not database.is_sqlite:
        pytest.skip("The same in Python: once is enough.")
    return Journey(database, company.workspace_id, company.accounts, clock.now())


@pytest.mark.parametrize("days", [7, 30, 90])
def test_segments_add_up_to_the_whole_and_every_slice_opens_its_rows(sqlite_journey, days):
    everything(sqlite_journey)
    sqlite_journey.ask("bolt", days=20, who="U0CARA")
    sqlite_journey.move("bolt", "ENT", days=15, kind="segment")
    sqlite_journey.ask("bolt", days=3, who="U0CARA")
    slices = [map_of(sqlite_journey, days=days, segment=segment) for segment in ("SMB", "MM", "ENT")]
    whole = map_of(sqlite_journey, days=days)
    assert sum(one.volume.value for made in slices for one in made.cells) == sum(
        one.volume.value for one in whole.cells
    )
    with sqlite_journey.database.reading() as session:
        for made in (*slices, whole, map_of(sqlite_journey, days=days, persona="end_user")):
            figures = [*made.all_figures, *audit(made).all_figures]
            rows = opened(session, sqlite_journey.workspace_id, figures)
            assert all(len(rows[figure.key]) == figure.value for figure in figures)
