"""What tells who somebody is, or how to reach them, is taken out; everything else stays word for word."""

import pytest

from store.redacting import redacted

CASES = {
    "an e-mail address": ("Write to ana.ruiz+x@nord.example please", "Write to [e-mail] please"),
    "a mail link": ("Write to <mailto:a@b.example|a@b.example>.", "Write to [e-mail]."),
    "a telephone number": ("Call +49 (0)30 1234-5678 now", "Call [phone] now"),
    "a mention": ("<@U0ANA> and <@W12|ben> asked", "[person] and [person] asked"),
    "a key": ("It says sk_live_4f9aB0cD12345678901234 is wrong", "It says [key] is wrong"),
    "a date": ("Since 2026-03-02 10:00 it fails", "Since 2026-03-02 10:00 it fails"),
    "amounts": ("We have 12,500 rows and 99.95 % uptime", "We have 12,500 rows and 99.95 % uptime"),
    "a path": ("Open /settings/exports-and-imports-2026/advanced", "Open /settings/exports-and-imports-2026/advanced"),
    "a version": ("Since 3.12.1 on Windows 11", "Since 3.12.1 on Windows 11"),
    "nothing": ("", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_what_is_taken_out_and_what_stays(text, expected):
    assert redacted(text) == expected


def test_names_that_are_given_are_taken_out_as_whole_words():
    assert redacted("Ana Ruiz and Ana banana", ["Ana", "Ana Ruiz", ""]) == "[person] and [person] banana"
