"""The parts of this installation, as evaluations measure them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knowledge.evaluation.bases import Parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.wiring import Core
    from knowledge.generations import Progress


def parts_of(core: Core, *, fresh: bool, progress: Callable[[Progress], None] | None) -> Parts:
    """The product's own models and answerer; what they take in is kept in the data folder, under eval/."""
    return Parts(
        core.clock,
        core.embedder,
        core.reranker,
        make_answerer=core.answerer_on,
        cache=core.settings.data_folder / "eval",
        fresh=fresh,
        progress=progress,
    )
