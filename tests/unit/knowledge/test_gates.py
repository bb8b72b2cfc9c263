from __future__ import annotations

import pytest

from knowledge.gates import Gates, Signals, confidence, is_refused, unsaid
from knowledge.types import Evidence

EVIDENCE = [
    Evidence(
        "p",
        "d",
        "Sign-on",
        ("Sign-on", "Google Workspace"),
        "sso-okta.md",
        "Sign in with SAML or an iPhone.",
        "public",
    )
]


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Does it work with Zapier?", ("Zapier",)),
        ("Can I use Google Workspace to sign in?", ()),
        ("Do you support SAML and LDAP?", ("LDAP",)),
        ("Is there an app for my iPhone or iPad?", ("iPad",)),
        ("How do we set up Okta?", ()),
        ("Reports every Monday in March?", ()),
        ("What can I do? Then what?", ()),
        ("zapier?", ()),
        ("I am not sure I'm right", ()),
    ],
)
def test_names_that_the_passages_do_not_mention_are_found(question, missing):
    assert unsaid(question, EVIDENCE) == missing


def test_confidence_grows_with_every_score_and_falls_with_what_is_missing():
    gates = Gates()
    middle = confidence(Signals(0.7, 0.65, 0.0), gates)
    assert 0 < confidence(Signals(0.5, 0.4, -11.0), gates) < gates.refuse_below
    assert confidence(Signals(0.85, 0.8, 6.0), gates) > 0.95
    assert confidence(Signals(0.7, 0.65, 4.0), gates) > middle
    assert confidence(Signals(0.7, 0.65, 0.0, unknown=0.5), gates) < middle
    assert confidence(Signals(0.7, 0.65, 0.0, unsaid=("Zapier",)), gates) < middle


@pytest.mark.parametrize("value", [-1e9, 1e9, 0.0])
def test_confidence_stays_between_zero_and_one(value):
    assert 0 <= confidence(Signals(value, value, value), Gates()) <= 1


DOUBTS = [
    pytest.param(0.39, 0.0, (), True, id="below the threshold"),
    pytest.param(0.41, 0.0, (), False, id="above it: an answer that says it is not sure"),
    pytest.param(0.45, 0.0, ("Salesforce",), True, id="doubtful, and it names what the evidence does not"),
    pytest.param(0.9, 0.0, ("Salesforce",), False, id="sure, although a name is missing"),
    pytest.param(0.5, 0.25, (), True, id="a quarter of its words is in no article"),
    pytest.param(0.6, 0.25, (), False, id="the same, but the evidence is strong"),
]


@pytest.mark.parametrize(("sure", "unknown", "unsaid", "refused"), DOUBTS)
def test_doubt_weighs_more_where_words_or_names_are_missing(sure, unknown, unsaid, refused):
    signals = Signals(cosine=0.7, card=0.7, passage=0.0, unknown=unknown, unsaid=unsaid)

    assert is_refused(sure, signals, Gates()) is refused


def test_words_that_no_article_uses_lessen_the_confidence():
    sure = [confidence(Signals(0.7, 0.7, 0.0, unknown=share), Gates()) for share in (0.0, 0.25, 0.5)]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > sure[-1]
