"""What the command line shows of the customer's journey: a view, or for HTML the map with all the others below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.charts.journey import picture
from bot.charts.journey_page import ROWS_SHOWN, page
from playbooks.objections import OTHER, objection_in
from store.errors import StoreError
from store.insights.journey.evidence import opened
from store.insights.journey.render import as_json, as_text
from store.insights.journey.requests import TITLES, group_of, view_of
from store.insights.journey.values import Cut, JourneyMap
from store.insights.scope import WHOLE_WORKSPACE, period_of

if TYPE_CHECKING:
    from bot.wiring import Core
    from store.insights.journey.requests import View, Wanted

FORMATS = ("text", "json", "html", "png")


def objection_label(words: str) -> str | None:
    """What somebody's words object to, as people read it; None where no kind of objection is told."""
    found = objection_in(words)
    return None if found is OTHER else found.label


def journey_as(core: Core, asked: Wanted, form: str) -> bytes:
    """A view of the whole workspace's journey in one of the FORMATS.

    Raises:
        StoreError: there is no such view, period, segment, persona or format, or it cannot be drawn.
    """
    if form not in FORMATS:
        raise StoreError(f"'{form}' is no format of the journey. Choose one of {', '.join(FORMATS)}.")
    now = core.clock.now()
    cut = Cut(period_of(asked.period, now), WHOLE_WORKSPACE, now, group_of(asked))
    with core.database.reading() as session:
        names = tuple(TITLES) if form == "html" and asked.view == "map" else (asked.view,)
        views = [view_of(session, core.workspace_id, name, cut, objection_label) for name in names]
        if form in {"html", "json"}:
            figures = [figure for view in views for figure in view.value.all_figures]
            rows = opened(session, core.workspace_id, figures, ROWS_SHOWN)
            return (page(views, rows) if form == "html" else as_json(views, rows) + "\n").encode()
    return _drawn(views[0]) if form == "png" else as_text(views).encode()


def _drawn(view: View) -> bytes:
    if not isinstance(view.value, JourneyMap):
        raise StoreError(f"Only the map is drawn. Ask for `guidepost journey {view.name} --format html`.")
    return picture(view.value)
