"""A chat model that was talked round, or lies: what is shown is said by the passages, and nothing in it is live.

The replies are in tests/data/injections/replies.yaml.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.blocks.answer import AnswerView, answer_speech
from knowledge.adapters.memory import OverlapReranker, ScriptedChatModel
from knowledge.answering import Answerer
from knowledge.calling import ChatDesk, Limits
from knowledge.gates import Gates
from knowledge.grounding import GroundingCheck
from knowledge.types import Asker, Question
from knowledge.writing import Writer
from store.visible import visible
from tests.harmlessness import faults, source_numbers

PASSAGE = "Drivers can work offline for a whole shift. Stops are saved on the phone."
REPLIES = yaml.safe_load(
    (Path(__file__).parents[2] / "data" / "injections" / "replies.yaml").read_text(encoding="utf-8")
)
NEVER = ("attacker.example", "free", "password", "im_start", "script>", "postMessage", "My rules", "secret")


def answered_by(base, reply):
    base.write(offline=f"# Offline\n\n{PASSAGE}\n")
    base.ingest.sync(base.source, audience="public")
    desk = ChatDesk(
        ScriptedChatModel(reply),
        base.database,
        workspace_id=base.workspace_id,
        clock=base.clock,
        limits=Limits(),
        pause=lambda _: None,
    )
    reranker = OverlapReranker()
    answerer = Answerer(
        base.retriever(), reranker, Gates(intercept=60), writer=Writer(desk, GroundingCheck(reranker))
    )
    return answerer.answer(Question("Can drivers work offline for a whole shift?", Asker()))


@pytest.mark.parametrize("reply", [pytest.param(one["text"], id=one["id"]) for one in REPLIES])
def test_a_model_that_was_talked_round_gets_nothing_across(base, reply):
    answered = answered_by(base, reply)
    speech = answer_speech(AnswerView("a1", answered.status, answered.answer))
    shown = [*speech.blocks, *speech.simple_blocks, *speech.blocks_after, {"text": speech.text}]

    assert answered.status in {"answered", "partial"}
    assert "whole shift" in answered.answer
    assert [word for word in NEVER if word in answered.answer] == []
    assert visible(answered.answer) == answered.answer
    assert source_numbers(answered.answer) == set(range(1, 1 + len(answered.citations)))
    assert {cited.passage_text for cited in answered.citations} == {PASSAGE}
    assert faults(shown) == []
