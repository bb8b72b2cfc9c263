"""Syncing sources of every kind: by hand, and by themselves when their time has come."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from knowledge.calibrating import calibrate, is_due
from knowledge.generations import Progress
from knowledge.sources.addresses import is_web_address, site_address
from knowledge.verified import as_documents
from store.clock import SystemClock
from store.errors import GuidepostError
from store.tables import sources, verified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from bot.settings import Settings
    from knowledge.answering import Answerer
    from knowledge.ingest import Ingest
    from knowledge.ports import Embedder
    from knowledge.sources.website import Website
    from knowledge.types import SourceDocument, SyncReport
    from store.clock import Clock
    from store.database import Database
    from store.tables.sources import SourceClaim

    Tell = Callable[[Progress], None]

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # how long a sync may be silent before another process takes it over
RENEWED = 60.0  # seconds between two signs of life
UNEXPECTED = "It stopped for an unexpected reason; the bot's log has it. The next sync tries again."


class Stopping(GuidepostError):  # noqa: N818 - raised to leave a sync that can be taken up again
    """The process ends; what was written of the sync is right, and the next one goes on."""


class Core(Protocol):
    """What a sync stands on: of `bot.wiring.Core` what it needs."""

    settings: Settings
    database: Database
    clock: Clock
    workspace_id: str

    @property
    def embedder(self) -> Embedder:
        """What makes vectors."""

    @property
    def ingest(self) -> Ingest:
        """What brings documents in."""

    @property
    def website(self) -> Website:
        """What reads websites."""

    def account_id(self, key: str) -> str | None:
        """The id of the account with that key in the customer's own files."""

    def answerer(self, *, serving: bool) -> Answerer:
        """What answers questions, beside the index in service or on it."""


@dataclass(frozen=True)
class Told:
    """What is told of a source at a sync by hand; None leaves the cadence as it is."""

    audience: str
    base_url: str | None = None
    every: int | None = None


def sync_source(core: Core, uri: str, told: Told, tell: Tell | None = None) -> SyncReport:
    """Make one source what it is now, and remember how often it is synced by itself.

    Args:
        core: what it stands on.
        uri: a folder, a file, a website, or `verified-answers`.
        told: who may read it, where it is published, how often it is synced.
        tell: told how far it is.

    Raises:
        KnowledgeError: it cannot be synced; what was known of it stays.
    """
    report = _sync(core, uri, told.audience, told.base_url, core.account_id, tell=tell)
    if told.every is not None:
        with core.database.transaction() as session:
            source = sources.find_source(session, core.workspace_id, source_name(uri))
            if source is not None:
                sources.set_schedule(session, source.id, told.every)
    return report


def calibrate_if_due(core: Core, tell: Tell | None = None) -> None:
    """Measure how sure an answer must be, where what is known has changed much since it was measured.

    Args:
        core: what the knowledge base stands on.
        tell: told how far it is.

    Raises:
        ModelUnavailable: a model cannot be loaded.
    """
    if not is_due(core.database, core.workspace_id, core.embedder.fingerprint):
        return
    answerer = core.answerer(serving=False)
    answerer.load()
    calibrate(
        answerer,
        core.database,
        core.workspace_id,
        core.clock,
        told=tell and (lambda done, total: tell(Progress("calibrating", done, total))),
    )


def source_name(uri: str) -> str:
    """What a source is called in the record, however it was written."""
    if uri == sources.VERIFIED:
        return uri
    return site_address(uri) if is_web_address(uri) else str(Path(uri).resolve())


def remove_source(core: Core, uri: str) -> int:
    """Remove a source with all its documents; how many there were.

    Raises:
        KnowledgeError: there is no such source.
    """
    is_listed = uri != sources.VERIFIED and not is_web_address(uri) and not Path(uri).exists()
    removed = core.ingest.remove(uri if is_listed else source_name(uri))
    if is_web_address(uri):
        core.website.forget(uri)
    return removed


def sync_verified(core: Core) -> SyncReport:
    """Take the verified answers in as they are now."""
    return _sync(core, sources.VERIFIED, "internal", None, core.account_id)


class DueSyncs:
    """Carries out the syncs whose time has come, one at a time, each claimed by one process only.

    Args:
        core: what they stand on.
        stopping: set when the process is to end; a sync under way is left then.
        wall: the machine's clock, which claims go by.
    """

    def __init__(self, core: Core, stopping: Event, wall: Clock | None = None) -> None:
        self._core = core
        self._stopping = stopping
        self._wall = wall or SystemClock()

    def run_due(self) -> int:
        """Sync what is due; how many sources that were."""
        done = 0
        while not self._stopping.is_set() and (claim := self._claim()) is not None:
            self._carry_out(claim)
            done += 1
        if done:
            self._calibrate()
        return done

    def _calibrate(self) -> None:
        """After a sync; what is left undone is done after the next one."""

        def tell(_: Progress) -> None:
            if self._stopping.is_set():
                raise Stopping("The bot is stopping.")

        try:
            calibrate_if_due(self._core, tell)
        except Stopping:
            log.info("how sure an answer must be is measured after the next sync")
        except GuidepostError as error:
            log.warning("how sure an answer must be cannot be measured: %s", error)
        except Exception:
            log.exception("how sure an answer must be cannot be measured")

    def _claim(self) -> SourceClaim | None:
        with self._core.database.transaction() as session:
            return sources.claim_due(
                session,
                self._core.workspace_id,
                every=self._core.settings.sync_every,
                now=self._core.clock.now(),
                wall=self._wall.now(),
                lease=LEASE,
            )

    def _carry_out(self, claim: SourceClaim) -> None:
        try:
            report = self._sync(claim)
            log.info("%s is synced: %s passages, %s failed", claim.uri, report.passages, len(report.failed))
        except Stopping:
            log.info("the sync of %s goes on after the next start", claim.uri)
            with self._core.database.transaction() as session:
                sources.ask_for_sync(session, claim.id, self._core.clock.now())
        except GuidepostError as error:
            log.warning("%s cannot be synced: %s", claim.uri, error)
            self._record(claim, str(error))
        except Exception:
            log.exception("%s cannot be synced", claim.uri)
            self._record(claim, UNEXPECTED)
        finally:
            with self._core.database.transaction() as session:
                sources.end_lease(session, claim.id)

    def _sync(self, claim: SourceClaim) -> SyncReport:
        kind, _, stored = claim.audience.partition(":")

        def account_id(key: str) -> str | None:
            """The source's own audience is stored with the account's id; documents name its key."""
            return stored if kind == "account" and key == stored else self._core.account_id(key)

        return _sync(
            self._core,
            claim.uri,
            claim.audience,
            claim.base_url,
            account_id,
            tell=self._sign_of_life(claim),
            by_hand=False,
        )

    def _sign_of_life(self, claim: SourceClaim) -> Tell:
        last = time.monotonic()

        def tell(_: Progress) -> None:
            nonlocal last
            if self._stopping.is_set():
                raise Stopping("The bot is stopping.")
            if time.monotonic() - last >= RENEWED:
                last = time.monotonic()
                with self._core.database.transaction() as session:
                    sources.renew_lease(session, claim.id, self._wall.now() + LEASE)

        return tell

    def _record(self, claim: SourceClaim, error: str) -> None:
        with self._core.database.transaction() as session:
            sources.record_failure(session, claim.id, error)


def _sync(
    core: Core,
    uri: str,
    audience: str,
    base_url: str | None,
    account_id: Callable[[str], str | None],
    *,
    tell: Tell | None = None,
    by_hand: bool = True,
) -> SyncReport:
    """Read a source the way its kind is read."""
    if uri == sources.VERIFIED:
        return core.ingest.sync_documents(  # their audiences are stored with the account's id already
            _approved(core), uri, audience="internal", account_id=str, progress=tell
        )
    if is_web_address(uri):
        return core.ingest.sync_documents(
            core.website.read(uri),
            source_name(uri),
            audience=audience,
            account_id=account_id,
            progress=tell,
            by_hand=by_hand,
        )
    return core.ingest.sync(
        Path(uri),
        audience=audience,
        base_url=base_url,
        account_id=account_id,
        progress=tell,
        by_hand=by_hand,
    )


def _approved(core: Core) -> Iterator[SourceDocument]:
    """The verified answers as they are when the sync comes to read them, not when it was asked for."""
    with core.database.reading() as session:
        pairs = verified.verified_answers(session, core.workspace_id)
    yield from as_documents(pairs)
