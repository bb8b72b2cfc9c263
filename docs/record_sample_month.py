"""Records what the product answers to the sample month's questions: bot/local/sample/month_answers.jsonl.

    .venv/bin/python docs/record_sample_month.py

Run it after a change of the sample help centre, of month.yaml or of the answering. The answers come from the
product's own ingest, access rules and answering, with the packaged models; nothing is written by hand.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bot.local import sample
from bot.local.month import asked_by
from bot.local.sample import PastQuestion
from bot.local.seed import Seed
from bot.settings import Settings
from bot.wiring import open_core
from knowledge.types import Question, Turn

TARGET = sample.FOLDER / "month_answers.jsonl"


def main() -> None:
    """Answer every question in order, each with its thread as history."""
    with tempfile.TemporaryDirectory() as folder:
        core = open_core(
            Settings(_env_file=None, guidepost_data_dir=Path(folder), guidepost_slack_mode="local")
        )
        seed = Seed(core.database, core.workspace_id, core.settings.data_folder / "workspace", core.clock)
        seed.customers()
        seed.knowledge(core.ingest, core.account_id)
        answerer = core.answerer(serving=False)
        threads: dict[str, list[Turn]] = {}
        rows, statuses = [], Counter[str]()
        for spoken in seed.spoken():
            if not isinstance(spoken.past, PastQuestion):
                continue
            with core.database.reading() as session:
                asked = asked_by(session, core.workspace_id, seed.directory.app.user_id, spoken)
            thread = threads.setdefault(spoken.root_ts, [])
            answered = answerer.answer(Question(spoken.past.text, asked.asker, tuple(thread)))
            thread += [Turn("person", spoken.past.text), Turn("bot", answered.answer)]
            rows.append(sample.answer_row(spoken.past.id, answered))
            statuses[answered.status] += 1
            first = answered.citations[0].uri if answered.citations else "-"
            print(
                f"{spoken.past.id} {answered.status:9} {answered.confidence:.2f} {first:60} {spoken.past.text}"
            )
            print(f"      {answered.answer}", file=sys.stderr)
    TARGET.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    print(f"{len(rows)} answers, {dict(statuses)}, written to {TARGET.name}")


if __name__ == "__main__":
    main()
