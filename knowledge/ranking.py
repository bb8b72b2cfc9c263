"""The order of evidence once it is found: what speaks for a document, what the cross-encoder reads, what counts.

Pure functions over evidence and scores. Which document is right is told by all stages together; which of its
passages, best by the cross-encoder, which reads passage and question at once.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from knowledge.blending import min_max, mix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from knowledge.types import Evidence

    Score = Callable[[Sequence[str]], Sequence[float]]

CARD_BELOW = 0.06  # how far a card's cosine mostly is below the best passage's; for documents without a card
_CARD_LOGITS_BELOW = 2.0  # how far the cross-encoder's logit of a card mostly is below the passage's
_FADE = 0.3  # what each further passage of a document adds, of what the one before adds
_SPEAKING = 3  # passages that speak for their document
_STEEPNESS = 2.0  # logits over which the cross-encoder's opinion turns


@dataclass(frozen=True)
class FinalWeights:
    """What each stage counts in the last order, beside the document's blend, which counts 1.

    Chosen by a grid over 152 questions to two help centres and four judged sets; docs/measurements.py names what
    can be left out to see its gain. A document without a card is judged by its best passage in the card's place.

    Attributes:
        lexical: BM25 as a share of the list's best, 0..1.
        near: how near the document's card is, 0..1 over the candidates.
        card: cosine of the document's card, -1..1.
        passage: the logistic of the passage's logit, 0..1.
        card_read: the logistic of the card's logit, 0..1.
    """

    lexical: float = 0.2
    near: float = 1.2
    card: float = 2.0
    passage: float = 0.3
    card_read: float = 2.5


@dataclass(frozen=True)
class ReadingSettings:
    """What the cross-encoder reads.

    Attributes:
        card_weight: of the document's card beside the blend, which weighs 1, where documents are chosen.
        cards: documents whose cards are read.
        card_read_weight: of a card's logit where passages are chosen; the rest is the stage before.
        passages: that are read after that, at most.
        of_a_document: of those; what a fourth says of its document the first three have said.
        characters: of those; reading takes nine tenths of an answer's time, so it is bounded.
        final: how the stages weigh in the order of those.
    """

    card_weight: float = 0.6
    cards: int = 10
    card_read_weight: float = 0.3
    passages: int = 20
    of_a_document: int = 3
    characters: int = 7_000
    final: FinalWeights = FinalWeights()


def by_document(evidence: Sequence[Evidence]) -> dict[str, float]:
    """What speaks for each document, 0..1: its best passage's blend, and a little of the next ones'.

    Several good passages of one document are a better sign than one.
    """
    blends: dict[str, list[float]] = {}
    for one in evidence:
        blends.setdefault(one.document_id, []).append(one.fused)
    support = {
        document: sum(_FADE**i * score for i, score in enumerate(sorted(scores, reverse=True)[:_SPEAKING]))
        for document, scores in blends.items()
    }
    scale = max((one.fused for one in evidence), default=0.0) / (max(support.values(), default=0.0) or 1.0)
    return {document: score * scale for document, score in support.items()}


def chosen(evidence: Sequence[Evidence], settings: ReadingSettings) -> list[Evidence]:
    """Best first, without a cross-encoder: the blend, the document's support and its card."""
    support = by_document(evidence)
    documents = _with_cards(support, evidence, settings)
    return _best_first([(documents[one.document_id] + one.fused) / 2 for one in evidence], evidence)


def reranked(evidence: Sequence[Evidence], score: Score, settings: ReadingSettings) -> list[Evidence]:
    """The cross-encoder's order: it reads the cards of the best documents, then the best passages.

    Args:
        evidence: with blend, cosines and cards' cosines.
        score: one logit a text, of how well it answers the question.
        settings: how much is read, and what counts.
    """
    support = by_document(evidence)
    documents = _with_cards(support, evidence, settings)
    logits = _read_cards(documents, evidence, score, settings)
    picked = _best_first(_pick_scores(documents, logits, evidence, settings), evidence)
    best, rest = _to_read(picked, settings)
    read = zip(best, score([embedded_text(one) for one in best]), strict=True)
    scored = [
        replace(one, reranked=logit, document_reranked=logits.get(one.document_id)) for one, logit in read
    ]
    final = _final_scores(scored, support, _near(evidence), settings.final)
    return _within_documents(_best_first(final, scored)) + rest


def _to_read(picked: Sequence[Evidence], settings: ReadingSettings) -> tuple[list[Evidence], list[Evidence]]:
    """The passages that are read, and the rest."""
    read: list[Evidence] = []
    rest: list[Evidence] = []
    of_document: Counter[str] = Counter()
    left = settings.characters
    for one in picked:
        length = len(embedded_text(one))
        wanted = len(read) < settings.passages and of_document[one.document_id] < settings.of_a_document
        if wanted and (length <= left or not read):
            read.append(one)
            of_document[one.document_id] += 1
            left -= length
        else:
            rest.append(one)
    return read, rest


def embedded_text(evidence: Evidence) -> str:
    """What the models see of a passage: the heading path, then the text."""
    return " > ".join(evidence.heading_path) + "\n" + evidence.text


def _near(evidence: Sequence[Evidence]) -> dict[str, float]:
    """How near each document's card is, 0..1 over the candidates; only of documents that have one."""
    return min_max(
        {one.document_id: one.document_dense for one in evidence if one.document_dense is not None}
    )


def _with_cards(
    support: Mapping[str, float], evidence: Sequence[Evidence], settings: ReadingSettings
) -> dict[str, float]:
    """Support and card mixed. Without a card a document neither gains nor loses."""
    near, weight = _near(evidence), settings.card_weight
    has_card = {one.document_id for one in evidence if one.document_card}
    return {
        document: (score + weight * (near.get(document, 0.0) if document in has_card else score))
        / (1 + weight)
        for document, score in support.items()
    }


def _read_cards(
    documents: Mapping[str, float], evidence: Sequence[Evidence], score: Score, settings: ReadingSettings
) -> dict[str, float]:
    cards = {one.document_id: one.document_card for one in evidence if one.document_card}
    best = sorted(cards, key=lambda document: (-documents[document], document))[: settings.cards]
    return dict(zip(best, score([cards[document] for document in best]), strict=True)) if best else {}


def _pick_scores(
    documents: Mapping[str, float],
    logits: Mapping[str, float],
    evidence: Sequence[Evidence],
    settings: ReadingSettings,
) -> list[float]:
    """What decides which passages are read: half the document, half the passage."""
    near, weight = min_max(logits), settings.card_read_weight
    scores = []
    for one in evidence:
        document = documents[one.document_id]
        read = near.get(one.document_id, 0.0) if one.document_card else document
        scores.append(((1 - weight) * document + weight * read + one.fused) / 2)
    return scores


def _final_scores(
    evidence: Sequence[Evidence],
    support: Mapping[str, float],
    near: Mapping[str, float],
    weights: FinalWeights,
) -> list[float]:
    """The last order's score of passages that the cross-encoder has read.

    A document's best passage stands for the whole of it: it gets the best that any of the document's passages
    has of each thing, since what answers and what shares the question's words are often two passages of one
    document.
    """
    best_lexical = max((one.lexical or 0.0 for one in evidence), default=0.0) or 1.0
    told = [
        (
            weights.lexical * (one.lexical or 0.0) / best_lexical,
            weights.near * near.get(one.document_id, support[one.document_id]),
            weights.card * _card_cosine(one),
            weights.passage * _logistic(one.reranked or 0.0),
            weights.card_read * _logistic(_card_logit(one)),
        )
        for one in evidence
    ]
    scores = [support[one.document_id] + sum(features) for one, features in zip(evidence, told, strict=True)]
    for places in _places_by_document(evidence).values():
        best = max(places, key=lambda place: scores[place])
        features = zip(*(told[place] for place in places), strict=True)
        scores[best] = support[evidence[best].document_id] + sum(max(values) for values in features)
    return scores


def _places_by_document(evidence: Sequence[Evidence]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, one in enumerate(evidence):
        places.setdefault(one.document_id, []).append(place)
    return places


def _card_cosine(one: Evidence) -> float:
    """Of the document's card; without one, what it would be at this passage's cosine, as cards mostly are."""
    if one.document_dense is not None:
        return one.document_dense
    return (0.5 if one.dense is None else one.dense) - CARD_BELOW


def _card_logit(one: Evidence) -> float:
    """Of the document's card; where none was read, what it would be at this passage's logit."""
    if one.document_reranked is not None:
        return one.document_reranked
    return (one.reranked or 0.0) - _CARD_LOGITS_BELOW


def _logistic(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit / _STEEPNESS))


def _within_documents(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The same documents at the same ranks, each with its passages in an order that trusts the cross-encoder more."""
    mixed = mix((0.5, [one.fused for one in evidence]), (0.5, [one.reranked or 0.0 for one in evidence]))
    queues: dict[str, list[Evidence]] = {}
    for one in _best_first(mixed, evidence):
        queues.setdefault(one.document_id, []).append(one)
    return [queues[one.document_id].pop(0) for one in evidence]


def _best_first(scores: Sequence[float], evidence: Sequence[Evidence]) -> list[Evidence]:
    pairs = sorted(zip(scores, evidence, strict=True), key=lambda pair: (-pair[0], pair[1].passage_id))
    return [one for _, one in pairs]
