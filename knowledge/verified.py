"""Verified answers as documents: a question with the answer that somebody stands for ranks like any source."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from knowledge.sources.documents import read_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from knowledge.types import SourceDocument
    from store.tables import VerifiedAnswer

APPROVED_BY, APPROVED_AT, LINK = "approved_by", "approved_at", "source_link"


def as_documents(pairs: Iterable[VerifiedAnswer]) -> Iterator[SourceDocument]:
    """Each pair as a document: the question is its title, the answer its text, the expiry its last day."""
    for pair in pairs:
        content = f"{pair.question}\n{pair.answer}\n{pair.approver_name}\n{pair.approved_at.isoformat()}"
        uri = f"qa/{pair.id}"
        yield replace(
            read_document(f"{uri}.md", pair.answer.encode()),
            uri=uri,
            title=pair.question,
            content_hash=hashlib.sha256(content.encode()).hexdigest(),
            audience=pair.audience,
            owner=pair.approver_name,
            effective_until=pair.expires_on,
            meta={
                APPROVED_BY: pair.approver_name,
                APPROVED_AT: pair.approved_at.isoformat(),
                **({LINK: pair.source_link} if pair.source_link else {}),
            },
        )


def approval_of(meta: Mapping[str, Any]) -> str | None:
    """Who stands for a verified answer and since when, in words; None for other documents."""
    who, when = meta.get(APPROVED_BY), meta.get(APPROVED_AT)
    if not who or not isinstance(when, str):
        return None
    try:
        return f"approved by {who} on {datetime.fromisoformat(when):%-d %B %Y}"
    except ValueError:  # somebody's own front matter
        return None
