"""Figures as their reader writes them."""

import pytest

from bot.blocks.figures import arr_of, money, number

NARROW, WIDE = "\u202f", "\xa0"


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        pytest.param("en-US", "$1,048,000", id="United States"),
        pytest.param("en-GB", "US$1,048,000", id="United Kingdom"),
        pytest.param("de-DE", f"1.048.000{WIDE}$", id="Germany"),
        pytest.param("fr-FR", f"1{NARROW}048{NARROW}000{WIDE}$US", id="France"),
        pytest.param("en-IN", "$10,48,000", id="India"),
        pytest.param("ja-JP", "$1,048,000", id="Japan"),
        pytest.param("xx-XX", "$1,048,000", id="a locale that nobody knows"),
        pytest.param("<!channel>", "$1,048,000", id="no locale"),
        pytest.param("", "$1,048,000", id="none"),
    ],
)
def test_money_is_written_as_its_reader_writes_it(locale, shown):
    assert money(104_800_099, "USD", locale) == shown


def test_a_currency_without_cents_and_an_unknown_one_have_their_names():
    assert money(480_000, "JPY", "en-US") == "¥4,800"
    assert money(480_000, "CHF", "en-US") == f"CHF{WIDE}4,800"
    assert "QQQ" in money(480_000, "QQQ", "de-DE")


def test_revenue_that_is_not_known_is_not_made_up():
    assert arr_of(None, "USD", "de-DE") == "ARR unknown"
    assert arr_of(4_800_000, "EUR", "de-DE") == f"48.000{WIDE}€ ARR"


def test_a_number_has_the_readers_separators():
    assert number(12_345, "de-DE") == "12.345"
    assert number(-12_345) == "-12,345"
