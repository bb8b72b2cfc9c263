"""`guidepost knowledge qa`: verified answers on the command line."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.console import Json, core_of, lines, show

if TYPE_CHECKING:
    from bot.wiring import Core
    from store.tables import VerifiedAnswer

qa_app = typer.Typer(no_args_is_help=True, help="Answers that somebody stands for, as sources.")


@qa_app.command("add")
def add(
    context: typer.Context,
    question: Annotated[str, typer.Option(help="As a customer would ask it.")],
    answer: Annotated[str, typer.Option(help="Markdown.")],
    by: Annotated[
        str, typer.Option(help="Who stands for it: the e-mail or Slack id of somebody on the team.")
    ],
    *,
    audience: Annotated[
        str, typer.Option(help="Who may read it: public, customer, internal, account:KEY.")
    ] = "internal",
    expires: Annotated[str | None, typer.Option(help="The last day on which it holds: 2026-12-31.")] = None,
    as_json: Json = False,
) -> None:
    """Approve a question with its answer; it ranks as a source at once."""
    from bot.syncing import sync_verified
    from bot.verifying.answers import Draft, approve
    from knowledge.ingest import audience_as_stored

    core = core_of(context)
    draft = Draft(question, answer, audience_as_stored(audience, core.account_id), _day(expires))
    with core.database.transaction() as session:
        pair = approve(session, core.workspace_id, draft, _approver(core, by), now=core.clock.now())
    sync_verified(core)
    show(_row(pair, core.clock.now().date()), as_json, lines)


@qa_app.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """List the verified answers, the newest first."""
    from store.tables.verified import verified_answers

    core = core_of(context)
    with core.database.reading() as session:
        rows = [_row(pair, core.clock.now().date()) for pair in verified_answers(session, core.workspace_id)]
    show(rows, as_json, lambda found: "\n\n".join(map(lines, found)) or "Nobody has approved an answer yet.")


@qa_app.command("expire")
def expire(
    context: typer.Context,
    pair: Annotated[str, typer.Argument(help="Its id, or how its id begins.")],
    as_json: Json = False,
) -> None:
    """Take a verified answer out of the knowledge base now."""
    from bot.syncing import sync_verified
    from bot.verifying.answers import withdraw

    core = core_of(context)
    with core.database.transaction() as session:
        gone = withdraw(session, core.workspace_id, pair, now=core.clock.now())
    sync_verified(core)
    show(_row(gone, core.clock.now().date()), as_json, lines)


def _row(pair: VerifiedAnswer, today: date) -> dict[str, Any]:
    state = "withdrawn" if pair.withdrawn_at else "in effect"
    if pair.expires_on and pair.expires_on < today:
        state = "expired"
    return {
        "id": pair.id,
        "question": pair.question,
        "answer": pair.answer,
        "audience": pair.audience,
        "approved_by": pair.approver_name,
        "approved_at": pair.approved_at.isoformat(),
        "expires_on": pair.expires_on.isoformat() if pair.expires_on else None,
        "state": state,
        "source_link": pair.source_link,
    }


def _approver(core: Core, name: str) -> Any:
    from bot.verifying.answers import Approver, NotApproved
    from store import people

    with core.database.reading() as session:
        person = people.person_named(session, core.workspace_id, name, core.settings.admins)
    if not person.may_act_as("csm"):
        raise NotApproved(
            f"{name} is nobody on the team, so nobody would stand for it. Import staff first "
            "(`guidepost accounts import staff FILE.csv`), or name somebody else with --by."
        )
    return Approver(person.email or person.slack_user_id or name, person.name)


def _day(text: str | None) -> date | None:
    from bot.verifying.answers import NotApproved

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotApproved(f"{text} is no date. Write it as 2026-12-31.") from None
