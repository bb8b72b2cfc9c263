"""A draft of an article, written from what people wrote where they solved something, and from nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowledge.types import Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.writing import Writer

_MARKS = re.compile(r"\s*(?:\[\d{1,2}\])+")


class ThreadDrafts:
    """Has a chat model write drafts; what it says that the words do not say is not taken.

    Args:
        writer: what has answers written and checked; None: nothing is written.
    """

    def __init__(self, writer: Writer | None) -> None:
        self._writer = writer

    def write(self, question: str, words: Sequence[str]) -> str | None:
        """An article in Markdown that answers the question from these words; None where none may be shown.

        Raises:
            ModelUnavailable: the reranker of the check cannot be loaded.
        """
        if self._writer is None:
            return None
        self._writer.load()
        written = self._writer.write(question, [_evidence(n, text) for n, text in enumerate(words, start=1)])
        if written is None or written.composed is None:
            return None
        return _MARKS.sub("", written.composed.markdown).strip() or None


def _evidence(n: int, text: str) -> Evidence:
    """What somebody wrote, as the writer reads passages."""
    return Evidence(
        passage_id=f"thread-{n}",
        document_id="thread",
        title="A thread",
        heading_path=("A thread",),
        uri="",
        text=text,
        audience="internal",
    )
