"""Figures in words."""

from __future__ import annotations

import pytest

from bot.blocks.account import AccountCard, facts
from store.insights.wording import arr_words


@pytest.mark.parametrize(
    ("minor", "currency", "words"),
    [
        pytest.param(4_800_000, "USD", "$48,000 ARR", id="dollars"),
        pytest.param(4_800_050, "EUR", "€48,000 ARR", id="euros, without cents"),
        pytest.param(90_000, "CHF", "CHF 900 ARR", id="a currency without a sign of its own"),
        pytest.param(0, "GBP", "£0 ARR", id="nothing is paid"),
        pytest.param(None, "USD", "ARR unknown", id="not known"),
    ],
)
def test_money_reads_the_same_on_a_card_and_in_a_digest(minor, currency, words):
    assert arr_words(minor, currency) == words
    card = AccountCard("a", "Acme", "MM", "renewal", arr_minor=minor, currency=currency)
    assert words in "\n".join(facts(card)).replace("\xa0", " ")
