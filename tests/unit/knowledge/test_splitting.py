"""Passages read alone, lose nothing, and are never cut where it would hurt."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import UnreadableDocument
from knowledge.sources.documents import read_document
from knowledge.splitting import LONGEST, SHORT, SLACK, STEPS_TARGET, TARGET, sentences, split
from knowledge.types import Section, SourceDocument
from store.visible import visible

SENTENCE = "Every seat that was active on the first day of the month counts, e.g. one of 3.5 users. "


def document(*sections: Section, title: str = "Title") -> SourceDocument:
    return SourceDocument("a.md", title, sections, "hash")


def section(text: str, kind: str = "text", path: tuple[str, ...] = ("Part",)) -> Section:
    return Section(path, "part", text, kind)


def passages(text: str, kind: str = "text") -> list[str]:
    return [draft.text for draft in split(document(section(text, kind)))]


def test_a_passage_carries_title_headings_anchor_and_position():
    drafts = split(document(section("One."), section("Two.", path=("Part", "Sub")), title="Title"))

    assert [(draft.position, draft.heading_path, draft.anchor) for draft in drafts] == [
        (0, ("Title", "Part"), "part"),
        (1, ("Title", "Part", "Sub"), "part"),
    ]
    assert drafts[0].embedded_text == "Title > Part\nOne."


def test_a_heading_that_is_the_title_is_not_said_twice():
    assert [draft.heading_path for draft in split(document(section("One.", path=("Title", "Part"))))] == [
        ("Title", "Part")
    ]


def test_long_paragraphs_are_cut_between_sentences():
    found = passages(SENTENCE * 20)

    assert all(text.startswith("Every seat") and text.endswith("users.") for text in found)
    assert all(len(text) <= SLACK for text in found)
    assert sum(len(text) for text in found) > 0.95 * len(SENTENCE * 20)


def test_steps_stay_whole_up_to_their_own_measure_and_in_order_beyond_it():
    steps = [
        f"{number}. Click the button number {number} and wait until the page has changed."
        for number in range(1, 31)
    ]
    short, long = "\n".join(steps[:12]), "\n".join(steps)

    assert len(short) <= STEPS_TARGET
    assert passages(short, "steps") == [short]
    assert "\n".join(passages(long, "steps")).split("\n") == steps


def test_a_step_with_code_is_never_cut_in_its_code():
    code = "\n".join(f"   line {number} of the code" for number in range(60))
    text = f"1. First\n2. Then run\n   ```sh\n{code}\n   ```\n3. Done"

    holding = [found for found in passages(text, "steps") if "```" in found]

    assert len(holding) == 1
    assert holding[0].count("```") == 2
    assert holding[0].count("of the code") == 60


def test_table_pieces_repeat_the_head_and_keep_their_rows():
    head = "| Plan | What it holds |\n| --- | --- |"
    rows = [f"| Plan {number} | {'seats and more ' * 5}|" for number in range(20)]
    found = passages("\n".join(["These are the plans:", "", head, *rows]), "table")

    assert len(found) > 3
    assert found[0].startswith("These are the plans:\n\n" + head)
    assert all(head in text for text in found)
    assert [
        row for text in found for row in text.split("\n") if row.startswith("| Plan ") and "What" not in row
    ] == rows


def test_a_short_rest_of_a_table_goes_under_the_head_before_it():
    head, rows = "| A | B |\n| --- | --- |", [f"| row {number:02} | {'x' * 40} |" for number in range(10)]

    assert passages("\n".join([head, *rows]), "table") == ["\n".join([head, *rows])]


def test_a_row_beyond_the_measure_is_kept_whole():
    row = "| a | " + "x " * TARGET + "|"

    assert passages(f"| A | B |\n| --- | --- |\n{row}\n| c | d |", "table")[0].endswith(row)


def test_a_fence_stays_whole_with_the_line_that_leads_to_it():
    code = "```js\n" + "\n\n".join("let a = 1" for _ in range(100)) + "\n```"

    assert passages(f"Add this snippet:\n\n{code}", "code") == [f"Add this snippet:\n\n{code}"]


def test_a_fence_beyond_all_measure_is_cut_into_fences():
    lines = [f"row {number}," for number in range(2_000)]
    found = passages("```csv\n" + "\n".join(lines) + "\n```", "code")

    assert all(text.startswith("```csv\n") and text.endswith("\n```") for text in found)
    assert [line for text in found for line in text.split("\n")[1:-1]] == lines
    assert all(len(text) <= LONGEST + 20 for text in found)


@pytest.mark.parametrize("text", ["x" * 50_000, "word " * 10_000, "あ" * 50_000])
def test_a_line_without_sentences_is_cut_at_last(text):
    found = passages(text)

    assert all(len(piece) <= LONGEST for piece in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_a_title_or_a_leading_line_goes_along_with_what_follows():
    text = f"{SENTENCE * 4}\n\n**Limits**\n\n{SENTENCE * 3}\n\nThese count:\n\n- {SENTENCE}\n- {SENTENCE}"

    assert not any(found.endswith(("**Limits**", "These count:")) for found in passages(text))


def test_of_a_long_paragraph_only_the_leading_sentence_goes_along():
    items = f"- {SENTENCE}\n- {SENTENCE}\n- {SENTENCE}"
    within = passages(f"{SENTENCE * 4}With it you can:\n\n{items}")
    across = split(
        document(section(f"{SENTENCE * 4}With it you can:"), section(items.replace("-", "1."), "steps"))
    )

    assert [text[:16] for text in within] == ["Every seat that ", "With it you can:"]
    assert [draft.text[:16] for draft in across] == ["Every seat that ", "With it you can:"]


def test_very_short_neighbours_under_one_heading_are_one_passage():
    drafts = split(
        document(
            section("Run this:\n\n```sh\nx\n```", "code"),
            section("Then wait.", "text"),
            section("| A | B |\n| --- | --- |\n| 1 | 2 |", "table"),
            section("Elsewhere.", "text", ("Other",)),
        )
    )

    assert [(draft.kind, draft.text) for draft in drafts] == [
        ("code", "Run this:\n\n```sh\nx\n```\n\nThen wait."),
        ("table", "| A | B |\n| --- | --- |\n| 1 | 2 |"),
        ("text", "Elsewhere."),
    ]


def test_a_short_rest_joins_the_passage_before_it():
    found = passages("Word " * 90 + ".\n\n" + "Short rest that would stand alone otherwise.")

    assert len(found) == 1
    assert TARGET - SHORT < len(found[0]) <= SLACK


SENTENCES = {
    "plain": ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
    "abbreviations": (
        "Use e.g. Slack, i.e. Bolt vs. Others. Done.",
        ["Use e.g. Slack, i.e. Bolt vs. Others.", "Done."],
    ),
    "numbers": ("Costs 3.5 EUR. Version 2. It is new.", ["Costs 3.5 EUR.", "Version 2.", "It is new."]),
    "quotes": ('He said "Stop." Then (he left.) Done.', ['He said "Stop."', "Then (he left.)", "Done."]),
    "lines": ("Tip: Title\nBody. More", ["Tip: Title", "Body.", "More"]),
    "step": ("1. Click Save. Then wait.", ["1. Click Save.", "Then wait."]),
    "address": ("See https://a.b/c.d?e. Now.", ["See https://a.b/c.d?e.", "Now."]),
    "initials and units": (
        "Ask J. Doe at 5 p.m. in room no. 3. Bye.",
        ["Ask J. Doe at 5 p.m. in room no. 3.", "Bye."],
    ),
    "question": ("Is it free? Yes, e.g. For schools.", ["Is it free?", "Yes, e.g. For schools."]),
    "lower case": ("Open Settings... then Save.", ["Open Settings... then Save."]),
    "japanese": ("一つ。二つ！", ["一つ。", "二つ！"]),
    "empty": ("", []),
}


@pytest.mark.parametrize(("text", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_sentences_end_where_a_reader_would_say(text, expected):
    assert sentences(text) == expected


# Whatever the text -------------------------------------------------------------------------------------------

words = (
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="`|"),
        min_size=1,
        max_size=12,
    )
    .map(visible)
    .filter(bool)
)
prose = st.lists(
    st.one_of(words, st.sampled_from(["end.", "Now!", "e.g.", "stop:", "**so**", "```", "- ", "1. "])),
    max_size=150,
).map(" ".join)
fences = st.lists(words, max_size=60).map(lambda lines: "```sh\n" + "\n".join(lines) + "\n```")
items = st.lists(prose, min_size=1, max_size=8).map(lambda found: "\n".join(f"- {item}" for item in found))
steps = st.lists(prose, min_size=1, max_size=8).map(
    lambda found: "\n".join(f"{n}. {item}" for n, item in enumerate(found))
)
texts = st.lists(
    st.one_of(prose, items, fences, prose.map(lambda text: text.replace(" ", "\n"))), max_size=6
).map("\n\n".join)
sections = st.builds(
    Section,
    heading_path=st.lists(words, max_size=2).map(tuple),
    anchor=st.none() | words,
    text=st.one_of(texts, steps),
    kind=st.sampled_from(["text", "code", "steps"]),
)


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


@given(st.lists(sections, max_size=5))
def test_splitting_loses_nothing_and_numbers_what_it_makes(found):
    drafts = split(document(*found))

    assert [draft.position for draft in drafts] == list(range(len(drafts)))
    assert all(draft.text.strip() == draft.text != "" for draft in drafts)
    assert all(draft.heading_path[0] == "Title" for draft in drafts)
    assert _bare("".join(draft.text for draft in drafts)) == _bare("".join(part.text for part in found))


@given(st.lists(st.lists(words, min_size=2, max_size=2), min_size=1, max_size=60))
def test_every_row_of_a_table_survives(rows):
    lines = [f"| {' | '.join(cells)} |" for cells in rows]
    drafts = split(document(section("\n".join(["| A | B |", "| --- | --- |", *lines]), "table")))

    assert [line for draft in drafts for line in draft.text.split("\n")[2:]] == lines


@settings(deadline=None)  # the first example loads the readers
@given(st.text(max_size=400))
def test_any_text_can_be_read_and_split(text):
    for uri in ("a.md", "a.mdx", "a.html", "a.txt"):
        with suppress(UnreadableDocument):
            assert all(draft.text for draft in split(read_document(uri, text.encode())))


@given(st.lists(st.sampled_from(["<Card title='a'>", "</Card>", "<Steps>", "<Step>", "{", "}", "`", "```", ":::tip", ":::", "\n", "\n\n", "- ", "1. ", "    ", "a", "<", ">", "|", "# ", "<p>", "</p>", "<table>", "<li>", "**", "import a from 'a'\n", "<details>", "<summary>", "> "]), max_size=40))  # fmt: skip
def test_any_mix_of_markup_can_be_read_and_split(pieces):
    for uri in ("a.md", "a.mdx", "a.html"):
        drafts = split(read_document(uri, "".join(pieces).encode()))

        assert all(draft.text for draft in drafts)


def test_what_nobody_sees_is_in_no_passage():
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
    document = SourceDocument(
        "a.md",
        "Pay\u200bments",
        (Section(("Re\u202efunds",), None, f"Pay\u200bment{hidden} takes a day."),),
        "hash",
    )
    [passage] = split(document)
    assert passage.text == "Payment takes a day."
    assert passage.heading_path[1:] == ("Refunds",)
