"""Checking that an answer says only what its passages say.

A quote must stand in its passage word for word. A sentence in a chat model's own words is held against its
passages by `support`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.claims import claim_of
from knowledge.support import Source, doubts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from knowledge.ports import Reranker
    from knowledge.support import Strictness
    from knowledge.types import AnswerSentence, CitedPassage

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


class GroundingCheck:
    """Holds a sentence in other words against the passages that it cites.

    Args:
        reranker: reads a sentence whose words are hardly the passages'; without one, wording alone decides.
        strictness: see there.
    """

    def __init__(self, reranker: Reranker | None = None, strictness: Strictness | None = None) -> None:
        self._reranker = reranker
        self._strictness = strictness

    def doubts(self, sentence: str, source: Source) -> tuple[str, ...]:
        """Why the passages do not say the sentence; empty if they do, or if it claims nothing about the world.

        Raises:
            ModelUnavailable: the reranker cannot be loaded.
        """
        claim = claim_of(sentence)
        if not claim:
            return ()
        read = self._reranker.score if self._reranker else None
        return doubts(claim, source, self._strictness, read)


def is_verbatim(sentence: str, passage: str) -> bool:
    """Whether a passage holds each line of the sentence word for word; runs of white space count as one blank."""
    flat = _flat(passage)
    return bool(sentence.strip()) and all(_flat(line) in flat for line in sentence.splitlines())


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
