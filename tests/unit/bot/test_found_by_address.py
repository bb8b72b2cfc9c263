"""Somebody whose Slack id nobody knew is found by their address: what they answer counts as the contact's."""

from __future__ import annotations

from store.tables import Contact
from tests.story import Story


def test_the_answer_of_a_contact_who_was_found_by_their_address_is_recorded_and_not_asked_for_again(bot):
    story = Story(bot)
    story.change(Contact, "Mira Shah", slack_user_id=None)
    story.tell(
        """
        Tom: /cs play start onboarding @Petal & Post
        Tom presses Start for Petal & Post
        Mira hears: good first month
        Mira presses Our whole team uses it (on: good first month)
        """
    )
    [contact] = story.rows(Contact, Contact.name == "Mira Shah")
    assert contact.slack_user_id == "U0MIRA"
    answered = [one for one in story.steps(story.run("Petal & Post", "onboarding")).values() if one.answer]
    assert [one.state for one in answered] == ["answered"]
