"""What the command line reports of digests, as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.digesting import headline
from knowledge.themes import themes
from store.insights.digest import digest
from store.insights.evidence import all_evidence
from store.insights.render import render
from store.insights.scope import period_of
from store.insights.values import Scope

if TYPE_CHECKING:
    from bot.wiring import Core


def digest_as(core: Core, period: str, form: str) -> str:
    """The digest of the whole workspace, as text, json, csv or html."""
    now = core.clock.now()
    with core.database.reading() as session:
        scope = Scope("the whole workspace")
        made = digest(session, core.workspace_id, period_of(period, now), scope, now, find_themes=themes)
        evidence = all_evidence(session, core.workspace_id, made)
    return render(made, form, evidence, headline(core.headlines(), made))
