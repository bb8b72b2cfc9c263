"""What the command line reports: counts, sources, digests, simulations, as plain values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

from knowledge.types import SyncReport
from playbooks.runner import PlaybookRunner
from store import people
from store.errors import GuidepostError, NotFound
from store.finding import find_account
from store.insights.digest import digest
from store.insights.evidence import all_evidence
from store.insights.render import render
from store.insights.scope import period_of
from store.insights.values import Scope
from store.people import Person
from store.tables import documents, generations, vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from bot.wiring import Core
    from knowledge.generations import Progress


def sync_all(
    core: Core,
    paths: Iterable[Path],
    *,
    audience: str,
    base_url: str | None,
    progress: Callable[[Progress], None] | None,
) -> dict[str, Any]:
    """Sync several sources, one after the other; the sum of their reports."""
    total = SyncReport()
    for path in paths:
        report = core.ingest.sync(
            path, audience=audience, base_url=base_url, account_id=core.account_id, progress=progress
        )
        total = SyncReport(
            added=total.added + report.added,
            updated=total.updated + report.updated,
            deleted=total.deleted + report.deleted,
            unchanged=total.unchanged + report.unchanged,
            failed=(*total.failed, *report.failed),
            passages=report.passages,
            embedded=total.embedded + report.embedded,
            seconds=round(total.seconds + report.seconds, 2),
        )
    return asdict(total)


def knowledge_counts(core: Core) -> dict[str, Any]:
    """How much the knowledge base holds, and which index serves it."""
    found = sources(core)
    model = core.embedder.fingerprint
    with core.database.reading() as session:
        active = generations.active_generation(session, core.workspace_id)
        waiting = vectors.count_without_embedding(session, core.workspace_id, model)
    return {
        "sources": len(found),
        "documents": sum(source["documents"] for source in found),
        "passages": sum(source["passages"] for source in found),
        "failed": sum(len(source["failed"]) for source in found),
        "stale": sum(len(source["stale"]) for source in found),
        "out_of_date": sum(len(source["out_of_date"]) for source in found),
        "without_embedding": waiting,
        "embedding_model": model,
        "index": active.id if active else None,
        "index_built_at": active.activated_at.isoformat() if active and active.activated_at else None,
    }


def sources(core: Core) -> list[dict[str, Any]]:
    """What is synced, how fresh it is, and what failed."""
    today = core.clock.now().date()
    with core.database.reading() as session:
        found = documents.source_statuses(
            session,
            core.workspace_id,
            day=today,
            reviewed_since=today - core.settings.stale_after,
        )
    return [
        {
            "source": source.uri,
            "audience": source.audience,
            "base_url": source.base_url,
            "synced_at": source.synced_at.isoformat() if source.synced_at else None,
            "documents": source.documents,
            "passages": source.passages,
            "stale": list(source.stale),
            "out_of_date": list(source.out_of_date),
            "failed": source.report.get("failed", []),
            "warnings": source.report.get("warnings", []),
            "error": source.error,
        }
        for source in found
    ]


def digest_as(core: Core, period: str, form: str) -> str:
    """The digest of the whole workspace, as text, json, csv or html."""
    now = core.clock.now()
    with core.database.reading() as session:
        made = digest(session, core.workspace_id, period_of(period, now), Scope("the whole workspace"), now)
        return render(made, form, all_evidence(session, core.workspace_id, made))


def simulate_for(core: Core, playbook: str, account: str, until: str) -> list[dict[str, Any]]:
    """What a playbook would send to an account until a day, by the same engine, with nothing sent.

    Raises:
        NotFound: no such account, or several of that name.
        GuidepostError: `until` is no date, or has passed.
    """
    day = _day(until, core.clock.now().date())
    with core.database.reading() as session:
        everyone = Person(None, "staff", "admin", "the command line")
        ids = people.visible_account_ids(session, core.workspace_id, everyone)
        match = find_account(session, core.workspace_id, account, ids)
    if match.account is None:
        names = (
            ", ".join(found.name for found in match.accounts) or "none; `guidepost accounts import` adds some"
        )
        raise NotFound(f"Which account is “{account}”? There are: {names}.")
    runner = PlaybookRunner(core.database, core.clock)
    lines = runner.preview(playbook, match.account.id, core.workspace_id, until=day)
    return [line.as_dict() for line in lines]


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise GuidepostError(f"{text} is no date. Write it as 2026-12-31.") from None
    if day < today:
        raise GuidepostError(f"{text} has passed; it is {today} now. Give a day to come.")
    return day
