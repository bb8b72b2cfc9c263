"""3: a mid-market customer's preview is edited: the edited text goes out, the original is kept."""

from __future__ import annotations

from bot.blocks.playbook_modals import TEXT

EDITED = "Amelia, what would make March a good month for you?"


def test_cs_engagement_an_edited_preview_goes_out_as_edited_and_the_original_is_kept(story):
    story.tell("""
        Priya: /cs play start onboarding @Fresh Fields
        Priya presses Start for Fresh Fields Market
        Priya hears: Message to Amelia Ortiz … Hi Amelia, I'm Guidepost
        Amelia hears nothing
        Priya presses Edit
    """)
    story.form("Priya", **{TEXT: EDITED})
    story.tell(f"""
        Priya sees: Changed and approved by Priya Raman; it goes out Wed 4 March at 10:00 MST, Amelia's time
        -- 2 days
        Amelia hears: {EDITED}
        Priya sees: Sent to Amelia Ortiz
    """)
    run = story.run("Fresh Fields Market", "onboarding")
    assert run.snapshot["steps"]["O1"]["original_text"].startswith("Hi Amelia, I'm Guidepost")
    assert story.steps(run)["O1"].text == EDITED
    assert story.heard("Amelia", "Priya Raman is your person") == []
