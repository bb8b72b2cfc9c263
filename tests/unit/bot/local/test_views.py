"""Triggers open a form for three seconds of real time, whatever the machine is busy with and wherever its clock is."""

from datetime import timedelta

import pytest

from bot.local.errors import ApiError
from bot.local.views import Views
from store.clock import FixedClock


@pytest.mark.parametrize(
    ("waited", "opens"),
    [pytest.param(2.9, True, id="within Slack's three seconds"), pytest.param(3.0, False, id="after them")],
)
def test_a_trigger_is_good_for_three_seconds(waited, opens):
    clock = FixedClock()
    views = Views(clock.now)
    trigger = views.trigger("U1ANN")
    clock.advance(timedelta(seconds=waited))
    if opens:
        assert views.exchange(trigger) == "U1ANN"
    else:
        with pytest.raises(ApiError, match="expired_trigger_id"):
            views.exchange(trigger)


def test_moving_the_workspaces_clock_expires_no_trigger(ws):
    trigger = ws._ws.views.trigger("U1ANN")
    ws.advance(timedelta(days=1))
    assert ws._ws.views.exchange(trigger) == "U1ANN"
