"""The `guidepost eval` commands. What an evaluation takes in is kept in the data folder, under eval/."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import Json, core_of, existing, lines, progress_line, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.wiring import Core
    from knowledge.evaluation.bases import Parts
    from knowledge.evaluation.report import Report
    from knowledge.generations import Progress

eval_app = typer.Typer(no_args_is_help=True, help="Measure quality on labelled data.")

Fresh = Annotated[bool, typer.Option("--fresh", help="Take the corpus in anew, whatever was kept.")]
Rows = Annotated[Path | None, typer.Option("--rows", help="Write one JSON line a question to this file.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Ask at most so many, spread evenly.")]
Beir = Annotated[Path, typer.Argument(help="BEIR form: corpus.jsonl(.gz), queries.jsonl, qrels.tsv.")]


@eval_app.command("retrieval")
def eval_retrieval(
    context: typer.Context,
    folder: Beir,
    *,
    queries: Annotated[Path | None, typer.Option(help="Another file of queries.")] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Beside BM25 alone, dense alone, and their rank fusion.")
    ] = False,
    rows: Rows = None,
    fresh: Fresh = False,
    as_json: Json = False,
) -> None:
    """Measure retrieval through the product's own ingest and search."""
    from knowledge.evaluation.retrieval import evaluate

    found, file = existing(str(folder)), existing(str(queries)) if queries else None
    _measure(
        context, lambda parts: evaluate(found, parts, queries=file, compare=compare), rows, fresh, as_json
    )


@eval_app.command("answers")
def eval_answers(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Labelled conversations, .jsonl or .gz.")],
    *,
    corpora: Annotated[
        list[Path],
        typer.Option("--corpus", help="The passages they are about, in BEIR form; may be repeated."),
    ],
    limit: Limit = None,
    rows: Rows = None,
    fresh: Fresh = False,
    as_json: Json = False,
) -> None:
    """Measure what is answered, asked back and refused, and the answers, on labelled conversations."""
    from knowledge.evaluation.answers import evaluate

    found, folders = _all_existing(files), _all_existing(corpora)
    _measure(context, lambda parts: evaluate(found, folders, parts, limit=limit), rows, fresh, as_json)


@eval_app.command("near-misses")
def eval_near_misses(
    context: typer.Context,
    folder: Beir,
    *,
    limit: Limit = None,
    rows: Rows = None,
    fresh: Fresh = False,
    as_json: Json = False,
) -> None:
    """Ask each question with its gold documents in the index, and with them taken out."""
    from knowledge.evaluation.near_misses import evaluate

    found = existing(str(folder))
    _measure(context, lambda parts: evaluate(found, parts, limit=limit), rows, fresh, as_json)


@eval_app.command("scope")
def eval_scope(
    context: typer.Context,
    folder: Beir,
    *,
    outside: Annotated[
        Path, typer.Option(help="Out-of-scope questions: CLINC150's .json, .jsonl with text, or lines.")
    ],
    limit: Limit = None,
    rows: Rows = None,
    fresh: Fresh = False,
    as_json: Json = False,
) -> None:
    """Ask questions about something else entirely, beside the set's own."""
    from knowledge.evaluation.scope import evaluate

    found, others = existing(str(folder)), existing(str(outside))
    _measure(context, lambda parts: evaluate(found, others, parts, limit=limit), rows, fresh, as_json)


@eval_app.command("quotes")
def eval_quotes(
    context: typer.Context,
    folder: Beir,
    *,
    limit: Limit = None,
    rows: Rows = None,
    fresh: Fresh = False,
    as_json: Json = False,
) -> None:
    """Compare quoted answers with gold answers, and with the reranker's best sentences."""
    from knowledge.evaluation.quotes import evaluate

    found = existing(str(folder))
    _measure(context, lambda parts: evaluate(found, parts, limit=limit), rows, fresh, as_json)


def _all_existing(paths: Sequence[Path]) -> list[Path]:
    return [existing(str(path)) for path in paths]


def _measure(
    context: typer.Context,
    evaluate: Callable[[Parts], Report],
    rows: Path | None,
    fresh: bool,
    as_json: bool,
) -> None:
    core = core_of(context)
    with progress_line(quiet=as_json) as progress:
        report = evaluate(_parts(core, fresh, progress))
    if rows:
        report.write_rows(rows)
    show(report.figures, as_json, lines)


def _parts(core: Core, fresh: bool, progress: Callable[[Progress], None] | None) -> Parts:
    from knowledge.evaluation.bases import Parts

    return Parts(
        core.clock,
        core.embedder,
        core.reranker,
        make_answerer=core.answerer_on,
        cache=core.settings.data_folder / "eval",
        fresh=fresh,
        progress=progress,
    )
