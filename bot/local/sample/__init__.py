"""The sample data: Fernway, a made-up company, its customers, its help centre and a month of their questions.

Dates in the CSV files are written relative to the first start: `-20d`, `+85d`. Everything here only reads.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field

from bot.local.directory import Channel, Directory
from knowledge.types import Answered, AnswerSentence, CitedPassage, Evidence

FOLDER = Path(__file__).parent
HELP_CENTER = FOLDER / "help-center"
NOUNS = ("staff", "accounts", "contacts", "subscriptions", "usage")  # in the order in which they refer
DM = "dm"
_OFFSET = re.compile(r"(?<![^,\n])([+-]\d+)d(?=[,\r\n]|$)")


class _Entry(BaseModel):
    """Something that somebody said some days before the first start, at a time of their own day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str  # a name in the directory
    place: str = Field(alias="in")  # a channel's name, or `dm`
    days_ago: int = Field(ge=1)
    at: time
    text: str
    rating: Literal[1, -1] | None = None

    def moment(self, zone: str, started_at: datetime) -> datetime:
        """When it was said, for a person in that time zone."""
        local = ZoneInfo(zone)
        day = started_at.astimezone(local).date() - timedelta(days=self.days_ago)
        return datetime.combine(day, self.at, local)


class WishForPerson(BaseModel):
    """Somebody pressed "Talk to a person": when the task is due, counted from the first start.

    Where it is done: after how many hours, and what the account's CSM then wrote in the thread.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    due_in_days: int
    done_after_hours: int | None = None
    reply: str = ""


class PastQuestion(_Entry):
    """A question to the bot, and what its asker made of the answer."""

    id: str
    follows: str | None = None  # the question whose thread this one continues
    reason: Literal["wrong", "outdated", "incomplete", "not_my_question", "other"] | None = None
    comment: str | None = None
    person: WishForPerson | None = None


class Remark(_Entry):
    """Something said without being asked."""


class PastRun(BaseModel):
    """A playbook that staff had started and that is still going on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    playbook: str
    account: str  # its key
    by: str
    days_ago: int = Field(ge=1)


class Month(BaseModel):
    """The month before the first start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    questions: tuple[PastQuestion, ...]
    remarks: tuple[Remark, ...]
    runs: tuple[PastRun, ...]


def accounts_csv(noun: str, today: date) -> str:
    """The text of one file for the account import, with its relative dates resolved.

    Args:
        noun: one of NOUNS.
        today: the day of the first start.
    """
    text = (FOLDER / f"{noun}.csv").read_text(encoding="utf-8")
    return _OFFSET.sub(lambda match: (today + timedelta(days=int(match[1]))).isoformat(), text)


def month() -> Month:
    """The month's questions, remarks and playbook runs."""
    return Month.model_validate(yaml.safe_load((FOLDER / "month.yaml").read_text(encoding="utf-8")))


def directory() -> Directory:
    """Who is in the local workspace, with a direct message for everybody who wrote one in the month."""
    found = Directory.from_json(yaml.safe_load((FOLDER / "directory.yaml").read_text(encoding="utf-8")))
    past = month()
    wrote = dict.fromkeys(one.by for one in (*past.questions, *past.remarks) if one.place == DM)
    for user in found.users:
        if user.name in wrote:
            members = (user.id, found.app.user_id)
            found = found.with_channel(Channel(f"D{user.id.lstrip('UW')}", is_im=True, members=members))
    return found


def recorded_answers() -> dict[str, Answered]:
    """What the product answered to the month's questions, by question id.

    Recorded by docs/record_sample_month.py over the sample help centre, so that the first start needs no model.
    """
    lines = (FOLDER / "month_answers.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: _answered(row) for row in map(json.loads, lines)}


def answer_row(question_id: str, answered: Answered) -> dict[str, Any]:
    """An answer as a line of month_answers.jsonl; ids and versions of the recording database are left out."""
    vector = np.frombuffer(answered.question_embedding or b"", dtype="<f4").astype("<f2")
    return {
        "id": question_id,
        "status": answered.status,
        "answer": answered.answer,
        "sentences": [{"text": one.text, "citations": list(one.citations)} for one in answered.sentences],
        "citations": [
            {
                "n": one.n,
                "title": one.title,
                "heading_path": list(one.heading_path),
                "uri": one.uri,
                "quote": one.quote,
                "passage_text": one.passage_text,
            }
            for one in answered.citations
        ],
        "confidence": round(answered.confidence, 4),
        "standalone_question": answered.standalone_question,
        "closest": [one.title for one in answered.closest],
        "timings_ms": {stage: round(took, 1) for stage, took in answered.timings_ms.items()},
        "embedding": base64.b64encode(vector.tobytes()).decode(),
        "embedding_model": answered.embedding_model,
    }


def _answered(row: dict[str, Any]) -> Answered:
    vector = np.frombuffer(base64.b64decode(row["embedding"]), dtype="<f2").astype("<f4")
    return Answered(
        status=row["status"],
        answer=row["answer"],
        sentences=tuple(AnswerSentence(one["text"], tuple(one["citations"])) for one in row["sentences"]),
        citations=tuple(
            CitedPassage(
                **one | {"passage_id": "", "document_id": "", "heading_path": tuple(one["heading_path"])}
            )
            for one in row["citations"]
        ),
        confidence=row["confidence"],
        standalone_question=row["standalone_question"],
        closest=tuple(_titled(title) for title in row["closest"]),
        timings_ms=row["timings_ms"],
        question_embedding=(vector / np.linalg.norm(vector)).tobytes() if len(vector) else None,
        embedding_model=row["embedding_model"],
    )


def _titled(title: str) -> Evidence:
    """What is kept of a near miss: its article's title."""
    return Evidence("", "", title, (title,), "", "", "")
