from __future__ import annotations

import pytest

from knowledge.words import content_words, stem, words


def test_words_are_lower_case_and_keep_inner_apostrophes():
    assert words("Don\u2019t use API-keys, v2.1!") == ["don't", "use", "api", "keys", "v2", "1"]


def test_content_words_leave_out_what_carries_no_meaning():
    assert content_words("How can I export all of my contacts, please?") == ["export", "contacts"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("export", "exporting"),
        ("export", "exports"),
        ("export", "exported"),
        ("cancel", "cancelled"),
        ("setting", "settings"),
        ("install", "installing"),
        ("access", "accesses"),
        ("invoice", "invoices"),
        ("company", "companies"),
        ("user", "users"),
        ("admin", "admin's"),
    ],
)
def test_the_forms_of_a_word_share_a_stem(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"), [("import", "export"), ("install", "instance"), ("team", "term"), ("api", "app")]
)
def test_other_words_have_other_stems(one, other):
    assert stem(one) != stem(other)
