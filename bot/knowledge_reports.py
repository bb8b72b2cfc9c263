"""What the command line reports of the knowledge base: syncs, counts, sources, as plain values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.syncing import sync_source
from knowledge.types import SyncReport
from store.tables import calibrations, documents, generations, vectors, writing
from store.tables.sources import VERIFIED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.syncing import Told
    from bot.wiring import Core
    from knowledge.generations import Progress
    from store.tables.documents import SourceStatus


def sync_all(
    core: Core, uris: Iterable[str], told: Told, progress: Callable[[Progress], None] | None
) -> dict[str, Any]:
    """Sync several sources, one after the other; the sum of their reports."""
    total = SyncReport()
    for uri in uris:
        total = _sum(total, sync_source(core, uri, told, progress))
    return asdict(total)


def knowledge_counts(core: Core) -> dict[str, Any]:
    """How much the knowledge base holds, and which index serves it."""
    found = sources(core)
    model = core.embedder.fingerprint
    with core.database.reading() as session:
        active = generations.active_generation(session, core.workspace_id)
        waiting = vectors.count_without_embedding(session, core.workspace_id, model)
        today = writing.spent(session, core.workspace_id, core.clock.now().date())
        calibrated = calibrations.find(session, core.workspace_id)
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
        "index_model": active.embedding_model if active else None,
        "index_built_at": active.activated_at.isoformat() if active and active.activated_at else None,
        "least_confidence": calibrated.least if calibrated else None,
        "chat_model": core.settings.guidepost_chat_model,
        "chat_today": {
            "calls": today.calls,
            "without_usable_answer": today.failures,
            "used_again": today.remembered,
            "tokens": today.tokens,
            "cost": today.cost_micros / 1_000_000,
        },
    }


def sources(core: Core) -> list[dict[str, Any]]:
    """What is synced, how fresh it is, when it is synced again, and what failed."""
    today = core.clock.now().date()
    with core.database.reading() as session:
        found = documents.source_statuses(
            session, core.workspace_id, day=today, reviewed_since=today - core.settings.stale_after
        )
    return [_source(source, core.settings.sync_every) for source in found]


def _source(source: SourceStatus, installation_every: int) -> dict[str, Any]:
    every = installation_every if source.sync_every is None else source.sync_every
    by_itself = every > 0 and source.uri != VERIFIED and source.tried_at is not None
    due = source.tried_at + timedelta(seconds=every) if by_itself and source.tried_at else None
    return {
        "source": source.uri,
        "audience": source.audience,
        "base_url": source.base_url,
        "synced_at": source.synced_at.isoformat() if source.synced_at else None,
        "next_sync_at": due.isoformat() if due else None,
        "documents": source.documents,
        "passages": source.passages,
        "passages_per_second": source.report.get("passages_per_second", 0.0),
        "stale": list(source.stale),
        "out_of_date": list(source.out_of_date),
        "failed": source.report.get("failed", []),
        "warnings": source.report.get("warnings", []),
        "error": source.error,
    }


def _sum(one: SyncReport, other: SyncReport) -> SyncReport:
    """Two reports as one; passages are what the index holds after the last."""
    timed = [report for report in (one, other) if report.passages_per_second]  # 0.0: too slow to tell
    spent = sum(report.embedded / report.passages_per_second for report in timed)
    return SyncReport(
        added=one.added + other.added,
        updated=one.updated + other.updated,
        renamed=one.renamed + other.renamed,
        deleted=one.deleted + other.deleted,
        unchanged=one.unchanged + other.unchanged,
        failed=(*one.failed, *other.failed),
        passages=other.passages,
        embedded=one.embedded + other.embedded,
        seconds=round(one.seconds + other.seconds, 2),
        passages_per_second=round(sum(report.embedded for report in timed) / spent, 1) if spent else 0.0,
        warnings=(*one.warnings, *other.warnings),
    )
