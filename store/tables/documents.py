"""What the knowledge base holds: documents, their passages, and passages as they once were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, delete, func, or_, select
from sqlmodel import Field, SQLModel, col

from store.columns import id_field, json_field, moment_field, workspace_field
from store.tables.sources import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlmodel import Session

_CHUNK = 500  # ids in one IN (...), below every database's limit


class Document(SQLModel, table=True):
    """One article, in its current version."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("workspace_id", "source_id", "uri"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    source_id: str = Field(foreign_key="sources.id", index=True)
    uri: str  # path inside the source
    title: str
    content_hash: str
    audience: str = Field(default="customer", index=True)
    plan: str | None = None
    stage: str | None = None
    language: str = "en"
    owner: str | None = None
    reviewed_on: date | None = None
    persona: str | None = None  # whom it is written for: admin, developer ...
    effective_from: date | None = None  # evidence from that day on, in UTC
    effective_until: date | None = None  # evidence up to and including that day, in UTC
    link: str | None = None  # where this very document is published, if its source says so
    meta: dict[str, Any] = json_field()  # the rest of the front matter
    card: str = ""  # title and description: what the document as a whole is about, for ranking only; "": none
    card_hash: str = Field(default="", index=True)
    created_at: datetime = moment_field()
    updated_at: datetime = moment_field()


class Passage(SQLModel, table=True):
    """A piece of a document, small enough to be evidence. Its id is its version: another text, another id."""

    __tablename__ = "passages"
    __table_args__ = (UniqueConstraint("workspace_id", "document_id", "position"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    document_id: str = Field(foreign_key="documents.id", index=True)
    position: int  # 0, 1, 2 ... in reading order
    heading_path: list[str] = json_field(list)
    anchor: str | None = None
    kind: str = "text"  # text | table | code | steps
    text: str
    text_hash: str = Field(index=True)
    audience: str = Field(index=True)
    created_at: datetime = moment_field()  # since when the document says so


class RetiredPassage(SQLModel, table=True):
    """A passage that its document no longer holds, as it was: what was cited can still be opened."""

    __tablename__ = "retired_passages"

    id: str = id_field()  # as it was in `passages`
    workspace_id: str = workspace_field()
    source_id: str = Field(index=True)  # no foreign keys: what they name may be gone
    document_id: str = Field(index=True)
    document_uri: str
    title: str
    heading_path: list[str] = json_field(list)
    anchor: str | None = None
    text: str
    audience: str
    created_at: datetime = moment_field()
    retired_at: datetime = moment_field()


@dataclass(frozen=True)
class DocumentState:
    """What a sync compares a document with."""

    id: str
    content_hash: str
    created_at: datetime
    fields: tuple[Any, ...]  # `document_fields`


@dataclass(frozen=True)
class EvidenceRow:
    """A passage with what it takes to cite it."""

    passage_id: str
    document_id: str
    title: str
    document_uri: str
    base_url: str | None
    anchor: str | None
    heading_path: list[str]
    text: str
    kind: str
    audience: str
    document_hash: str
    card: str
    plan: str | None
    stage: str | None
    persona: str | None
    language: str
    owner: str | None
    reviewed_on: date | None
    link: str | None


@dataclass(frozen=True)
class PassageVersion:
    """A passage as it is or as it was, with what became of its source."""

    passage_id: str
    document_id: str
    title: str
    document_uri: str
    heading_path: list[str]
    anchor: str | None
    text: str
    audience: str
    created_at: datetime
    retired_at: datetime | None  # None: its document still says so
    document_audience: str | None  # who may read the document now; None: it is gone


@dataclass(frozen=True)
class SourceStatus:
    """One source with its counts."""

    id: str
    uri: str
    audience: str
    base_url: str | None
    synced_at: datetime | None
    report: Mapping[str, Any]
    documents: int
    passages: int
    sync_every: int | None
    tried_at: datetime | None
    error: str | None
    stale: tuple[str, ...]  # documents whose review is too long ago
    out_of_date: tuple[str, ...]  # documents that are not evidence today


def document_states(session: Session, source_id: str) -> dict[str, DocumentState]:
    """Every document of a source: uri -> its id, content hash and fields."""
    query = select(
        col(Document.uri), col(Document.id), col(Document.content_hash), col(Document.created_at), *_FIELDS
    ).where(col(Document.source_id) == source_id)
    return {
        uri: DocumentState(row_id, content_hash, created_at, tuple(fields))
        for uri, row_id, content_hash, created_at, *fields in session.execute(query)
    }


def document_fields(document: Document) -> tuple[Any, ...]:
    """What is said about a document, beside its content: another value makes it an updated document."""
    return tuple(getattr(document, column.key) for column in _FIELDS)


def document_uris(session: Session, workspace_id: str) -> dict[str, str]:
    """Every document's path inside its source, by id."""
    query = select(col(Document.id), col(Document.uri)).where(col(Document.workspace_id) == workspace_id)
    return dict(session.execute(query).all())


def save_document(session: Session, document: Document, passages: Sequence[Passage], now: datetime) -> None:
    """Write a document and exchange its passages for the given ones. Its id decides: insert or update.

    A passage whose id stays keeps its age; one that goes is retired, so that it can be opened as it was.
    """
    session.merge(document)
    session.flush()
    mine = col(Passage.document_id) == document.id
    ages = dict(session.execute(select(col(Passage.id), col(Passage.created_at)).where(mine)).all())
    staying = {passage.id for passage in passages}
    for chunk in _chunks(sorted(set(ages) - staying)):
        leaving = session.execute(select(Passage).where(mine, col(Passage.id).in_(chunk))).scalars().all()
        _retire(session, leaving, document, now)
    session.execute(delete(Passage).where(mine))
    for passage in passages:
        passage.created_at = ages.get(passage.id, passage.created_at)
    for chunk in _chunks(sorted(staying)):
        session.execute(delete(RetiredPassage).where(col(RetiredPassage.id).in_(chunk)))
    session.add_all(passages)
    session.flush()


def delete_documents(session: Session, document_ids: Collection[str], now: datetime) -> None:
    """Remove documents; their passages are retired."""
    for chunk in _chunks(sorted(document_ids)):
        for document in session.execute(select(Document).where(col(Document.id).in_(chunk))).scalars().all():
            passages = session.execute(select(Passage).where(col(Passage.document_id) == document.id))
            _retire(session, passages.scalars().all(), document, now)
        session.execute(delete(Passage).where(col(Passage.document_id).in_(chunk)))
        session.execute(delete(Document).where(col(Document.id).in_(chunk)))


def delete_source(session: Session, source_id: str) -> int:
    """Remove a source with everything in it, old versions too; how many documents that were.

    What was cited stays in the citations.
    """
    ids = [state.id for state in document_states(session, source_id).values()]
    for chunk in _chunks(sorted(ids)):
        session.execute(delete(Passage).where(col(Passage.document_id).in_(chunk)))
        session.execute(delete(Document).where(col(Document.id).in_(chunk)))
    session.execute(delete(RetiredPassage).where(col(RetiredPassage.source_id) == source_id))
    session.execute(delete(Source).where(col(Source.id) == source_id))
    return len(ids)


def count_orphans(session: Session, workspace_id: str) -> int:
    """How many passages have no document, or a document without a source."""
    query = select(func.count(col(Passage.id))).where(*_orphaned(workspace_id))
    return int(session.execute(query).scalar_one())


def delete_orphans(session: Session, workspace_id: str) -> None:
    """Remove passages without a document, and documents without a source."""
    lost = _without_source(workspace_id)
    session.execute(delete(Passage).where(*_orphaned(workspace_id)))
    session.execute(delete(Document).where(col(Document.id).in_(lost)))


def passage_version(session: Session, workspace_id: str, passage_id: str) -> PassageVersion | None:
    """A passage by its id, as it is or, where its document no longer says so, as it was."""
    query = (
        select(Passage, Document)
        .join(Document, col(Document.id) == col(Passage.document_id))
        .where(col(Passage.workspace_id) == workspace_id, col(Passage.id) == passage_id)
    )
    present = session.execute(query).first()
    if present is not None:
        passage, document = present
        return _version(passage, document.title, document.uri, None, document)
    retired = session.get(RetiredPassage, passage_id)
    if retired is None or retired.workspace_id != workspace_id:
        return None
    document = session.get(Document, retired.document_id)
    return _version(retired, retired.title, retired.document_uri, retired.retired_at, document)


def evidence_rows(
    session: Session,
    workspace_id: str,
    passage_ids: Collection[str],
    audiences: Collection[str],
    day: date | None = None,
) -> list[EvidenceRow]:
    """Passages by id, of the given audiences only: the second check, behind the index's own.

    With `day`, only those that are in effect then.
    """
    found: list[EvidenceRow] = []
    for chunk in _chunks(sorted(passage_ids)):
        query = (
            select(*_EVIDENCE)
            .join(Document, col(Passage.document_id) == col(Document.id))
            .join(Source, col(Document.source_id) == col(Source.id))
            .where(
                col(Passage.workspace_id) == workspace_id,
                col(Passage.id).in_(chunk),
                col(Passage.audience).in_(sorted(audiences)),
                *(_in_effect(day) if day else ()),
            )
        )
        found += [EvidenceRow(*row) for row in session.execute(query)]
    return found


def dated_documents(session: Session, workspace_id: str) -> set[tuple[str, date | None, date | None]]:
    """Audience, first and last day of the documents that are evidence on certain days only."""
    query = (
        select(col(Document.audience), col(Document.effective_from), col(Document.effective_until))
        .where(
            col(Document.workspace_id) == workspace_id,
            or_(col(Document.effective_from).is_not(None), col(Document.effective_until).is_not(None)),
        )
        .distinct()
    )
    return {(audience, start, end) for audience, start, end in session.execute(query)}


def document_languages(
    session: Session, workspace_id: str, audiences: Collection[str], day: date
) -> set[str]:
    """The languages that readable documents are written in, as their front matter says (`en`, `de` ...)."""
    query = (
        select(col(Document.language))
        .where(
            col(Document.workspace_id) == workspace_id,
            col(Document.audience).in_(sorted(audiences)),
            *_in_effect(day),
        )
        .distinct()
    )
    return set(session.execute(query).scalars())


def source_statuses(
    session: Session, workspace_id: str, *, day: date, reviewed_since: date
) -> list[SourceStatus]:
    """Every source with how much it holds, by name.

    Args:
        session: a session.
        workspace_id: the workspace.
        day: today; documents that are not in effect are named.
        reviewed_since: documents whose last review was before are named as stale.
    """
    documents = _counts_by_source(session, workspace_id, func.count(col(Document.id).distinct()))
    passages = _counts_by_source(session, workspace_id, func.count(col(Passage.id)))
    stale = _uris_by_source(session, workspace_id, col(Document.reviewed_on) < reviewed_since)
    over = _uris_by_source(
        session, workspace_id, or_(col(Document.effective_from) > day, col(Document.effective_until) < day)
    )
    sources = session.execute(
        select(Source).where(col(Source.workspace_id) == workspace_id).order_by(col(Source.uri))
    ).scalars()
    return [
        SourceStatus(
            id=source.id,
            uri=source.uri,
            audience=source.audience,
            base_url=source.base_url,
            synced_at=source.synced_at,
            report=source.report,
            documents=documents.get(source.id, 0),
            passages=passages.get(source.id, 0),
            sync_every=source.sync_every,
            tried_at=source.tried_at,
            error=source.error,
            stale=tuple(stale.get(source.id, ())),
            out_of_date=tuple(over.get(source.id, ())),
        )
        for source in sources
    ]


def _uris_by_source(session: Session, workspace_id: str, condition: Any) -> dict[str, list[str]]:
    query = (
        select(col(Document.source_id), col(Document.uri))
        .where(col(Document.workspace_id) == workspace_id, condition)
        .order_by(col(Document.uri))
    )
    found: dict[str, list[str]] = {}
    for source_id, uri in session.execute(query):
        found.setdefault(source_id, []).append(uri)
    return found


def _in_effect(day: date) -> tuple[Any, Any]:
    start, end = col(Document.effective_from), col(Document.effective_until)
    return or_(start.is_(None), start <= day), or_(end.is_(None), end >= day)


def _without_source(workspace_id: str) -> Any:
    return select(col(Document.id)).where(
        col(Document.workspace_id) == workspace_id, col(Document.source_id).not_in(select(col(Source.id)))
    )


def _orphaned(workspace_id: str) -> tuple[Any, Any]:
    of_nothing = or_(
        col(Passage.document_id).not_in(select(col(Document.id))),
        col(Passage.document_id).in_(_without_source(workspace_id)),
    )
    return col(Passage.workspace_id) == workspace_id, of_nothing


def _retire(session: Session, passages: Sequence[Passage], document: Document, now: datetime) -> None:
    for passage in passages:
        session.merge(
            RetiredPassage(
                id=passage.id,
                workspace_id=passage.workspace_id,
                source_id=document.source_id,
                document_id=document.id,
                document_uri=document.uri,
                title=document.title,
                heading_path=list(passage.heading_path),
                anchor=passage.anchor,
                text=passage.text,
                audience=passage.audience,
                created_at=passage.created_at,
                retired_at=now,
            )
        )
    session.flush()


def _version(
    passage: Passage | RetiredPassage,
    title: str,
    uri: str,
    retired_at: datetime | None,
    document: Document | None,
) -> PassageVersion:
    return PassageVersion(
        passage_id=passage.id,
        document_id=passage.document_id,
        title=title,
        document_uri=uri,
        heading_path=passage.heading_path,
        anchor=passage.anchor,
        text=passage.text,
        audience=passage.audience,
        created_at=passage.created_at,
        retired_at=retired_at,
        document_audience=document.audience if document else None,
    )


def _counts_by_source(session: Session, workspace_id: str, what: Any) -> dict[str, int]:
    query = (
        select(col(Document.source_id), what)
        .outerjoin(Passage, col(Passage.document_id) == col(Document.id))
        .where(col(Document.workspace_id) == workspace_id)
        .group_by(col(Document.source_id))
    )
    return dict(session.execute(query).all())


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


_EVIDENCE: tuple[Any, ...] = (  # in the order of EvidenceRow's fields
    Passage.id,
    Document.id,
    Document.title,
    Document.uri,
    Source.base_url,
    Passage.anchor,
    Passage.heading_path,
    Passage.text,
    Passage.kind,
    Passage.audience,
    Document.content_hash,
    Document.card,
    Document.plan,
    Document.stage,
    Document.persona,
    Document.language,
    Document.owner,
    Document.reviewed_on,
    Document.link,
)

_FIELDS: tuple[Any, ...] = (
    Document.title,
    Document.audience,
    Document.plan,
    Document.stage,
    Document.persona,
    Document.language,
    Document.owner,
    Document.reviewed_on,
    Document.effective_from,
    Document.effective_until,
    Document.link,
)
