"""The `guidepost` command: each command parses, builds, calls and prints.

Heavy imports load inside the commands that use them, so that `guidepost --help` is quick.
"""

from __future__ import annotations

import json
import logging
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.console import Json, core_of, existing, lines, progress_line, show, span
from bot.csm import cli as csm
from bot.evaluating.cli import eval_app
from bot.installing.cli import slack_app
from bot.verifying.cli import qa_app

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.wiring import Core

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
knowledge_app = typer.Typer(no_args_is_help=True, help="What Guidepost knows.")
accounts_app = typer.Typer(no_args_is_help=True, help="Customers, their people and subscriptions.")
playbooks_app = typer.Typer(no_args_is_help=True, help="Conversations that have a plan.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
app.add_typer(knowledge_app, name="knowledge")
knowledge_app.add_typer(qa_app, name="qa")
app.add_typer(accounts_app, name="accounts")
app.add_typer(eval_app, name="eval")
app.add_typer(playbooks_app, name="playbooks")
app.add_typer(db_app, name="db")
app.add_typer(slack_app, name="slack")
app.add_typer(csm.privacy_app, name="privacy")
csm.register(accounts_app)


@app.callback()
def _root(
    context: typer.Context,
    workspace: Annotated[
        str | None, typer.Option(help="Slack's id (T...) of the workspace, where there are several.")
    ] = None,
) -> None:
    """A customer-success assistant that lives in Slack."""
    if workspace is not None:
        context.obj = partial(_open, workspace)


@app.command()
def run() -> None:
    """Start the bot: on Slack where tokens are set, else on the local workspace, and print its address."""
    from bot.start import run_forever

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("alembic", "chromadb", "httpx", "sentence_transformers", "slack_bolt", "slack_sdk"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    run_forever(typer.echo)


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    *,
    as_user: Annotated[
        str | None, typer.Option("--as", help="Whose reading rights: a Slack id or an e-mail.")
    ] = None,
    thread: Annotated[str | None, typer.Option(help="Any name; questions of one thread follow up.")] = None,
    batch: Annotated[Path | None, typer.Option(help="JSON lines with _id and text.")] = None,
    as_json: Json = False,
) -> None:
    """Ask the knowledge base, with the reading rights of a person (nobody: public text only)."""
    from bot.ask import answer_batch, answer_one
    from store.errors import GuidepostError

    core = core_of(context)
    if batch is not None:
        for row in answer_batch(core, batch, as_user):
            typer.echo(json.dumps(row, ensure_ascii=False))
        return
    if question is None:
        raise GuidepostError('Give a question: guidepost ask "How do I invite a driver?"')
    answered = answer_one(core, question, as_user, thread)
    show(answered, as_json, _answer_text)
    if as_user is None and answered["status"] == "refused":
        typer.echo("You asked as nobody, so only public text was read. Add --as with an e-mail.", err=True)


@knowledge_app.command("sync")
def knowledge_sync(
    context: typer.Context,
    paths: Annotated[
        list[str], typer.Argument(help="Folders, files, or websites (the address of a sitemap or of a part).")
    ],
    *,
    audience: Annotated[
        str,
        typer.Option(
            help="Who may read what does not say so itself: public, customer, internal, account:KEY."
        ),
    ] = "public",
    base_url: Annotated[str | None, typer.Option(help="Where the documents are published.")] = None,
    every: Annotated[
        str | None, typer.Option(help="Have the bot sync it again that often: 30m, 6h, 1d, never.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the knowledge base equal to its sources; only what changed is embedded.

    Reads Markdown, MDX, HTML, reStructuredText, text, PDF, DOCX, FAQ tables (CSV), and the exports of Zendesk and
    Intercom (JSON).
    """
    from bot.knowledge_reports import sync_all
    from bot.syncing import Told, calibrate_if_due
    from knowledge.sources.addresses import is_web_address

    core = core_of(context)
    told = Told(audience, base_url, span(every) if every else None)
    uris = [path if is_web_address(path) else str(existing(path)) for path in paths]
    with progress_line(quiet=as_json) as progress:
        report = sync_all(core, uris, told, progress)
        calibrate_if_due(core, progress)
    show(report, as_json, lambda value: _sync_text(value, audience))


@knowledge_app.command("search")
def knowledge_search(
    context: typer.Context,
    query: str,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 5,
    as_user: Annotated[str | None, typer.Option("--as", help="Whose reading rights.")] = None,
    as_json: Json = False,
) -> None:
    """Rank passages, with each stage's score."""
    from dataclasses import asdict

    from bot.ask import asker_named

    core = core_of(context)
    found = core.retriever(serving=False).find(query, asker_named(core, as_user), k=k)
    show([asdict(evidence) for evidence in found.evidence], as_json, _evidence_text)


@knowledge_app.command("status")
def knowledge_status(context: typer.Context, as_json: Json = False) -> None:
    """Count what is there and say how fresh it is."""
    from bot.knowledge_reports import knowledge_counts

    show(knowledge_counts(core_of(context)), as_json, lines)


@knowledge_app.command("sources")
def knowledge_sources(context: typer.Context, as_json: Json = False) -> None:
    """List what is synced, how fresh it is, and what failed."""
    from bot.knowledge_reports import sources

    show(
        sources(core_of(context)),
        as_json,
        lambda rows: "\n\n".join(map(lines, rows)) or "Nothing is synced yet.",
    )


@knowledge_app.command("passage")
def knowledge_passage(
    context: typer.Context,
    passage_id: Annotated[str, typer.Argument(help="passage_id of a citation.")],
    as_user: Annotated[str | None, typer.Option("--as", help="Whose reading rights.")] = None,
    as_json: Json = False,
) -> None:
    """Open a passage in the version that was cited, and say what became of it since."""
    from bot.ask import passage_as_cited

    show(passage_as_cited(core_of(context), passage_id, as_user), as_json, lines)


@knowledge_app.command("remove")
def knowledge_remove(context: typer.Context, source: str, as_json: Json = False) -> None:
    """Remove a source with all its documents."""
    from bot.syncing import remove_source

    show({"deleted": remove_source(core_of(context), source)}, as_json, lines)


@knowledge_app.command("check")
def knowledge_check(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Rebuild the indexes where they differ.")] = False,
    as_json: Json = False,
) -> None:
    """Compare the database with the vector and the lexical index."""
    from dataclasses import asdict

    report = core_of(context).ingest.check(repair=repair)
    show(asdict(report) | {"healthy": report.healthy}, as_json, lines)
    if not report.healthy:
        raise typer.Exit(1)


@accounts_app.command("import")
def accounts_import(
    context: typer.Context,
    noun: Annotated[str, typer.Argument(help="accounts, contacts, subscriptions, staff or usage.")],
    file: Annotated[Path, typer.Argument(help="A CSV file; docs/accounts.md lists its columns.")],
    as_json: Json = False,
) -> None:
    """Import a CSV file; importing it again updates. A bad row is reported, the rest is kept."""
    from dataclasses import asdict

    from store.accounts_import import Segments, import_csv

    core = core_of(context)
    segments = Segments(core.settings.guidepost_smb_below, core.settings.guidepost_ent_from)
    report = import_csv(core.database, core.workspace_id, noun, file, now=core.clock.now(), segments=segments)
    show(asdict(report), as_json, _import_text)
    if report.failed:
        raise typer.Exit(1)


@app.command()
def digest(
    context: typer.Context,
    period: Annotated[str, typer.Option(help="A number of days: 7d, 30d.")] = "7d",
    form: Annotated[str, typer.Option("--format", help="text, json, csv or html.")] = "text",
    scope: Annotated[str, typer.Option(help="A segment, a CSM or an account; else everything.")] = "",
) -> None:
    """Print what customers asked and said; the same digest as in Slack."""
    from bot.reports import digest_as

    typer.echo(digest_as(core_of(context), period, form, scope))


@app.command()
def journey(
    context: typer.Context,
    view: Annotated[str, typer.Argument(help="map, audit, path, versions or market.")] = "map",
    *,
    period: Annotated[str, typer.Option(help="A number of days: 90d, 365d.")] = "90d",
    segment: Annotated[str | None, typer.Option(help="SMB, MM or ENT, as accounts were then.")] = None,
    persona: Annotated[str | None, typer.Option(help="Whose touches: admin, champion, end_user ...")] = None,
    form: Annotated[str, typer.Option("--format", help="text, json, html or png (the map).")] = "text",
    html: Annotated[Path | None, typer.Option(help="Write the page to this file.")] = None,
    as_json: Json = False,
) -> None:
    """Show where customers and we meet, how it goes, and what to mend first; as HTML, all views on one page."""
    from bot.journeys import journey_as
    from store.insights.journey.requests import Wanted

    core = core_of(context)
    asked = Wanted(view.lower(), period, segment, persona)
    if html is not None:
        html.write_bytes(journey_as(core, asked, "html"))
        typer.echo(f"Saved {html}.", err=as_json)
    if html is None or as_json:
        sys.stdout.buffer.write(journey_as(core, asked, "json" if as_json else form))


@app.command()
def demo(
    *,
    months: Annotated[int, typer.Option(min=3, max=36, help="How many months are played.")] = 12,
    accounts: Annotated[int, typer.Option(min=20, max=200, help="How many customers.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed and last day give the same company.")] = 1,
    until: Annotated[str, typer.Option(help="The last day: 2026-12-31; yesterday if empty.")] = "",
    data: Annotated[
        Path, typer.Option(help="The folder to build it in; it must be empty, or not there yet.")
    ] = Path(".guidepost-demo"),
    as_json: Json = False,
) -> None:
    """Build a made-up company by playing its months through the product, with a moved clock.

    `GUIDEPOST_DATA_DIR=FOLDER guidepost run` opens it.
    """
    from bot.demo.building import build, plan_of
    from bot.settings import load_settings

    settings = load_settings().model_copy(update={"guidepost_data_dir": data})
    plan = plan_of(months, accounts, seed, until)
    with progress_line(quiet=as_json) as progress:
        built = build(settings, plan, tell=progress)
    show(built, as_json, lambda value: lines(value) + f"\n\nOpen it: GUIDEPOST_DATA_DIR={data} guidepost run")


@playbooks_app.command("list")
def playbooks_list(as_json: Json = False) -> None:
    """List the playbooks."""
    from playbooks.loader import describe_all

    show(describe_all(), as_json, lambda rows: "\n".join(map(lines, rows)))


@playbooks_app.command("check")
def playbooks_check(file: Path, as_json: Json = False) -> None:
    """Check a definition; each problem names file, line, step and remedy."""
    from dataclasses import asdict

    from playbooks.checking import check

    problems = check(existing(str(file)))
    show([asdict(p) for p in problems], as_json, lambda _: "\n".join(map(str, problems)) or "No problems.")
    if problems:
        raise typer.Exit(1)


@playbooks_app.command("schema")
def playbooks_schema() -> None:
    """Print the JSON Schema of definitions, for editors."""
    from playbooks.schema import schema_text

    typer.echo(schema_text(), nl=False)


@playbooks_app.command("diagram")
def playbooks_diagram(
    name: Annotated[str, typer.Argument(help="A playbook; empty with --write.")] = "",
    write: Annotated[
        Path | None, typer.Option(help="Write a page for every playbook into this folder.")
    ] = None,
) -> None:
    """Print a playbook's drawing in Mermaid, or write the pages of all."""
    from playbooks.loader import find, shipped
    from playbooks.pages import drawing_of, mermaid, write_all

    if write is not None:
        typer.echo("\n".join(map(str, write_all(write))))
    else:
        typer.echo(mermaid(drawing_of(find(shipped(), name.lower()))), nl=False)


@playbooks_app.command("publish")
def playbooks_publish(
    context: typer.Context,
    name: str,
    by: Annotated[str, typer.Option(help="Who publishes it: an e-mail address.")] = "",
) -> None:
    """Let a playbook (a name, or a definition file) begin by itself from now on; runs that go on keep their version."""
    from bot.publishing import publish

    typer.echo(publish(core_of(context), name, by))


@playbooks_app.command("retire")
def playbooks_retire(context: typer.Context, name: str) -> None:
    """Let a playbook begin by itself no more; it can still be started by hand."""
    from bot.publishing import retire

    typer.echo(retire(core_of(context), name))


@playbooks_app.command("migrate")
def playbooks_migrate(
    context: typer.Context,
    run: str,
    *,
    by: Annotated[str, typer.Option(help="Who wants it: an e-mail address.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would follow.")] = False,
) -> None:
    """Take a run to the version that is published now."""
    from bot.publishing import migrate

    typer.echo(migrate(core_of(context), run, by, only_say=not yes))


@playbooks_app.command("simulate")
def playbooks_simulate(
    context: typer.Context,
    name: str,
    until: Annotated[str, typer.Option(help="A date, 2026-12-31.")],
    *,
    account: Annotated[str | None, typer.Option(help="An account's name, alias or key.")] = None,
    segment: Annotated[str | None, typer.Option(help="All accounts of SMB, MM or ENT.")] = None,
    answers: Annotated[Path | None, typer.Option(help="YAML: what is answered, by step.")] = None,
    sample: Annotated[int | None, typer.Option(help="Answers by chance, with that seed.")] = None,
    as_json: Json = False,
) -> None:
    """Say what would be sent, when, to whom, and why not; nothing is."""
    from bot.simulating import course_text, simulate_for, stand_ins

    people = stand_ins(answers, sample)
    course = simulate_for(
        core_of(context), name, until=until, account=account, segment=segment, people=people
    )
    if as_json:
        show([line.as_dict() for line in course.lines], as_json, str)
    else:
        typer.echo(course_text(course))


@app.command()
def doctor(
    context: typer.Context,
    *,
    online: Annotated[bool, typer.Option("--online", help="Ask the chat model for one word too.")] = False,
    as_json: Json = False,
) -> None:
    """Say what is wrong with this installation, and the remedy; ends with 1 if something does not work."""
    from dataclasses import asdict

    from bot.doctor import examine

    found = list(examine(context.obj, online=online))
    show([asdict(finding) for finding in found], as_json, lambda rows: "\n".join(map(_finding_text, rows)))
    if any(finding.state == "problem" for finding in found):
        raise typer.Exit(1)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables to this version. SQLite does it by itself; PostgreSQL waits for this command."""
    from bot.settings import load_settings
    from bot.wiring import open_database
    from store.schema import upgrade

    typer.echo(f"The database is at revision {upgrade(open_database(load_settings()))}.")


@db_app.command("backup")
def db_backup(context: typer.Context, file: Path) -> None:
    """Copy the SQLite database to a file while the bot runs."""
    from store.backup import backup

    backup(core_of(context).database, file)
    typer.echo(f"Saved {file}.")


def main(arguments: Sequence[str] | None = None, opens: Callable[[], Core] | None = None) -> None:
    """Run the command line; an error on purpose is a sentence, not a traceback.

    Args:
        arguments: those of the process if None.
        opens: what commands stand on; as the settings say if None.
    """
    from store.errors import GuidepostError

    try:
        app(args=arguments, prog_name="guidepost", obj=opens or _open)
    except GuidepostError as error:
        typer.secho(f"Error: {error}", err=True, fg="red")
        sys.exit(1)


def _open(team_id: str | None = None) -> Core:
    from bot.settings import load_settings
    from bot.wiring import open_core

    return open_core(load_settings(), team_id=team_id)


def _finding_text(row: dict[str, str]) -> str:
    mark = {"ok": "ok", "warning": "!!", "problem": "XX"}[row["state"]]
    remedy = f"\n       {row['remedy']}" if row["remedy"] and row["state"] != "ok" else ""
    return f"  {mark}  {row['about']}: {row['text']}{remedy}"


def _answer_text(answered: dict[str, Any]) -> str:
    text: str = answered["answer"]
    sources = [f"  [{c['n']}] {c['title']} — {c['uri']}" for c in answered["citations"]]
    readings = [f"  - {reading}" for reading in answered["readings"]]
    below = "\n".join((*sources, *readings))
    return text + (f"\n\n{below}" if below else "")


def _sync_text(report: dict[str, Any], audience: str) -> str:
    renamed = f" ({report['renamed']} renamed)" if report["renamed"] else ""
    rate = f" at {report['passages_per_second']} a second" if report["embedded"] else ""
    failed = "".join(f"\n  failed: {f['uri']}: {f['reason']}" for f in report["failed"])
    warnings = "".join(f"\n  warning: {warning}" for warning in report["warnings"])
    return (
        f"{report['added']} added, {report['updated']} updated{renamed}, {report['deleted']} deleted, "
        f"{report['unchanged']} unchanged; {report['passages']} passages, {report['embedded']} embedded{rate}, "
        f"{report['seconds']} s{failed}{warnings}\n"
        f"Documents that do not say who may read them: {audience} (--audience changes that)."
    )


def _import_text(report: dict[str, Any]) -> str:
    failed = "".join(f"\n  line {f['line']}: {f['reason']}" for f in report["failed"])
    return (
        f"{report['added']} added, {report['updated']} updated, {report['unchanged']} unchanged, "
        f"{len(report['failed'])} failed{failed}"
    )


def _evidence_text(rows: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{row['reranked'] or 0:6.2f} {row['fused']:.3f}  {' > '.join(row['heading_path'])}\n"
        f"               {row['text'][:160]!r}"
        for row in rows
    )


if __name__ == "__main__":
    main()
