"""From a source to a search index: read, compare, split, embed what is new, then switch the index.

SQL is the record of every passage and its embedding, written in short transactions, a batch of documents
each. A sync that is killed anywhere is right after the next one.
"""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from knowledge.embedding import Embeddings
from knowledge.errors import KnowledgeError
from knowledge.generations import CheckReport, Generations, Progress
from knowledge.rules import Rules, load_rules
from knowledge.sources import Unreadable, read_folder
from knowledge.taking_in import TakingIn
from knowledge.types import SyncReport, account_audience
from store.tables import documents as rows
from store.tables import sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from knowledge.ports import Embedder, GenerationStore
    from knowledge.types import SourceDocument
    from store.clock import Clock
    from store.database import Database

    Resolve = Callable[[str], str]
    Tell = Callable[[Progress], None]

_LOCK_SECONDS = 600


class Ingest:
    """Keeps the knowledge base equal to its sources.

    Args:
        database: the record.
        workspace_id: whose knowledge this is.
        clock: tells the time.
        embedder: makes vectors.
        store: writes and opens index folders.
        folder: where index generations live, one folder each.
    """

    def __init__(
        self,
        database: Database,
        *,
        workspace_id: str,
        clock: Clock,
        embedder: Embedder,
        store: GenerationStore,
        folder: Path,
    ) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._clock = clock
        self._embedder = embedder
        self._folder = folder
        self._generations = Generations(
            database,
            workspace_id=workspace_id,
            clock=clock,
            model=embedder.fingerprint,
            store=store,
            folder=folder,
        )

    def sync(
        self,
        root: Path,
        *,
        audience: str = "customer",
        base_url: str | None = None,
        account_id: Callable[[str], str | None] | None = None,
        progress: Tell | None = None,
        by_hand: bool = True,
    ) -> SyncReport:
        """Make the source at `root` what the folder is now, then bring the index up to date.

        Args:
            root: a folder or a file; a `guidepost.yaml` in the folder says what documents do not say.
            audience: who may read documents that nothing else says it of: public, customer, internal
                or account:KEY.
            base_url: where the documents are published; citations link there.
            account_id: the id of the account with that key, None if there is none.
            progress: told now and then how far it is; what it raises ends the sync.
            by_hand: whether somebody asked for it: then a source may have become empty. By itself it is
                rather a disk that is not mounted, so nothing is deleted.

        Raises:
            KnowledgeError: there is nothing at `root`, no such audience, its rules are broken, or another
                sync is running.
            IndexUnavailable: the new index is not right; the old one stays in service.
        """
        if not root.exists():
            raise KnowledgeError(f"There is nothing at {root}. Give the path of a folder or a file.")
        return self.sync_documents(
            read_folder(root, base_url),
            str(root.resolve()),
            audience=audience,
            base_url=base_url,
            account_id=account_id,
            rules=load_rules(root),
            progress=progress,
            by_hand=by_hand,
        )

    def sync_documents(
        self,
        documents: Iterable[SourceDocument | Unreadable],
        source_uri: str,
        *,
        audience: str = "customer",
        base_url: str | None = None,
        account_id: Callable[[str], str | None] | None = None,
        rules: Rules | None = None,
        progress: Tell | None = None,
        by_hand: bool = True,
    ) -> SyncReport:
        """The same for documents from anywhere; they are the source's whole content."""
        started = time.monotonic()
        tell: Tell = progress or (lambda _: None)
        resolve = _audience_resolver(account_id)
        source_audience = resolve(audience)
        with self._lock():
            taking = self._start(source_uri, source_audience, base_url, resolve, rules or Rules())
            taking.take_all(documents, tell, may_empty=by_hand)
            passages = self._bring_up_to_date(taking.embeddings, tell)
            report = replace(
                taking.report,
                passages=passages,
                embedded=taking.embeddings.made,
                passages_per_second=taking.embeddings.per_second,
                seconds=round(time.monotonic() - started, 2),
            )
            with self._database.transaction() as session:
                sources.record_sync(session, taking.source.id, _report_row(report), self._clock.now())
        return report

    def remove(self, source_uri: str) -> int:
        """Remove a source with all its documents; how many there were.

        Raises:
            KnowledgeError: there is no such source.
        """
        with self._lock():
            with self._database.transaction() as session:
                source = sources.find_source(session, self._workspace_id, source_uri)
                if source is None:
                    raise KnowledgeError(
                        f"There is no source {source_uri}. `guidepost knowledge sources` lists them."
                    )
                removed = rows.delete_source(session, source.id)
            self._generations.bring_up_to_date(lambda _: None)
        return removed

    def rebuild(self, progress: Tell | None = None) -> str:
        """Build a new index generation from SQL, without a model; its id."""
        with self._lock():
            return self._generations.build(progress or (lambda _: None))

    def mend(self, progress: Tell | None = None) -> None:
        """Build an index from SQL if the one in service is gone, was quarantined, or is another model's.

        Only after the model was exchanged is anything embedded; the old index serves meanwhile.
        """
        with self._lock():
            self._bring_up_to_date(self._embeddings(), progress or (lambda _: None))

    def check(self, *, repair: bool = False) -> CheckReport:
        """Compare SQL with both indexes; if asked to, mend what differs and rebuild the indexes."""
        found = self._generations.check()
        if not (found.problems and repair):
            return found
        with self._lock():
            with self._database.transaction() as session:
                rows.delete_orphans(session, self._workspace_id)
            self._embeddings().catch_up(lambda _: None)
            self._generations.build(lambda _: None)
        after = self._generations.check()
        return replace(after, problems=found.problems, repaired=not after.problems)

    def _start(
        self, uri: str, audience: str, base_url: str | None, resolve: Resolve, rules: Rules
    ) -> TakingIn:
        now = self._clock.now()
        with self._database.transaction() as session:
            source = sources.upsert_source(
                session, self._workspace_id, uri, audience=audience, base_url=base_url, now=now
            )
            states = rows.document_states(session, source.id)
        return TakingIn(self._database, source, states, resolve, self._embeddings(), rules, now)

    def _bring_up_to_date(self, embeddings: Embeddings, tell: Tell) -> int:
        embeddings.catch_up(tell)
        passages = self._generations.bring_up_to_date(tell)
        embeddings.tidy()
        return passages

    def _embeddings(self) -> Embeddings:
        return Embeddings(
            self._database, workspace_id=self._workspace_id, clock=self._clock, embedder=self._embedder
        )

    def _lock(self) -> AbstractContextManager[Any]:
        """Held against other syncs on this machine; the system releases it when a process dies."""
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            return FileLock(self._folder / "sync.lock").acquire(timeout=_LOCK_SECONDS)
        except Timeout as error:
            raise KnowledgeError("Another sync is still running. Wait for it, then try again.") from error


def audience_as_stored(audience: str, account_id: Callable[[str], str | None] | None = None) -> str:
    """An audience as people write it (`account:KEY`) as it is stored (`account:<account id>`).

    Raises:
        KnowledgeError: there is no such audience or account.
    """
    return _audience_resolver(account_id)(audience)


def _audience_resolver(account_id: Callable[[str], str | None] | None) -> Resolve:
    """A function that turns `account:KEY` into the account's audience and refuses unknown audiences."""

    def resolve(audience: str) -> str:
        kind, _, key = audience.partition(":")
        if audience in {"public", "customer", "internal"}:
            return audience
        if kind != "account" or not key:
            raise KnowledgeError(
                f"There is no audience {audience!r}. Use public, customer, internal or account:KEY."
            )
        found = account_id(key) if account_id else None
        if found is None:
            raise KnowledgeError(f"There is no account {key!r}. Import it first, or correct the audience.")
        return account_audience(found)

    return resolve


def _report_row(report: SyncReport) -> dict[str, Any]:
    """What is remembered of a sync."""
    return {**asdict(report), "failed": list(report.failed), "warnings": list(report.warnings)}
