from contextlib import ExitStack, closing

import pytest

from bot.local.records import Records, RecordsError


@pytest.fixture
def opened():
    """Opens records; all are closed at the end."""
    with ExitStack() as stack:
        yield lambda path: stack.enter_context(closing(Records(path)))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "workspace.jsonl"


def test_what_was_put_is_there_after_reopening_in_the_same_order(path, opened):
    records = opened(path)
    for key in ("b", "a", "c"):
        records.put("letter", key, {"is": key})
    records.put("letter", "b", {"is": "B"})
    records.drop("letter", "c")
    records.close()
    records = opened(path)
    assert list(records.all("letter").items()) == [("b", {"is": "B"}), ("a", {"is": "a"})]
    assert records.get("letter", "c") is None
    assert records.last_key("letter") == "a"
    assert records.kinds("let") == ["letter"]


@pytest.mark.parametrize(
    "torn", [b"\xff", b'["put","letter","x"', b'["put","letter","x",{}]'], ids=["bytes", "half", "no newline"]
)
def test_a_last_line_torn_by_a_kill_is_cut_off(path, opened, torn):
    records = opened(path)
    records.put("letter", "a", {})
    records.close()
    with path.open("ab") as file:
        file.write(torn)
    records = opened(path)
    records.put("letter", "b", {})
    records.close()
    records = opened(path)
    assert list(records.all("letter")) == ["a", "b"]


@pytest.mark.parametrize("line", ["{", "[]", '["put"]', '["put","k"]', "7"])
def test_a_damaged_line_in_the_middle_is_an_error_that_names_it(path, line):
    path.parent.mkdir()
    path.write_text(f'["put","letter","a",{{}}]\n{line}\n["put","letter","b",{{}}]\n')
    with pytest.raises(RecordsError, match="Line 2"):
        Records(path)


def test_a_long_history_is_written_anew_with_only_what_is_true(path, opened):
    records = opened(path)
    records.put("other", "kept", {"n": 1})
    for number in range(2500):
        records.put("letter", "a", {"n": number})
    size = path.stat().st_size
    records.close()
    records = opened(path)
    assert path.stat().st_size < size / 100
    records.put("letter", "b", {})
    records.close()
    records = opened(path)
    assert dict(records.all("letter")) == {"a": {"n": 2499}, "b": {}}
    assert records.get("other", "kept") == {"n": 1}


def test_a_second_opener_of_the_same_file_is_refused(path, opened):
    records = opened(path)
    with pytest.raises(RecordsError, match="in use"):
        Records(path)
    records.close()
    opened(path)
