"""Answers that are given once and remembered: the same question of the same reader has the same answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.services import Answers
    from knowledge.types import Answered, Question, Told


class RememberedAnswers:
    """The product's own answers, each worked out by its models the first time that it is needed.

    A year has some hundred different questions and over a thousand askers; an answer takes half a second. Of a reader
    count what they may read, their plan and their stage: the sample help centre has no text for one persona, and none
    for one account of the demo company. When the knowledge base changes, `forget`.

    Args:
        answers: give them.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._given: dict[object, Answered] = {}

    @property
    def ready(self) -> bool:
        """Whether a question would be answered without waiting."""
        return self._answers.ready

    @property
    def given(self) -> int:
        """How many different answers were worked out."""
        return len(self._given)

    def load(self) -> None:
        """Bring the models into memory."""
        self._answers.load()

    def keep_up(self) -> None:
        """Look whether another index is in service; then nothing remembered holds."""
        self._answers.keep_up()

    def forget(self) -> None:
        """The knowledge base has changed."""
        self._given.clear()

    def answer(self, question: Question, told: Told | None = None) -> Answered:
        """The answer; the one that was given to a reader who may read the same."""
        asker = question.asker
        readable = frozenset(one for one in asker.audiences if one != f"account:{asker.account_id}")
        key = (
            question.text,
            question.history,
            readable,
            asker.plan,
            asker.stage,
            asker.language,
        )
        found = self._given.get(key)
        if found is None:
            found = self._given[key] = self._answers.answer(question, told)
        return found
