"""A draft says only what the words that it is made of say."""

import pytest

from knowledge.adapters.memory import OverlapReranker, ScriptedChatModel
from knowledge.calling import ChatDesk, Limits
from knowledge.drafting import ThreadDrafts
from knowledge.grounding import GroundingCheck
from knowledge.writing import Writer

WORDS = ["Yes: bakeries get one free depot.", "Ask for it below Settings, then Billing."]


@pytest.fixture
def write(base):
    def run(reply):
        desk = ChatDesk(
            ScriptedChatModel(reply),
            base.database,
            workspace_id=base.workspace_id,
            clock=base.clock,
            limits=Limits(),
            pause=lambda _: None,
        )
        return ThreadDrafts(Writer(desk, GroundingCheck(OverlapReranker()))).write(
            "Is there a discount?", WORDS
        )

    return run


def test_what_the_words_say_is_written_without_marks(write):
    said = write("Bakeries get one free depot [1]. Ask for it below Settings, then Billing [2].")
    assert said == "Bakeries get one free depot. Ask for it below Settings, then Billing."


INVENTED = {
    "another number": "Bakeries get three free depots [1].",
    "a price": "The depot costs 90 euros less for bakeries [1].",
    "no citation": "Everybody gets a discount of 90 %.",
    "nothing found": "NO ANSWER",
}


@pytest.mark.parametrize("reply", INVENTED.values(), ids=INVENTED)
def test_what_they_do_not_say_is_not_taken(write, reply):
    assert write(reply) is None


def test_without_a_model_nothing_is_written():
    assert ThreadDrafts(None).write("Is there a discount?", WORDS) is None
