"""24: a plan by the month has no renewal to talk about; once a quarter it hears what the quarter gave it instead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store.tables import PlaybookRun

HEAD = (
    "subscription_id,account_id,plan,started_on,renews_on,period,auto_renews,notice_days,arr,currency,status"
)
MONTHLY = "sub-crust-1,corner-crust,Starter,2025-12-04,2026-04-01,monthly,true,0,1380,USD,active"


@pytest.fixture
def by_the_month(story):
    """Corner Crust pays by the month since 4 December, so that a quarter is over on 4 March."""
    story.imports("subscriptions", HEAD, MONTHLY)
    story.looks_daily = "Corner Crust"
    story.publish("renewal", "recap")
    return story


def test_a_plan_by_the_month_gets_no_renewal_conversation_by_hand_or_by_itself(by_the_month):
    story = by_the_month
    story.tell("""
        Tom: /cs play start renewal @Corner Crust
        Tom hears: pays by the month, so that there is no renewal
    """)
    story.wait(timedelta(days=40))  # past the day on which the month is paid for anew
    assert not story.rows(PlaybookRun, PlaybookRun.playbook == "renewal")


def test_a_plan_by_the_month_hears_once_a_quarter_what_it_got(by_the_month):
    story = by_the_month
    story.tell("""
        -- 4 days
        Sean hears: this is what the last quarter gave you, as far as we can evidence it
        Sean presses Yes
        Sean hears: Good. Until the next quarter.
    """)
    first = story.run("Corner Crust", "recap")
    assert first.started_by == "automatic"
    story.wait(timedelta(days=80))
    assert len(story.heard("Sean", "what the last quarter gave you")) == 1
    assert not story.rows(PlaybookRun, PlaybookRun.playbook == "renewal")
