"""`guidepost privacy ...` and what a CSM sees of an account, on the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.console import Json, core_of, lines, show

if TYPE_CHECKING:
    from bot.wiring import Core
    from store.tables import Account

privacy_app = typer.Typer(no_args_is_help=True, help="What is stored about people, and forgetting them.")
User = Annotated[str, typer.Argument(help="A Slack id or an e-mail address.")]
Named = Annotated[str, typer.Argument(help="An account's name, alias or key.")]


def register(accounts_app: typer.Typer) -> None:
    """Add what CSMs see to `guidepost accounts`."""
    accounts_app.command("health")(health)
    accounts_app.command("brief")(brief)
    accounts_app.command("goals")(goals)


@privacy_app.command("export")
def privacy_export(context: typer.Context, user: User) -> None:
    """Print everything that is stored about a person, as JSON."""
    from store.personal import export_person

    core = core_of(context)
    with core.database.reading() as session:
        show(export_person(session, core.workspace_id, user), as_json=True, text=lines)


@privacy_app.command("erase")
def privacy_erase(
    context: typer.Context,
    user: User,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Forget a person: their words and names go, what was counted stays. It works while the bot runs."""
    from bot.privacy import erase
    from playbooks.runner import PlaybookRunner

    core = core_of(context)
    if not yes:
        typer.confirm(
            f"Erase everything that {user} wrote, and who they are, for good?", abort=True, err=True
        )
    runner = PlaybookRunner(
        core.database, core.clock, setting=core.playbook_setting, workspace_id=core.workspace_id
    )
    with core.database.transaction() as session:
        done = erase(session, runner, core.workspace_id, user, by="command line", now=core.clock.now())
    show(done.as_json() | {"sentence": done.sentence}, as_json, lambda value: str(value["sentence"]))


def health(context: typer.Context, account: Named, as_json: Json = False) -> None:
    """Say how an account is, and why: every measure with its weight."""
    from store.insights.account_health import work_out
    from store.insights.account_rows import read_account

    core = core_of(context)
    found = _account(core, account)
    with core.database.reading() as session:
        row = work_out(session, read_account(session, found, core.clock.now()))
    figures = {"score", "computed", "source", "known_weight", "band", "capped"}
    value = row.model_dump(mode="json", include=figures)
    show({"account": found.name, **value, "measures": row.measures}, as_json, _health_text)


def brief(context: typer.Context, account: Named, as_json: Json = False) -> None:
    """Print the renewal brief: every line with the row that says it, and what nobody knows."""
    from store.insights.account_rows import read_account
    from store.insights.renewal_brief import renewal_brief
    from store.tables import signals

    core = core_of(context)
    found = _account(core, account)
    with core.database.reading() as session:
        rows = read_account(session, found, core.clock.now())
        made = renewal_brief(rows, signals.signals_of(session, found.id))
    sections = {
        title: [{"text": one.text, **asdict(one.source)} for one in told] for title, told in made.sections
    }
    value = {
        "account": made.account,
        "dimensions": dict(made.dimensions),
        "sections": sections,
        "unknowns": list(made.unknowns),
    }
    show(value, as_json, _brief_text)


def goals(context: typer.Context, account: Named, as_json: Json = False) -> None:
    """Print an account's goals: baseline, now, target, until when."""
    from store.tables import goals as table

    core = core_of(context)
    found = _account(core, account)
    with core.database.reading() as session:
        standing = table.goals_of(session, found)
    rows = [asdict(one) | {"progress": one.progress, "met": one.is_met} for one in standing]
    show(rows, as_json, lambda value: "\n".join(map(_goal_text, value)) or "No goal is written down.")


def _account(core: Core, name: str) -> Account:
    from store.errors import NotFound
    from store.finding import find_account
    from store.tables import accounts

    with core.database.reading() as session:
        ids = [one.id for one in accounts.all_accounts(session, core.workspace_id)]
        match = find_account(session, core.workspace_id, name, ids)
    if match.account is None:
        near = ", ".join(one.name for one in match.accounts)
        raise NotFound(f"No one account is called “{name}”." + (f" Did you mean {near}?" if near else ""))
    return match.account


def _health_text(value: dict[str, Any]) -> str:
    score = "not known" if value["score"] is None else f"{value['score']} of 100"
    told = [
        f"{value['account']}: {score} ({value['band']}, {value['source']}, {value['known_weight']} % known)"
    ]
    for one in value["measures"]:
        shown = "  ?" if one["value"] is None else f"{one['value']:3.0f}"
        told.append(f"  {one['name']:<13} {shown}  weight {one['weight']:>2}  {one['why']}")
    return "\n".join(told)


def _brief_text(value: dict[str, Any]) -> str:
    colours = ", ".join(f"{name} {colour}" for name, colour in value["dimensions"].items())
    told = [f"{value['account']}: {colours}"]
    for title, rows in value["sections"].items():
        told += ["", title, *map(_line, rows)]
    return "\n".join([*told, "", "What we do not know", *(f"  - {one}" for one in value["unknowns"])])


def _line(row: dict[str, Any]) -> str:
    where = ", ".join(str(part) for part in (row["label"], row["on"]) if part)
    return f"  - {row['text']}  [{where}]"


def _goal_text(row: dict[str, Any]) -> str:
    known = [f"{row[name]:g}" for name in ("baseline", "now", "target") if row[name] is not None]
    share = f", {row['progress']:.0%}" if row["progress"] is not None else ""
    return f"{row['title']}: {' -> '.join(known)} {row['unit']}".rstrip() + share
