"""24: a plan by the month has no renewal to talk about: no run begins, by hand or by itself."""

from __future__ import annotations

from store.tables import PlaybookRun

HEAD = (
    "subscription_id,account_id,plan,started_on,renews_on,period,auto_renews,notice_days,arr,currency,status"
)


def test_a_plan_by_the_month_gets_no_renewal_conversation(story):
    row = "sub-crust-1,corner-crust,Starter,2025-09-29,2026-04-01,monthly,true,0,1380,USD,active"
    story.imports("subscriptions", HEAD, row)
    story.tell("""
        Tom: /cs play start renewal @Corner Crust
        Tom hears: pays by the month, so that there is no renewal
    """)
    assert not story.rows(PlaybookRun)
