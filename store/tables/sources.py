"""The places that documents come from, how fresh they are, and when they are synced again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, and_, case, or_, select, update
from sqlmodel import SQLModel, col

from store.columns import id_field, json_field, moment_field, workspace_field

if TYPE_CHECKING:
    from sqlmodel import Session

VERIFIED = (
    "verified-answers"  # the source whose documents people have approved; it is never read from a folder
)


class Source(SQLModel, table=True):
    """A place that documents come from: a folder, a file, a site, or people's verified answers."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("workspace_id", "uri"),)

    id: str = id_field()
    workspace_id: str = workspace_field()
    uri: str
    audience: str = "customer"  # public | customer | internal | account:<account id>
    base_url: str | None = None
    synced_at: datetime | None = moment_field(nullable=True)
    report: dict[str, Any] = json_field()
    sync_every: int | None = None  # seconds; None: as the installation says, 0: never by itself
    wanted_at: datetime | None = moment_field(nullable=True)  # somebody asked for a sync as soon as possible
    tried_at: datetime | None = moment_field(nullable=True)  # when a sync last began
    leased_until: datetime | None = moment_field(nullable=True)  # by the machine's clock: a sync is under way
    error: str | None = None  # why the last sync came to nothing
    created_at: datetime = moment_field()


@dataclass(frozen=True)
class SourceClaim:
    """A source that this process is to sync now."""

    id: str
    uri: str
    audience: str
    base_url: str | None


def upsert_source(
    session: Session, workspace_id: str, uri: str, *, audience: str, base_url: str | None, now: datetime
) -> Source:
    """The source of that name, with audience and base URL as given; a sync of it begins."""
    source = find_source(session, workspace_id, uri)
    if source is None:
        source = Source(workspace_id=workspace_id, uri=uri, created_at=now)
        session.add(source)
    source.audience, source.base_url = audience, base_url
    source.tried_at = now
    session.flush()
    return source


def find_source(session: Session, workspace_id: str, uri: str) -> Source | None:
    """The source of that name, if there is one."""
    query = select(Source).where(col(Source.workspace_id) == workspace_id, col(Source.uri) == uri)
    return session.execute(query).scalar_one_or_none()


def record_sync(session: Session, source_id: str, report: dict[str, Any], now: datetime) -> None:
    """Remember when a source was synced and what came of it."""
    session.execute(
        update(Source)
        .where(col(Source.id) == source_id)
        .values(synced_at=now, report=report, error=None, wanted_at=_wanted_since())
    )


def record_failure(session: Session, source_id: str, error: str) -> None:
    """Remember why a sync of a source came to nothing; what was known of it stays."""
    session.execute(
        update(Source).where(col(Source.id) == source_id).values(error=error[:500], wanted_at=_wanted_since())
    )


def set_schedule(session: Session, source_id: str, seconds: int | None) -> None:
    """How often a source is synced by itself: every so many seconds, 0 never, None as the installation says."""
    session.execute(update(Source).where(col(Source.id) == source_id).values(sync_every=seconds))


def ask_for_sync(session: Session, source_id: str, now: datetime) -> None:
    """Have a source synced as soon as possible."""
    session.execute(update(Source).where(col(Source.id) == source_id).values(wanted_at=now))


def want_verified(session: Session, workspace_id: str, now: datetime) -> None:
    """Have the verified answers taken in as soon as possible; their source comes with the first one."""
    source = find_source(session, workspace_id, VERIFIED)
    if source is None:
        source = Source(workspace_id=workspace_id, uri=VERIFIED, audience="internal", created_at=now)
        session.add(source)
        session.flush()
    ask_for_sync(session, source.id, now)


def claim_due(
    session: Session,
    workspace_id: str,
    *,
    every: int,
    now: datetime,
    wall: datetime,
    lease: timedelta,
) -> SourceClaim | None:
    """Take a source whose sync is due, if there is one; nobody else gets it until the lease ends.

    Args:
        session: a session in a transaction.
        workspace_id: the workspace.
        every: seconds for sources that do not say so themselves; 0 never.
        now: what is due goes by it.
        wall: the machine's clock, which leases go by.
        lease: how long a sync may be silent before another process takes it over.
    """
    free = or_(col(Source.leased_until).is_(None), col(Source.leased_until) <= wall)
    query = (
        select(Source)
        .where(col(Source.workspace_id) == workspace_id, free)
        .order_by(col(Source.tried_at), col(Source.id))
        .with_for_update(skip_locked=True)
    )
    due = (source for source in session.execute(query).scalars() if _is_due(source, every, now))
    source = next(due, None)
    if source is None:
        return None
    source.leased_until = wall + lease
    source.tried_at = now
    session.add(source)
    session.flush()
    return SourceClaim(source.id, source.uri, source.audience, source.base_url)


def renew_lease(session: Session, source_id: str, until: datetime) -> None:
    """A sync is still under way."""
    session.execute(
        update(Source)
        .where(and_(col(Source.id) == source_id, col(Source.leased_until).is_not(None)))
        .values(leased_until=until)
    )


def end_lease(session: Session, source_id: str) -> None:
    """A sync has ended, one way or the other."""
    session.execute(update(Source).where(col(Source.id) == source_id).values(leased_until=None))


def end_leases(session: Session, workspace_id: str) -> None:
    """Let sources that a killed process was syncing be taken again: for a start that knows to be the only one."""
    session.execute(
        update(Source)
        .where(col(Source.workspace_id) == workspace_id, col(Source.leased_until).is_not(None))
        .values(leased_until=None)
    )


def troubles(session: Session, workspace_id: str) -> list[tuple[str, str]]:
    """Sources whose last sync failed or left documents out: (source, what went wrong)."""
    query = select(Source).where(col(Source.workspace_id) == workspace_id).order_by(col(Source.uri))
    found = []
    for source in session.execute(query).scalars():
        failed = (source.report or {}).get("failed", [])
        if source.error:
            found.append((source.uri, source.error))
        elif failed:
            more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
            found.append((source.uri, f"{failed[0]['uri']}: {failed[0]['reason']}{more}"))
    return found


def _wanted_since() -> Any:
    """A wish that came while the sync was under way is still open; an older one is fulfilled."""
    return case((col(Source.wanted_at) > col(Source.tried_at), col(Source.wanted_at)), else_=None)


def _is_due(source: Source, every: int, now: datetime) -> bool:
    if source.wanted_at is not None and source.wanted_at <= now:
        return True
    seconds = every if source.sync_every is None else source.sync_every
    if seconds <= 0 or source.uri == VERIFIED:
        return False
    return source.tried_at is None or source.tried_at + timedelta(seconds=seconds) <= now
