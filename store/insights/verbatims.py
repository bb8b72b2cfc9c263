"""What people of an account said to us, word for word: scores with their words, and answers to our own questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.insights.brief_values import Line, Source, cut

if TYPE_CHECKING:
    from datetime import date

    from store.insights.account_rows import AccountRows

QUOTES = 5


def verbatims(rows: AccountRows) -> list[Line]:
    """Scores with their words, and what was written to our own questions: the newest, good and bad among them."""
    scores = [
        (one.on, _scored(one.survey, one.value), Line(
            f"{one.value:g} of {_scale(one.survey)}" + (f": {cut(one.text)}" if one.text else ""),
            Source(one.who or "survey", one.on, one.channel_id, one.message_ts, f"score:{one.survey}:{one.on}"),
            is_quote=bool(one.text),
        ))
        for one in rows.scores
    ]  # fmt: skip
    names = {one.id: one.name for one in rows.contacts}
    answers = [
        (step.answered_at.date(), 0, Line(
            cut(step.answer_text),
            Source(names.get(step.contact_id or "", "answer"), step.answered_at.date(), step.channel_id,
                   step.message_ts, f"run_steps:{step.id}"),
            is_quote=True,
        ))
        for step in rows.steps
        if step.answer_text and step.answered_at and not step.survey
    ]  # fmt: skip
    newest = sorted([*scores, *answers], key=lambda one: one[0], reverse=True)
    return [line for _, _, line in _both_signs(newest)]


def _both_signs(newest: list[tuple[date, int, Line]]) -> list[tuple[date, int, Line]]:
    """The newest few; one good and one bad among them, if there are any at all."""
    signs = (next((one for one in newest if one[1] == sign), None) for sign in (1, -1))
    chosen = [one for one in signs if one is not None]
    rest = [one for one in newest if one not in chosen]
    return sorted([*chosen, *rest[: QUOTES - len(chosen)]], key=lambda one: one[0], reverse=True)


def _scored(survey: str, value: float) -> int:
    good, bad = {"nps": (9, 6), "csat": (4, 2), "ces": (5, 3)}[survey]
    return 1 if value >= good else (-1 if value <= bad else 0)


def _scale(survey: str) -> int:
    return {"nps": 10, "csat": 5, "ces": 7}[survey]
