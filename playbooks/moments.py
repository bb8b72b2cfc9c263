"""A step's moment in words: `R-90d` as people say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playbooks.types import BUILT_IN_ANCHORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playbooks.terms import When
    from playbooks.types import AnchorSpec


def moment_words(when: When, anchors: Mapping[str, AnchorSpec]) -> str:
    """`90 days before the renewal date`, `on the day of the contract start`, `halfway from ... to ...`.

    Args:
        when: the moment.
        anchors: those that the playbook adds; they are named after the fact that holds their day.
    """
    start = _name(when.anchor, anchors)
    if when.to:
        share = "halfway" if when.percent == 50 else f"{when.percent} % of the way"
        return f"{share} from the {start} to the {_name(when.to, anchors)}"
    if not when.days:
        return f"on the day of the {start}"
    count = abs(when.days)
    return f"{count} {'day' if count == 1 else 'days'} {'before' if when.days < 0 else 'after'} the {start}"


def _name(anchor: str, anchors: Mapping[str, AnchorSpec]) -> str:
    built_in = BUILT_IN_ANCHORS.get(anchor)
    return built_in or anchors[anchor].fact.removesuffix("_on").replace("_", " ")
