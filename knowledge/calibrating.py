"""How sure an answer must be in this very knowledge base: measured on questions that no product is about.

An absolute confidence does not carry from one knowledge base to another: asked about the weather, one with 15,000
passages has something similar to offer far more often than one with 200. So what is sure enough is measured after a
sync: shipped questions from outside, and the knowledge base's own headings, are put through the same gates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.resources import files
from statistics import median, quantiles
from typing import TYPE_CHECKING

from knowledge.types import CUSTOMER, INTERNAL, PUBLIC, Asker
from store.tables import calibrations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from knowledge.answering import Answerer
    from store.clock import Clock
    from store.database import Database

HEADINGS = 24  # of the knowledge base's own, spread over it
_TAIL = (
    2.326 / 1.282
)  # the 99th percentile's distance from the median by the 90th's, as in a normal distribution
_OWN_SHARE = 0.05  # of the own headings that may lie below
_HIGHEST = 0.7  # where questions from outside reach higher, the knowledge base is about everything
_CHANGED = 0.1  # share of documents more or fewer from which it is measured again
_EDGE = 0.001
_READER = Asker(frozenset((PUBLIC, CUSTOMER, INTERNAL)))


@dataclass(frozen=True)
class Calibrated:
    """What was measured: the confidence that an answer needs, 0-1; None where outside and inside are not told apart."""

    least: float | None
    outside: int
    own: int


def outside_questions() -> list[str]:
    """The shipped questions that no product's help is about."""
    text = files("knowledge").joinpath("outside.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line]


def least_confidence(outside: Sequence[float], own: Sequence[float]) -> float | None:
    """The confidence that 99 % of questions from outside stay below, and few of the own headings.

    Only the upper half of the logits is looked at: what lies far below says nothing of what comes near.

    Args:
        outside: confidence of each question from outside, 0-1.
        own: of each of the knowledge base's own headings.

    Returns:
        0-1; None where there is nothing to go by, or the two cannot be told apart.
    """
    if len(outside) < 2:
        return None
    logits = [_logit(one) for one in outside]
    middle, high = median(logits), quantiles(logits, n=10, method="inclusive")[-1]
    least = 1 / (1 + math.exp(-(middle + _TAIL * (high - middle))))
    below = sum(one < least for one in own)
    return None if least > _HIGHEST or below > _OWN_SHARE * len(own) else round(least, 3)


def calibrate(
    answerer: Answerer,
    database: Database,
    workspace_id: str,
    clock: Clock,
    *,
    told: Callable[[int, int], None] | None = None,
) -> Calibrated:
    """Measure, and keep what came out for the questions to come.

    Args:
        answerer: of the knowledge base, its models loaded.
        database: where the knowledge base is recorded.
        workspace_id: whose.
        clock: tells when it was measured.
        told: hears (questions done, of how many).

    Raises:
        ModelUnavailable: a model cannot be loaded.
    """
    with database.reading() as session:
        headings = calibrations.some_titles(session, workspace_id, _READER.audiences, HEADINGS)
        held = calibrations.count_documents(session, workspace_id)
    outside = outside_questions()
    asked = [*outside, *headings]
    sure = []
    for n, text in enumerate(asked, start=1):
        sure.append(answerer.sure_of(text, _READER))
        if told:
            told(n, len(asked))
    least = least_confidence(sure[: len(outside)], sure[len(outside) :])
    with database.transaction() as session:
        calibrations.keep(
            session,
            workspace_id,
            model=answerer.model,
            documents=held,
            least=least,
            now=clock.now(),
        )
    return Calibrated(least, len(outside), len(headings))


def is_due(database: Database, workspace_id: str, model: str) -> bool:
    """Whether it was never measured, or model or documents have changed much since."""
    with database.reading() as session:
        kept = calibrations.find(session, workspace_id)
        held = calibrations.count_documents(session, workspace_id)
    if not held:
        return False
    return (
        kept is None
        or kept.embedding_model != model
        or abs(held - kept.documents) > _CHANGED * kept.documents
    )


def _logit(sure: float) -> float:
    kept = min(max(sure, _EDGE), 1 - _EDGE)
    return math.log(kept / (1 - kept))
