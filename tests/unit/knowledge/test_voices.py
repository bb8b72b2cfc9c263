"""Complaints and praise are told from everyday messages; rather one is missed than one is invented."""

import pytest

from knowledge.adapters.memory import HashingEmbedder
from knowledge.voices import KINDS, VoiceClassifier, examples


def test_the_examples_are_many_and_nothing_is_trained_on_that_is_measured():
    trained, held_out = examples("train"), examples("held_out")
    assert min(len(trained), len(held_out)) >= 80
    assert not {one.text for one in trained} & {one.text for one in held_out}
    assert {one.kind for one in held_out} == {*KINDS, "neither"}


def test_what_it_was_shown_it_tells_apart_with_any_model():
    voices = VoiceClassifier(HashingEmbedder())
    shown = examples("train")
    found = voices.kinds_of([one.text for one in shown])
    wrong = [one for one, voice in zip(shown, found, strict=True) if voice and voice.kind != one.kind]
    assert len(wrong) <= 2
    assert voices.kind_of("This has never worked and I am very disappointed.") is not None


@pytest.mark.parametrize("text", ["", " ", "?", "Great", "x" * 50_000, "\u202e\u0000"])
def test_odd_messages_are_neither(text):
    assert VoiceClassifier(HashingEmbedder()).kind_of(text) is None


@pytest.mark.slow
def test_with_the_products_model_nineteen_in_twenty_are_right():
    from knowledge.adapters.sentence_transformers import SentenceTransformerEmbedder

    held_out = examples("held_out")
    found = VoiceClassifier(SentenceTransformerEmbedder("")).kinds_of([one.text for one in held_out])
    told = [(one.kind, voice.kind) for one, voice in zip(held_out, found, strict=True) if voice]
    right = sum(kind == taken for kind, taken in told)
    assert right / len(told) >= 0.95
    assert right / sum(one.kind != "neither" for one in held_out) >= 0.8
