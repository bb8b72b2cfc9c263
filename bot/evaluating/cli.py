"""The `guidepost eval` commands. What an evaluation takes in is kept in the data folder, under eval/."""

from __future__ import annotations

from dataclasses import dataclass
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
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="Exchange a figure of retrieval, name=value; may be repeated."),
]
Limit = Annotated[int | None, typer.Option(min=1, help="Ask at most so many, spread evenly.")]
Beir = Annotated[Path, typer.Argument(help="BEIR form: corpus.jsonl(.gz), queries.jsonl, qrels.tsv.")]

Labelled = Annotated[Path, typer.Argument(help="test.csv (text,category) or data_full.json(.gz).")]
Clinc = Annotated[Path, typer.Argument(help="Holds data_full.json(.gz), with questions in the list val.")]
Height = Annotated[
    float | None,
    typer.Option(min=0, help="Where the tree of themes is cut; what the digest uses if left out."),
]


@eval_app.command("retrieval")
def eval_retrieval(
    context: typer.Context,
    folder: Beir,
    *,
    queries: Annotated[Path | None, typer.Option(help="Another file of queries.")] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Beside BM25 alone, dense alone, and their rank fusion.")
    ] = False,
    choices: Annotated[
        bool, typer.Option("--choices", help="Leave each design choice out in turn: what does it bring?")
    ] = False,
    earlier: Annotated[
        Path | None, typer.Option("--over", help="Rows of another run: tell the paired gain over it.")
    ] = None,
    settings: Settings = None,
    rows: Rows = None,
    fresh: Fresh = False,
    as_json: Json = False,
) -> None:
    """Measure retrieval through the product's own ingest and search."""
    from knowledge.evaluation.retrieval import evaluate

    found = existing(str(folder))
    file, before = (existing(str(path)) if path else None for path in (queries, earlier))
    _measure(
        context,
        lambda parts: evaluate(found, parts, queries=file, compare=compare, choices=choices, earlier=before),
        Options(rows, fresh, as_json, settings),
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
    settings: Settings = None,
    rows: Rows = None,
    fresh: Fresh = False,
    as_json: Json = False,
) -> None:
    """Measure what is answered, asked back and refused, and the answers, on labelled conversations."""
    from knowledge.evaluation.answers import evaluate

    found, folders = _all_existing(files), _all_existing(corpora)
    _measure(
        context,
        lambda parts: evaluate(found, folders, parts, limit=limit),
        Options(rows, fresh, as_json, settings),
    )


@eval_app.command("grounding")
def eval_grounding(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Labelled conversations, .jsonl or .gz.")],
    *,
    corpora: Annotated[
        list[Path],
        typer.Option("--corpus", help="The passages they are about, in BEIR form; may be repeated."),
    ],
    limit: Limit = None,
    rows: Rows = None,
    as_json: Json = False,
) -> None:
    """Hold reference sentences, true and made false, against their passages."""
    from knowledge.evaluation.grounding import evaluate

    found, folders = _all_existing(files), _all_existing(corpora)
    _measure(
        context,
        lambda parts: evaluate(found, folders, parts.reranker, limit=limit, progress=parts.progress),
        Options(rows, fresh=False, as_json=as_json, settings=None),
    )


@eval_app.command("near-misses")
def eval_near_misses(
    context: typer.Context,
    folder: Beir,
    *,
    limit: Limit = None,
    settings: Settings = None,
    rows: Rows = None,
    fresh: Fresh = False,
    as_json: Json = False,
) -> None:
    """Ask each question with its gold documents in the index, and with them taken out."""
    from knowledge.evaluation.near_misses import evaluate

    found = existing(str(folder))
    _measure(
        context, lambda parts: evaluate(found, parts, limit=limit), Options(rows, fresh, as_json, settings)
    )


@eval_app.command("scope")
def eval_scope(
    context: typer.Context,
    folder: Beir,
    *,
    outside: Annotated[
        Path, typer.Option(help="Out-of-scope questions: CLINC150's .json, .jsonl with text, or lines.")
    ],
    limit: Limit = None,
    settings: Settings = None,
    rows: Rows = None,
    fresh: Fresh = False,
    as_json: Json = False,
) -> None:
    """Ask questions about something else entirely, beside the set's own."""
    from knowledge.evaluation.scope import evaluate

    found, others = existing(str(folder)), existing(str(outside))
    _measure(
        context,
        lambda parts: evaluate(found, others, parts, limit=limit),
        Options(rows, fresh, as_json, settings),
    )


@eval_app.command("quotes")
def eval_quotes(
    context: typer.Context,
    folder: Beir,
    *,
    limit: Limit = None,
    settings: Settings = None,
    rows: Rows = None,
    fresh: Fresh = False,
    as_json: Json = False,
) -> None:
    """Compare quoted answers with gold answers, and with the reranker's best sentences."""
    from knowledge.evaluation.quotes import evaluate

    found = existing(str(folder))
    _measure(
        context, lambda parts: evaluate(found, parts, limit=limit), Options(rows, fresh, as_json, settings)
    )


def _all_existing(paths: Sequence[Path]) -> list[Path]:
    return [existing(str(path)) for path in paths]


@dataclass(frozen=True)
class Options:
    """What every evaluation can be told.

    Attributes:
        rows: where to write one line a question.
        fresh: take the corpus in anew.
        as_json: print JSON only.
        settings: figures of retrieval to exchange, name=value.
    """

    rows: Path | None
    fresh: bool
    as_json: bool
    settings: list[str] | None


def _measure(context: typer.Context, evaluate: Callable[[Parts], Report], options: Options) -> None:
    core = core_of(context)
    with progress_line(quiet=options.as_json) as progress:
        report = evaluate(_parts(core, options, progress))
    if options.rows:
        report.write_rows(options.rows)
    show(report.figures, options.as_json, lines)


def _parts(core: Core, options: Options, progress: Callable[[Progress], None] | None) -> Parts:
    from knowledge.evaluation.bases import Parts
    from knowledge.evaluation.overriding import overridden
    from knowledge.retrieval import RetrievalSettings

    return Parts(
        core.clock,
        core.embedder,
        core.reranker,
        make_answerer=core.answerer_on,
        settings=overridden(RetrievalSettings(), options.settings or ()),
        cache=core.settings.data_folder / "eval",
        fresh=options.fresh,
        progress=progress,
    )


@eval_app.command("themes")
def eval_themes(
    context: typer.Context,
    folder: Labelled,
    *,
    height: Height = None,
    rows: Rows = None,
    as_json: Json = False,
) -> None:
    """Cluster labelled questions as the digest does, and compare with their labels."""
    from knowledge.evaluation.themes import evaluate
    from knowledge.themes import HEIGHT

    found, cut = existing(str(folder)), HEIGHT if height is None else height
    _measure(
        context,
        lambda parts: evaluate(found, parts.embedder, height=cut, progress=parts.progress),
        Options(rows, fresh=False, as_json=as_json, settings=None),
    )


@eval_app.command("gaps")
def eval_gaps(context: typer.Context, folder: Clinc, *, rows: Rows = None, as_json: Json = False) -> None:
    """Put labelled questions into gaps one by one, as the product does, and compare with their labels."""
    from knowledge.evaluation.gaps import evaluate

    found = existing(str(folder))
    _measure(
        context,
        lambda parts: evaluate(found, parts.embedder, progress=parts.progress),
        Options(rows, fresh=False, as_json=as_json, settings=None),
    )


@eval_app.command("promises")
def eval_promises(*, as_json: Json = False) -> None:
    """Hold the shipped list of sentences, promises and near misses, against what would be proposed."""
    from playbooks.promise_list import figures

    show(figures(), as_json, lines)


@eval_app.command("voices")
def eval_voices(context: typer.Context, *, as_json: Json = False) -> None:
    """Hold the shipped list of messages against what would be proposed as complaint or praise."""
    from knowledge.evaluation.voices import evaluate

    show(evaluate(core_of(context).embedder), as_json, lines)


@eval_app.command("playbooks")
def eval_playbooks(
    *,
    accounts: Annotated[int, typer.Option(min=1, help="How many made-up customers.")] = 200,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long.")] = 365,
    seed: Annotated[int, typer.Option(help="What chance begins with.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="In how many processes.")] = 2,
    only: Annotated[list[str] | None, typer.Option(help="Only this playbook; may be given again.")] = None,
    rows: Rows = None,
    as_json: Json = False,
) -> None:
    """Let a year of playbooks pass for made-up customers, and count messages that break a rule."""
    import json

    from playbooks.year import simulate_year

    year = simulate_year(accounts, days, seed, workers, only or ())
    if rows is not None:
        text = "\n".join(json.dumps(line.as_dict(), ensure_ascii=False) for line in year.lines)
        rows.write_text(text + "\n", encoding="utf-8")
    show(year.figures(accounts, days), as_json, lines)
    for one in year.broken[:20]:
        typer.echo(
            f"{one.rule}: {one.line.account}, {one.line.step} on {one.line.at:%Y-%m-%d %H:%M}: {one.why}",
            err=True,
        )
    if year.broken:
        raise typer.Exit(1)
