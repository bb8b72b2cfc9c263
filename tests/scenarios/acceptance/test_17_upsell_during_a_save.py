"""17: a sign of growth while the account is being saved: nothing is offered, and it is not forgotten."""

from __future__ import annotations

from datetime import timedelta

from store.tables import PlaybookRun

HEAD = "account_id,kind,value,note,observed_on"


def test_feature_utilisation_a_sign_of_growth_during_a_save_waits_until_the_save_has_ended(story):
    story.looks_daily = "Casa Norte Home"
    story.publish("upsell")
    story.tell("""
        Diego: /cs play start save @Casa Norte
        Diego presses Start for Casa Norte Home
        -- 8 hours
        Diego hears: Why now: … A question for you
        Diego: /cs play start upsell @Casa Norte
        Diego sees: does not start for Casa Norte Home now: the account is being saved
    """)
    story.wait(timedelta(days=20))  # 418 of 420 seats are in use all the time
    assert not story.rows(PlaybookRun, PlaybookRun.playbook == "upsell")
    story.tell("""
        Diego: /cs play stop @Casa Norte
        Diego hears: “Account at risk” for Casa Norte Home is stopped
        Diego presses Done (on: L2: Casa Norte Home is at risk)
        -- 5 days
    """)
    assert story.run("Casa Norte Home", "upsell").started_by == "automatic"
