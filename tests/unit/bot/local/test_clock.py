from datetime import timedelta

import pytest

from bot.local.clock import ClockError, LocalClock


def test_it_shows_the_base_clock_until_it_is_moved(tmp_path, clock):
    assert LocalClock(tmp_path, clock).now() == clock.now()


def test_a_moved_clock_is_remembered_across_restarts(tmp_path, clock):
    LocalClock(tmp_path, clock).advance(timedelta(days=30, minutes=5))
    again = LocalClock(tmp_path, clock)
    assert again.now() == clock.now() + timedelta(days=30, minutes=5)
    assert again.real_now() == clock.now()


def test_moves_add_up_and_the_base_runs_on(tmp_path, clock):
    local = LocalClock(tmp_path, clock)
    local.advance(timedelta(hours=1))
    moved = local.advance(timedelta(hours=2))
    assert moved == clock.now() + timedelta(hours=3)
    before = local.now()
    clock.advance(timedelta(seconds=10))
    assert local.now() == before + timedelta(seconds=10)


@pytest.mark.parametrize(
    "by", [timedelta(seconds=-1), timedelta(days=999_999_999)], ids=["backwards", "beyond the calendar"]
)
def test_an_impossible_move_is_refused_and_changes_nothing(tmp_path, clock, by):
    local = LocalClock(tmp_path, clock)
    with pytest.raises(ClockError):
        local.advance(by)
    assert local.now() == clock.now()
    assert LocalClock(tmp_path, clock).now() == clock.now()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"offset_seconds": "soon"}'])
def test_a_damaged_file_is_an_error_that_names_it(tmp_path, clock, content):
    (tmp_path / "clock.json").write_text(content)
    with pytest.raises(ClockError, match=r"clock\.json"):
        LocalClock(tmp_path, clock)
