"""A playbook is previewed for a whole segment, before anybody publishes it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlmodel import select

from bot.blocks.play_segment import segment_speech
from bot.listeners.play_segment import is_meant
from playbooks.course import Course, Line
from store.tables import OutboxMessage, PlaybookRun
from tests.block_checks import check_speech
from tests.bot_fixtures import ISLA, NOOR, PRIYA, TEAM, texts_of


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("onboarding MM", True),
        ("onboarding smb", True),
        ("onboarding @Harbour", False),
        ("onboarding", False),
        ("onboarding SMB Works", False),
        ("", False),
    ],
)
def test_a_segment_is_told_from_an_account(words, meant):
    assert is_meant(words) is meant


def test_a_segment_is_previewed_account_by_account_and_nothing_is_sent(bot):
    (told,) = bot.command(NOOR, TEAM, "play preview advocacy SMB")
    shown = texts_of(told)
    assert "Advocacy for SMB: it would start at" in shown
    assert "*Petal & Post*".replace("&", "&amp;") in shown
    assert "nothing was sent" in shown
    assert bot.rows(select(PlaybookRun)) == []
    assert {row.kind for row in bot.rows(select(OutboxMessage))} == {"respond"}


def test_what_cannot_be_previewed_is_said(bot):
    (told,) = bot.command(PRIYA, TEAM, "play preview nothing SMB")
    assert "There is no playbook “nothing”" in texts_of(told)
    (refused,) = bot.command(ISLA, bot.dm(ISLA), "play preview advocacy SMB")
    assert "Petal" not in texts_of(refused)


def test_each_account_has_its_figures_or_the_reason_why_not():
    now = datetime(2026, 3, 3, 10, tzinfo=UTC)

    def line(kind, account="Acme", **more):
        return Line(now, kind, "O1", "Welcome", "Ann", "Hello", account=account, **more)

    course = Course(
        [line("message"), line("message", collides_with="renewal"), line("task"), line("not_sent")],
        refused={"b": "It runs <!channel> already."},
    )
    accounts = [
        SimpleNamespace(id=one, name=name) for one, name in (("a", "Acme"), ("b", "Bolt"), ("c", "Cup"))
    ]
    speech = segment_speech("Onboarding", "onboarding", "MM", accounts, course, more=3)
    shown = texts_of({"blocks": speech.blocks})
    assert "start at 2 of 3 accounts, with 2 messages in all" in shown
    assert "1 for you to do; 1 held; collides with renewal" in shown
    assert "⚠️ It runs" in shown
    assert "<!channel>" not in shown
    assert "*Cup*: nothing would be sent" in shown
    assert "3 more accounts" in shown
    check_speech(speech)
