"""What customers asked for stands in their renewal brief with what became of it: asked, decided, there, told."""

from __future__ import annotations

from datetime import date

import pytest

from store.insights.account_rows import Wish
from store.insights.renewal_brief import renewal_brief
from tests.made_account import rows

ASKED, DECIDED, THERE, TOLD = (date(2026, 2, day) for day in (2, 5, 20, 21))


@pytest.mark.parametrize(
    ("state", "more", "way"),
    [
        pytest.param("planned", {}, "planned 5 Feb 2026", id="decided"),
        pytest.param("declined", {}, "declined 5 Feb 2026", id="declined"),
        pytest.param(
            "shipped", {"shipped_on": THERE}, "planned 5 Feb 2026, there since 20 Feb 2026, not told yet", id="there"
        ),
        pytest.param(
            "told", {"shipped_on": THERE, "told_on": TOLD},
            "planned 5 Feb 2026, there since 20 Feb 2026, told 21 Feb 2026", id="told",
        ),
        pytest.param(
            "told", {"shipped_on": THERE, "untold": "opted out"},
            "planned 5 Feb 2026, there since 20 Feb 2026, not told: opted out", id="not to be told",
        ),
    ],
)  # fmt: skip
def test_a_wish_stands_there_with_its_way(state, more, way):
    wish = Wish("f1", "Photos of the delivery", state, ASKED, DECIDED, **more)
    [line] = dict(renewal_brief(rows(wishes=(wish,))).sections)["What they asked for"]
    assert line.text == f"Photos of the delivery: asked 2 Feb 2026, {way}"
    assert (line.source.row, line.source.can_be_opened) == ("feedback:f1", True)
