"""A website as a source: by hand and by itself, listed, removed, and never lost to a bad moment."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from bot.knowledge_reports import sources as listed
from bot.settings import Settings
from bot.syncing import DueSyncs, Told, remove_source, sync_source
from bot.wiring import Core
from knowledge.adapters.generations import NumpyGenerations
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.errors import KnowledgeError
from knowledge.ingest import Ingest
from knowledge.sources.web import WebClient
from knowledge.sources.website import Website
from knowledge.types import Asker
from tests.site_server import body, page, serving, status


@pytest.fixture
def site():
    with serving() as one:
        one.sitemap("/help/zones", "/help/roles")
        one.routes["/help/zones"] = page("<main><h1>Zones</h1><p>A zone says who drives where.", etag='"1"')
        one.routes["/help/roles"] = page("<main><h1>Roles</h1><p>An admin may do everything.", etag='"1"')
        yield one


@pytest.fixture
def core(sqlite_database, clock, tmp_path):
    from store.tables import Workspace

    with sqlite_database.transaction() as session:
        workspace = Workspace(name="Acme", created_at=clock.now())
        session.add(workspace)
    settings = Settings(_env_file=None, guidepost_data_dir=tmp_path, guidepost_private_sites="127.0.0.1")
    made = Core(settings, sqlite_database, clock, workspace.id)
    made.embedder, made.reranker = HashingEmbedder(), OverlapReranker()
    client = WebClient(private_hosts=settings.private_sites, sleep=lambda _: None)
    made.website = Website(client, settings.data_folder / "web")
    made.ingest = Ingest(
        made.database,
        workspace_id=workspace.id,
        clock=clock,
        embedder=made.embedder,
        store=NumpyGenerations(),
        folder=made.index_folder,
    )
    return made


def sync(core, site):
    return sync_source(core, site.url("/help"), Told("public", every=3600))


def test_a_website_is_synced_cited_and_listed(core, site):
    report = sync(core, site)

    assert (report.added, report.failed) == (2, ())
    (best, *_) = core.retriever(serving=False).find("who drives in a zone", Asker()).evidence
    assert best.uri == site.url("/help/zones")
    (source,) = listed(core)
    assert (source["source"], source["documents"]) == (site.url("/help"), 2)


def test_a_second_sync_sends_no_page_again_and_embeds_nothing(core, site):
    sync(core, site)

    report = sync(core, site)

    assert (report.unchanged, report.embedded) == (2, 0)


@pytest.mark.parametrize(("code", "is_kept"), [(500, True), (404, False), (403, False)])
def test_what_was_known_of_a_page_stays_unless_it_is_gone_or_closed(core, site, code, is_kept):
    sync(core, site)
    site.routes["/help/zones"] = status(code)

    report = sync(core, site)

    assert report.failed == ({"uri": "help/zones", "reason": f"The server answers {code}."},)
    assert report.deleted == (0 if is_kept else 1)


def test_a_site_that_is_down_changes_nothing(core, site):
    sync(core, site)
    site.routes["/sitemap.xml"] = status(503)

    with pytest.raises(KnowledgeError, match=r"sitemap.* could not be read"):
        sync(core, site)

    assert listed(core)[0]["documents"] == 2


def test_a_website_is_synced_by_itself(core, site):
    sync(core, site)
    site.routes["/help/zones"] = page("<main><h1>Zones</h1><p>A zone has a colour.", etag='"2"')
    core.clock.advance(timedelta(hours=1))

    assert DueSyncs(core, threading.Event(), core.clock).run_due() == 1

    texts = [one.text for one in core.retriever(serving=False).find("zone colour", Asker()).evidence]
    assert "A zone has a colour." in texts
    assert listed(core)[0]["error"] is None


def test_a_site_that_cannot_be_read_by_itself_is_on_record(core, site):
    sync(core, site)
    site.routes["/robots.txt"] = body(b"", "text/plain", 500)
    core.clock.advance(timedelta(hours=1))

    DueSyncs(core, threading.Event(), core.clock).run_due()

    assert "robots.txt could not be read" in listed(core)[0]["error"]


def test_a_removed_website_leaves_nothing_behind(core, site):
    sync(core, site)

    assert remove_source(core, site.url("/help").replace("http://", "HTTP://")) == 2
    assert listed(core) == []
    assert list((core.settings.data_folder / "web").rglob("*.gz")) == []


@pytest.mark.parametrize("address", ["http://", "https://[bad", "http://host:99999999"])
def test_an_address_that_is_none_is_said(core, address):
    with pytest.raises(KnowledgeError, match="is no web address; write it like"):
        sync_source(core, address, Told("public"))
