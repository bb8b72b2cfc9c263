"""Reports of several syncs as one."""

from __future__ import annotations

from types import SimpleNamespace

from bot.knowledge_reports import sync_all
from bot.syncing import Told
from knowledge.types import SyncReport


class Syncs:
    """What has a report ready for each sync."""

    def __init__(self, *reports: SyncReport) -> None:
        self._reports = list(reports)

    def sync(self, *_: object, **__: object) -> SyncReport:
        return self._reports.pop(0)


def test_reports_of_several_sources_are_one(tmp_path):
    quick = SyncReport(added=2, embedded=20, passages=20, passages_per_second=10.0, seconds=2.0)
    slow = SyncReport(updated=1, embedded=1, passages=21, passages_per_second=0.0, seconds=90.0)
    core = SimpleNamespace(ingest=Syncs(quick, slow), account_id=str)

    report = sync_all(core, [str(tmp_path), str(tmp_path)], Told("public"), None)

    assert (report["added"], report["updated"], report["embedded"], report["passages"]) == (2, 1, 21, 21)
    assert (report["passages_per_second"], report["seconds"]) == (10.0, 92.0)
