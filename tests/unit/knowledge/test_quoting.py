from __future__ import annotations

from dataclasses import replace

import pytest

from knowledge.composing import compose
from knowledge.quoting import quote, steps_first
from knowledge.types import Evidence
from knowledge.units import units_of
from knowledge.words import stems

STEPS = (
    "Exports hold every contact. Here is how to export:\n\n1. Open Reports.\n2. Press Export.\n"
    "   - CSV is the default\n3. Wait for the mail.\n\nLarge exports take an hour."
)
TABLE = (
    "What each plan costs:\n\n| Plan | Price a month |\n| --- | --- |\n| Starter | $9 |\n| Growth | $19 |\n"
    "| Business | $39 |"
)
CODE = "Restart the server with this command:\n\n```bash\nsudo restart app\n\nstatus app\n```\n\nNothing else is needed."
LEANING = "The audit log keeps events for 90 days. After that they are deleted for good. Ask us for a longer period."
FAQ = "Can I get a refund of a payment? Refunds of a payment are possible within 14 days. Bananas are yellow fruit."


def _evidence(text, i=0):
    return Evidence(f"p{i}", f"d{i}", f"Title {i}", (f"Title {i}",), f"{i}.md", text, "public")


def _answer(question, *passages):
    """The Markdown of what is quoted, scored by the words in common (5 for all of them, -5 for none)."""
    asked = stems(question)

    def score(texts):
        return [10.0 * len(asked & stems(text)) / len(asked) - 5.0 for text in texts]

    quoted = quote([_evidence(text, i) for i, text in enumerate(passages)], score)
    return compose(quoted.quotes).markdown if quoted else None


def test_steps_stay_numbered_whole_and_with_what_introduces_them():
    assert _answer("press export", STEPS) == (
        "Here is how to export:\n\n1. Open Reports.\n2. Press Export.\n   - CSV is the default\n"
        "3. Wait for the mail. [1]"
    )


def test_a_table_keeps_its_header_and_the_rows_that_answer():
    assert _answer("growth $19", TABLE) == (
        "What each plan costs:\n\n| Plan | Price a month |\n| --- | --- |\n| Growth | $19 |\n\n[1]"
    )


def test_code_stays_whole_with_its_lead_in():
    assert _answer("command to restart the server", CODE).startswith(
        "Restart the server with this command:\n\n```bash\nsudo restart app\n\nstatus app\n```"
    )


def test_a_sentence_that_leans_on_the_one_before_brings_it_along():
    assert _answer("events deleted for good", LEANING).startswith(
        "The audit log keeps events for 90 days. After that they are deleted for good."
    )


def test_a_question_in_a_text_is_no_answer():
    assert (
        _answer("refund of a payment possible", FAQ)
        == "Refunds of a payment are possible within 14 days. [1]"
    )


def test_another_passage_adds_what_it_answers_as_well_but_repeats_nothing():
    first = "Refunds of payments are possible within 14 days."
    again = "Refunds of payments are possible within 14 days, as said."
    more = "Refunds of payments reach cards possibly after one week."
    assert _answer("refunds payments possible", first, again) == f"{first} [1]"
    assert _answer("refunds payments", first, more) == f"{first} [1]\n\n{more} [2]"


def test_a_list_is_cut_behind_a_dozen_items():
    text = "All regions:\n\n" + "\n".join(f"- Region number {i}" for i in range(40))
    assert _answer("region number", text).count("\n- ") == 12


def test_of_a_long_list_only_the_items_that_answer_are_quoted_with_what_introduces_them():
    text = "Reserved names:\n\n" + "\n".join(f"- Name {i} of a field" for i in range(10)) + "\n- Alias"
    assert _answer("alias", text) == "Reserved names:\n\n- Alias [1]"


def test_an_answer_begins_with_the_sentence_that_answers():
    text = (
        "Data is copied to a system of ours. Data is encrypted by TLS 1.2 on its way. Clients need a certificate. "
        "Other things are said here too."
    )
    logits = {"copied": 1.0, "encrypted": 3.5, "certificate": 1.5}
    assert _quoted("which TLS", [_evidence(text)], logits) == (
        "Data is encrypted by TLS 1.2 on its way. Clients need a certificate. [1]"
    )


@pytest.mark.parametrize("text", ["", "(Image: a page)", "Really?", "Ok then."])
def test_a_passage_that_says_nothing_gives_no_quote(text):
    assert _answer("anything at all", text) is None


def test_a_very_long_passage_costs_bounded_work():
    asked = []

    def score(texts):
        asked.extend(texts)
        return [1.0] * len(texts)

    quote([_evidence("This sentence says something here. " * 500)] * 3, score)
    assert len(asked) <= 36


def test_whoever_asks_how_gets_the_articles_own_steps_first():
    what = _evidence("SSO lets people sign in with one identity.", 1)
    other = replace(_evidence("1. Open Export.\n2. Press Go.", 2), kind="steps")
    steps = replace(_evidence("1. Open Security.\n2. Choose SAML.", 1), passage_id="p3", kind="steps")

    assert steps_first([what, other, steps]) == [steps, what, other]
    assert steps_first([what, other]) == [what, other]
    assert steps_first([]) == []


PRICES = "What each plan costs:\n\n| | Starter | Growth |\n| --- | --- | --- |\n| Price a month | $79 | $390 |\n| Vans | 5 | 20 |"


def _quoted(question, evidence, logits):
    """The Markdown of what is quoted; `logits`: part of a text -> its logit, -9 for others."""

    def score(texts):
        return [
            max((logit for part, logit in logits.items() if part in text), default=-9.0) for text in texts
        ]

    quoted = quote(evidence, score, question)
    return compose(quoted.quotes).markdown if quoted else None


def test_a_row_is_read_as_a_sentence_that_says_its_columns():
    row = units_of(PRICES)[1]
    assert row.readable == "Price a month. Starter: $79; Growth: $390"


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (
            "how many stops fit in one route?",
            "One run plans up to 300 stops.",
            "A route is the list of stops.",
        ),
        (
            "how much is the growth plan?",
            "The Growth plan is $390 a month.",
            "The Growth plan is a good plan to start.",
        ),
        (
            "how long do you keep my data?",
            "We keep your data for 90 days.",
            "We keep your data in good hands.",
        ),
    ],
    ids=["how many", "how much", "how long"],
)
def test_a_sentence_that_names_the_kind_of_thing_asked_for_is_preferred(question, right, wrong):
    text = f"{wrong}\n\n{right}\n\nSomething else is said here as well.\n\nAnd one more thing is said here."
    assert _quoted(question, [_evidence(text)], {wrong: 2.5, right: 1.0}).startswith(right)


@pytest.mark.parametrize(
    "pointer",
    [
        "See export your data for details.",
        "For more details, check out this blog post.",
        "**When the numbers are lower**",
        "Learn more about the limits of exports.",
        "Please refer to the guide on exports.",
    ],
)
def test_what_only_points_elsewhere_is_never_quoted(pointer):
    text = f"{pointer}\n\nExports hold every contact that you have."
    assert _quoted("exports", [_evidence(text)], {pointer: 6.0, "Exports hold": 2.0}) == (
        "Exports hold every contact that you have. [1]"
    )


def test_another_passage_of_the_best_document_comes_first_if_it_clearly_answers_better():
    first, second = (
        _evidence("Exports are made by admins."),
        _evidence("Exports are ready within an hour.", 1),
    )
    second = replace(second, document_id=first.document_id)
    logits = {"made by admins": 0.0, "within an hour": 4.0}
    assert _quoted("when are exports ready", [first, second], logits).startswith("Exports are ready")


def test_a_text_of_a_few_sentences_on_the_matter_is_quoted_to_its_end():
    text = "A domain of your own needs Enterprise. Choose a logo under Brand. Ask us to set it up."
    logits = {"Choose a logo": -2.0, "A domain": 4.0, "Ask us": -1.0}
    assert _quoted("our own domain", [_evidence(text)], logits) == f"{text} [1]"


def test_whoever_asks_for_a_fact_gets_fewer_sentences_than_whoever_asks_for_an_account():
    text = " ".join(f"Sentence {word} says it." for word in ("one", "two", "three", "four", "five", "six"))
    logits = dict.fromkeys(("one", "two", "three", "four", "five", "six"), 2.0)
    fact = _quoted("When is it done?", [_evidence(text)], logits)
    account = _quoted("How does it work?", [_evidence(text)], logits)
    assert (fact.count("says it"), account.count("says it")) == (3, 5)


def test_a_unit_that_names_the_identifier_in_question_goes_before_one_that_reads_better():
    text = "The db.t3.small has 2 GB. The db.t3.micro has 1 GB."
    logits = {"small": 5.0, "micro": 3.0}
    assert _quoted("memory of db.t3.micro", [_evidence(text)], logits).startswith("The db.t3.micro has 1 GB.")


def test_a_unit_with_the_rare_words_of_the_question_goes_before_one_that_reads_a_little_better():
    text = "The maximum number of forecasts is 10. The maximum number of datasets is 1500."
    logits = {"forecasts": 3.2, "datasets": 3.0}
    answer = _quoted("maximum number of datasets", [_evidence(text)], logits)
    assert answer.startswith("The maximum number of datasets is 1500.")


def test_a_lead_in_and_its_few_items_are_one_sentence_and_a_long_list_is_many():
    few, many = (
        "We have these plans:\n- Starter\n- Growth",
        "We have these plans:\n" + "\n".join(f"- The plan with the number {i} of many" for i in range(30)),
    )
    sentences = [
        compose(quote([_evidence(text)], lambda texts: [2.0 for _ in texts]).quotes).sentences
        for text in (few, many)
    ]
    assert [one.text for one in sentences[0]] == ["We have these plans:\nStarter\nGrowth"]
    assert len(sentences[1]) > 1


def test_a_list_that_no_sentence_introduces_is_shown_under_its_heading():
    text = "- Signing in for the first time\n- Messages to customers"
    evidence = replace(_evidence(text), heading_path=("Work offline", "What does *not* work offline"))
    quoted = quote([evidence], lambda texts: [2.0 for _ in texts], "what works offline")
    assert compose(quoted.quotes).markdown == f"**What does not work offline**\n\n{text} [1]"
    assert [one.text for one in compose(quoted.quotes).sentences] == [
        "Signing in for the first time",
        "Messages to customers",
    ]


def test_a_list_with_its_own_introduction_needs_no_heading():
    evidence = replace(_evidence("This does not work:\n\n- Signing in"), heading_path=("Work", "Limits"))
    quoted = quote([evidence], lambda texts: [2.0 for _ in texts], "what works offline")
    assert compose(quoted.quotes).markdown.startswith("This does not work:")
