"""16: NPS 8, and then the question how everything is exported: the two do not go together, and the CSM is told."""

from __future__ import annotations


def test_a_good_score_and_a_question_about_exporting_everything_is_told_as_a_contradiction(story):
    story.looks_daily = "Harbour Bakery Group"
    story.tell("-- 2 days")
    story.imports(
        "usage",
        "account_id,kind,value,note,observed_on",
        "harbour-bakery,nps,8,Your people are great,2026-03-05",
    )
    story.tell("""
        Isla: How do I export all our data, everything, if we leave?
        -- 1 day
        Priya hears: A survey says 8 of 10, and Isla Brennan asks like somebody who is leaving. … “How do I export all our data
    """)
    assert len(story.tasks("Harbour Bakery Group")) == 1
    story.tell("""
        -- 3 days
    """)
    assert len(story.tasks("Harbour Bakery Group")) == 1
