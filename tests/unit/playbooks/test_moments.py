"""A step's moment as people say it."""

import pytest

from playbooks.moments import moment_words
from playbooks.terms import When
from playbooks.types import AnchorSpec

ANCHORS = {"T": AnchorSpec(fact="trial_end"), "K": AnchorSpec(fact="kickoff_on")}


@pytest.mark.parametrize(
    ("when", "words"),
    [
        pytest.param(When("C"), "on the day of the contract start", id="the day itself"),
        pytest.param(When("R", -90), "90 days before the renewal date", id="before"),
        pytest.param(When("S", 1), "1 day after the start of the run", id="one day"),
        pytest.param(When("K", 2), "2 days after the kickoff", id="an anchor of the playbook"),
        pytest.param(
            When("K", to="T", percent=50), "halfway from the kickoff to the trial end", id="half of a way"
        ),
        pytest.param(
            When("K", to="T", percent=80), "80 % of the way from the kickoff to the trial end", id="a part"
        ),
    ],
)
def test_a_moment_is_said_in_words(when, words):
    assert moment_words(when, ANCHORS) == words
