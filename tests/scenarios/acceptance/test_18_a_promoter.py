"""18: a promoter is asked for a favour after a month, once; what they take back is used nowhere any more."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import yaml

from bot.reports import digest_as
from bot.services import NoHeadlines
from playbooks import loader
from store.tables import Consent, PlaybookRun

WORDS = "They answer before I have finished asking"
SURVEY = yaml.safe_load("""
playbook: pulse
id: PB-PULSE
title: One question
version: 1.0.0
kind: survey
stage: adoption
cycle: account
delivery: auto
fallback: [champion, csm]
outcomes: {done: {label: Done}}
at_end: [{else: done}]
steps:
  P1:
    title: Would they recommend us
    when: S+0d
    to: champion
    message: "Hi {first}, how likely are you to recommend us?"
    survey: nps
    ask: {key: nps, type: 0-10}
    on_answer: {else: {reply: "Thank you.", do: [goto: P2]}}
  P2:
    title: Why
    to: champion
    message: "What is the main reason?"
    ask: {key: why, type: text}
    on_answer: {else: {reply: "Thank you, noted."}}
""")


def test_spotlight_a_promoter_is_asked_once_a_month_later_and_what_is_taken_back_is_used_no_more(story):
    story.looks_daily = "Harbour Bakery Group"
    runner, workspace_id = story.services.runner, story.services.workspace_id
    pulse = loader.Definition(loader.parse(SURVEY), SURVEY, loader.fingerprint(SURVEY))
    runner.publish(pulse, "U0NOOR", workspace_id)
    story.publish("advocacy")
    story.tell(f"""
        Priya: /cs play start pulse @Harbour
        Priya presses Start for Harbour Bakery Group
        Isla hears: how likely are you to recommend us?
        Isla presses 9
        Isla hears: What is the main reason?
        Isla: {WORDS}
        Isla hears: Thank you, noted.
        Isla sees: Your answer: “{WORDS}”
    """)
    story.wait(timedelta(days=25))
    assert not story.rows(PlaybookRun, PlaybookRun.playbook == "advocacy")
    story.wait(timedelta(days=10))
    story.tell("""
        Isla hears: you gave us a 9 … Would you be open to any of these
        Isla presses A quote with my name
        Isla hears: Which words may we use?
    """)
    if story.has("Isla", f"“{WORDS}”"):
        story.tell(f"Isla presses “{WORDS}”")
    else:
        story.tell(f"Isla replies: {WORDS}")
    story.tell(f"""
        Isla hears: Exactly this would be shown … {WORDS}
        Isla presses Approve
        Isla hears: Write `take back my consent` whenever you change your mind.
    """)
    [consent] = story.rows(Consent)
    assert (consent.text_shown, consent.withdrawn_at) == (WORDS, None)
    story.tell("""
        Isla: Can drivers work offline?
        -- 1 day
    """)  # a week without a question is a quiet one, in two lines
    assert f'"{WORDS}"' in digest(story)
    story.tell("Isla: take back my consent")
    assert [one.withdrawn_at for one in story.rows(Consent)] != [None]
    assert f'"{WORDS}"' not in digest(story)
    story.wait(timedelta(days=60))
    assert len(story.heard("Isla", "Would you be open to any of these")) == 1


def digest(story):
    """The digest of the week, whole, as the command line prints it."""
    core = SimpleNamespace(
        database=story.bot.database,
        workspace_id=story.services.workspace_id,
        clock=story.services.clock,
        headlines=NoHeadlines,
    )
    return digest_as(core, "7d", "text")
