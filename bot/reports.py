"""What the command line reports: counts, sources, digests, simulations, as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from store.tables import documents

if TYPE_CHECKING:
    from bot.wiring import Core


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
