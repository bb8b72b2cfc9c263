"""Every lexical index keeps these promises."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.adapters.lexical_fts5 import Fts5Builder, Fts5Index, match_expression
from knowledge.errors import IndexUnavailable
from tests.contract.passages import TEXTS, passages

IN_MEMORY = Fts5Index.in_memory(passages())


def _file(folder):
    assert Fts5Builder(folder / "lexical.db").build(passages()) == len(TEXTS)
    return Fts5Index.open(folder / "lexical.db")


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(lambda _: Fts5Index.in_memory(passages()), id="in memory"),
        pytest.param(_file, id="file"),
    ],
)
def index(request, tmp_path_factory):
    made = request.param(tmp_path_factory.mktemp("lexical"))
    yield made
    made.close()


def _ids(hits):
    return [passage for passage, _ in hits]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("export contacts", ["p1"]),
        ("How do I EXPORTING my contact?", ["p1"]),
        ("two-factor", ["p2"]),
        ("invoice", []),
        ("the of and", []),
        ("", []),
    ],
    ids=["words", "other forms", "hyphen", "another audience's", "stop words only", "nothing"],
)
def test_words_are_found_in_all_their_forms(index, query, found):
    assert _ids(index.search(query, {"public"}, 10)) == found


@pytest.mark.parametrize(
    ("audiences", "readable"),
    [(set(), set()), ({"public"}, {"p1"}), ({"public", "internal"}, {"p1", "p4"}), ({"account:a1"}, {"p5"})],
)
def test_what_the_asker_may_not_read_is_never_ranked(index, audiences, readable):
    assert set(_ids(index.search("export contacts", audiences, 10))) == readable


def test_hits_come_best_first_and_no_more_than_k(index):
    hits = index.search("export contacts spreadsheet", {"public", "internal", "account:a1"}, 10)
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)
    assert hits[0][0] == "p1"
    assert len(index.search("export", {"public", "internal"}, 1)) == 1


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "AND OR NOT NEAR(",
        "a* ^b col:c",
        "'; DROP TABLE passages; --",
        "(((",
        "\x00\x01",
        "export\x00contacts",
    ],
)
def test_syntax_of_the_query_language_is_plain_text(index, query):
    index.search(query, {"public"}, 5)
    assert _ids(index.search("spreadsheet", {"public"}, 5)) == ["p1"]


@given(st.text(max_size=200))
def test_any_text_is_a_valid_query(text):
    IN_MEMORY.search(text, {"public"}, 5)


def test_a_very_long_query_is_bounded():
    assert match_expression(" ".join(f"word{i}" for i in range(5000))).count(" OR ") < 60


def test_threads_may_search_at_once(index):
    found = []

    def search():
        found.extend(_ids(index.search("spreadsheet", {"public"}, 1)) for _ in range(50))

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["p1"]] * 200


def test_it_names_every_passage_it_holds(index):
    assert index.ids() == set(TEXTS)


def test_a_file_that_is_no_index_is_refused(tmp_path):
    (tmp_path / "lexical.db").write_bytes(b"not a database" * 50)
    with pytest.raises(IndexUnavailable):
        Fts5Index.open(tmp_path / "lexical.db")
    with pytest.raises(IndexUnavailable):
        Fts5Index.open(tmp_path / "none.db")
