"""What the command line reports: counts, sources, digests, simulations, as plain values."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from knowledge.types import SyncReport
from store.tables import documents

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
        active = documents.active_generation(session, core.workspace_id)
        waiting = documents.count_without_embedding(session, core.workspace_id, model)
    return {
        "sources": len(found),
        "documents": sum(source["documents"] for source in found),
        "passages": sum(source["passages"] for source in found),
        "failed": sum(len(source["failed"]) for source in found),
        "without_embedding": waiting,
        "embedding_model": model,
        "index": active.id if active else None,
        "index_built_at": active.activated_at.isoformat() if active and active.activated_at else None,
    }


def sources(core: Core) -> list[dict[str, Any]]:
    """What is synced, how fresh it is, and what failed."""
    with core.database.reading() as session:
        found = documents.source_statuses(session, core.workspace_id)
    return [
        {
            "source": source.uri,
            "audience": source.audience,
            "base_url": source.base_url,
            "synced_at": source.synced_at.isoformat() if source.synced_at else None,
            "documents": source.documents,
            "passages": source.passages,
            "failed": source.report.get("failed", []),
        }
        for source in found
    ]
