"""What the command line reports of digests, as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.digesting import headline
from knowledge.themes import themes
from store.insights.digest import digest
from store.insights.evidence import all_evidence
from store.insights.render import render
from store.insights.scope import period_of, scope_for
from store.insights.values import Scope
from store.people import Person

if TYPE_CHECKING:
    from bot.wiring import Core


EVERYBODY = Person(None, "staff", "admin", "the command line")  # who runs commands here has the database, too


def digest_as(core: Core, period: str, form: str, wanted: str = "") -> str:
    """The digest as text, json, csv or html.

    Args:
        core: what it stands on.
        period: 7d, 30d.
        form: text, json, csv or html.
        wanted: a segment, a CSM or an account; empty: the whole workspace.

    Raises:
        StoreError, NotFound: there is no such period, form or scope.
    """
    now = core.clock.now()
    with core.database.reading() as session:
        scope = (
            scope_for(session, core.workspace_id, EVERYBODY, wanted)
            if wanted
            else Scope("the whole workspace")
        )
        made = digest(session, core.workspace_id, period_of(period, now), scope, now, find_themes=themes)
        evidence = all_evidence(session, core.workspace_id, made)
    return render(made, form, evidence, headline(core.headlines(), made))
