"""How far a cited source can be relied on now: whether it still says so, who stands for it, how old it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.blocks.text import ago
from knowledge.verified import approval_of
from store.tables import Document, Passage

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

    from bot.blocks.source import Standing
    from knowledge.types import CitedPassage
    from store.tables import Citation

STALE_AFTER = timedelta(days=365)  # unless the installation says otherwise


def cited_document(session: Session, citation: Citation | CitedPassage) -> Document | None:
    """The document of a citation, in its present version, if it is still there."""
    return session.get(Document, citation.document_id) if citation.document_id else None


def standing_of(session: Session, citation: Citation | CitedPassage) -> Standing:
    """What became of a cited passage since: its article may have been edited elsewhere, or there, or be gone."""
    document = cited_document(session, citation)
    if document is None:
        return "removed"
    if document.content_hash == citation.document_hash:
        return "current"
    return "edited" if session.get(Passage, citation.passage_id) else "changed"


def freshness(document: Document | None, today: date, stale_after: timedelta = STALE_AFTER) -> str:
    """Who approved a source and when, or when it was reviewed and whether that is too long ago; else empty."""
    if document is None:
        return ""
    if approved := approval_of(document.meta):
        return approved
    if document.reviewed_on is None:
        return ""
    note = f"reviewed {ago(today - document.reviewed_on)}"
    return f"{note}, may be out of date" if is_stale(document, today, stale_after) else note


def is_stale(document: Document, today: date, stale_after: timedelta = STALE_AFTER) -> bool:
    """Whether a document's last review is too long ago; one that nobody reviews has no such date."""
    return document.reviewed_on is not None and today - document.reviewed_on > stale_after
