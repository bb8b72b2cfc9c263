"""Answering told from refusing: by what was done, by the confidence, and by each single signal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge.evaluation.asking import SIGNALS
from knowledge.evaluation.intervals import interval
from knowledge.evaluation.metrics import auroc, mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.evaluation.asking import Asked


def decisions(asked: Sequence[Asked], should: Sequence[bool], groups: Sequence[str]) -> dict[str, Any]:
    """How well the questions that should be answered are told from those that should not.

    Args:
        asked: what each question got.
        should: whether it should have been answered.
        groups: what is drawn whole by the bootstrap: a conversation, or the question in both its forms.

    Returns:
        balanced_accuracy (mean of the shares that were rightly answered and rightly not answered; asking back
        is not answering); auroc of the confidence with its 95 % interval; single_signals: name -> auroc and
        the confidence's paired gain over it, with its interval. Empty if there is nothing of one kind.
    """
    wanted = np.asarray(should, dtype=bool)
    if wanted.all() or not wanted.any():
        return {}
    did = np.array([one.is_answered for one in asked])
    ours = np.array([one.answered.confidence for one in asked])
    signals = {name: np.array([one.signals[name] for one in asked]) for name in SIGNALS}

    def area(values: Any, rows: Any) -> float:
        chosen, positive = values[rows], wanted[rows]
        return auroc(chosen[positive], chosen[~positive])

    def compared(values: Any) -> dict[str, Any]:
        gain = interval(lambda rows: area(ours, rows) - area(values, rows), groups)
        return {"auroc": round(area(values, slice(None)), 4), "gain": gain.rounded()}

    return {
        "balanced_accuracy": round(float(did[wanted].mean() + 1 - did[~wanted].mean()) / 2, 4),
        "auroc": interval(lambda rows: area(ours, rows), groups).rounded(),
        "single_signals": {name: compared(values) for name, values in signals.items()},
    }


def statuses(asked: Sequence[Asked]) -> dict[str, int]:
    """Status -> how many."""
    return dict(sorted(Counter(one.answered.status for one in asked).items()))


def answered_share(asked: Sequence[Asked]) -> float:
    """Share that was answered, in part at least; 0 of nothing."""
    return round(mean([float(one.is_answered) for one in asked]), 4)


def share(part: int, whole: int) -> float:
    """A part of a whole, 0..1, to four decimals; 0 of nothing."""
    return round(part / whole, 4) if whole else 0.0
