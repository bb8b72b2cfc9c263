"""Checking that an answer says only what its passages say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from knowledge.types import AnswerSentence, CitedPassage

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def is_verbatim(sentence: str, passage: str) -> bool:
    """Whether a passage holds the sentence word for word; runs of white space count as one blank."""
    return bool(sentence.strip()) and _flat(sentence) in _flat(passage)


def numbers(text: str) -> frozenset[str]:
    """The numbers, prices, dates and versions in a text, as they are written."""
    return frozenset(_NUMBER.findall(text))


def unsupported(answer: Sequence[AnswerSentence], citations: Sequence[CitedPassage]) -> list[AnswerSentence]:
    """The sentences that no passage they cite holds word for word.

    A sentence without a citation, or with one that does not exist, is unsupported.
    """
    passages = {citation.n: citation.passage_text for citation in citations}
    return [sentence for sentence in answer if not _supported(sentence, passages)]


def _supported(sentence: AnswerSentence, passages: Mapping[int, str]) -> bool:
    if not sentence.citations or any(n not in passages for n in sentence.citations):
        return False
    return any(is_verbatim(sentence.text, passages[n]) for n in sentence.citations)


def _flat(text: str) -> str:
    return " ".join(text.split())
