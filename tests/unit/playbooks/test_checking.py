"""Every mistake is named with file, line, step and remedy."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from playbooks.checking import check
from playbooks.errors import BadDefinition, UnknownPlaybook
from playbooks.loader import describe_all, find, load, shipped
from playbooks.reading import DEFINITIONS
from playbooks.wording import VARIABLES

HEAD = """\
playbook: hello
id: PB-HI
title: Hello
version: 1.0.0
stage: adoption
cycle: subscription
delivery: auto
fallback: [admin, anyone, csm]
outcomes: {done: {label: Done}}
at_end: [{else: done}]
steps:
"""  # 11 lines
GOOD = """
A:
  title: First
  when: C+0d
  to: admin
  message: "Hi {first}, all well?"
  ask:
    key: wellness
    options: {good: Good, bad: Bad}
  on_answer:
    good: {reply: Fine.}
    bad: {do: [goto: B]}
B:
  title: Second
  to: admin
  message: "What is wrong?"
  ask: {key: wrong, type: text}
  on_answer:
    else: {reply: Thank you.}
"""


def written(tmp_path, steps=GOOD, head=HEAD):
    path = tmp_path / "hello.yaml"
    path.write_text(head + indent(dedent(steps).strip(), "  ") + "\n", encoding="utf-8")
    return path


def said(path):
    return [str(problem).removeprefix(f"{path}:") for problem in check(path)]


@pytest.mark.parametrize("path", sorted(DEFINITIONS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_definitions_have_no_problem(path):
    assert check(path) == []


def test_a_sound_definition_has_no_problem(tmp_path):
    assert said(written(tmp_path)) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "  title: First", "  titel: First",
            ["12: step A: “title” is missing. Add “title:”.", "13: step A: “titel” is no key here. Did you mean “title”?"],
            id="an unknown key names the nearest",
        ),
        pytest.param(
            "    key: wellness", "    kee: wellness",
            ["17: step A: “key” is missing. Add “key:”.", "18: step A: “kee” is no key here. Did you mean “key”?"],
            id="an unknown key deep inside",
        ),
        pytest.param("[goto: B]", "[goto: BB]",
            ["22: step A: There is no step “BB” to go to. Did you mean “B”?",
             "23: step B: Nothing leads to this step. Give it a “when”, or a “goto” that points to it."],
            id="a goto to nowhere"),
        pytest.param("    bad: {do: [goto: B]}", "    good2: {do: [goto: B]}",
            ["20: step A: Nothing says what follows the answer bad. Add “else:” or a branch for each answer.",
             "22: step A: “good2” is no answer to this question. Did you mean “good”?"],
            id="a missing else and an unknown answer"),
        pytest.param("  when: C+0d", "  when: day one",
            ["14: step A: “when”: 'day one' is no moment; write an anchor and days such as C+7d or R-90d. Correct the value."],
            id="a wrong moment"),
        pytest.param("  when: C+0d", "  when: R-9d",
            ["14: step A: A step counts from the renewal date, but accounts without one may start. Add “entry: {periods: [annual, multi_year]}”."],
            id="a renewal step without a renewal"),
        pytest.param("  when: C+0d\n", "", [
            "12: step A: Nothing leads to this step. Give it a “when”, or a “goto” that points to it.",
            "22: step B: Nothing leads to this step. Give it a “when”, or a “goto” that points to it.",
            ], id="steps that nothing reaches"),
        pytest.param("{first}", "{firts}",
            ["16: step A: There is no variable {firts}. Did you mean “first”?"], id="an unknown variable"),
        pytest.param("Hi {first}", "Hi {first",
            ["16: step A: A brace is open or closed without its other half. Write {variable}, or {{ for a brace itself."],
            id="a lone brace"),
        pytest.param("all well?", "all well? Anything else?",
            ["16: step A: The message asks 2 questions. Ask one; make another step of the other."], id="two questions"),
        pytest.param("all well?", "a discount of ten?",
            ["16: step A: “discount” is a promise, and it goes out unapproved in SMB, MM, ENT. Add “delivery: approve” to the step, or say it without the promise."], id="an unapproved promise"),
        pytest.param('  to: admin\n  message: "Hi', '  to: admin\n  commercial: true\n  message: "Hi',
            ["12: step A: A commercial step may fall to anyone at the account. Name roles in its “fallback”, such as [champion, admin, csm]."], id="a commercial step for anyone"),
        pytest.param("all well?", "x" * 600,
            ["16: step A: The message has 612 characters; 600 are allowed. Shorten it."], id="too long a message"),
        pytest.param("{good: Good, bad: Bad}", "{good: Good, bad: " + "B" * 76 + "}",
            ["19: step A: The label of “bad” has 76 characters; Slack allows 75. Shorten it."], id="too long a label"),
        pytest.param("{good: Good, bad: Bad}", "{good: Good, yes: Bad}",
            ['19: step A: YAML does not read the key yes as text. Write "yes" in quotes.'], id="a yes that is no text"),
        pytest.param("Hi {first}, all well?", "{fact}. All well?",
            ["16: step A: The message quotes {fact}, but nothing says which. Add “facts: [seats_used, …]”."], id="a fact from nowhere"),
        pytest.param("key: wrong", "key: wellness",
            ["27: step B: The answer key “wellness” is that of step A too. Give each question its own key."], id="one key twice"),
        pytest.param("goto: B", "jump: B",
            ["22: step A: This is no action: it has none of task, goto, notify, set, stage, goal, look_up, escalate, finish, start, stop, signal, consent, forecast. Known here: consent, escalate, finish, forecast, goal, goto, look_up, notify, set, signal, stage, start, stop, task."],
            id="an unknown action"),
        pytest.param('  to: admin\n  message: "Hi', '  to: boss\n  message: "Hi',
            ["15: step A: “boss” is not allowed for “to”. Use one of 'admin', 'champion', 'buyer', 'sponsor', 'end_user', 'security', 'procurement', 'promoter', 'advocate', 'anyone', 'csm' or 'manager'."], id="an unknown audience"),
        pytest.param("    else: {reply: Thank you.}", "    else: {do: [goto: A]}",
            ["12: step A: These steps lead round in a circle without a delay: A → B → A. Add “after: 2bd” to one of its gotos."],
            id="a circle without a delay"),
        pytest.param("    else: {reply: Thank you.}", "    else: {do: [{goto: A, after: 2bd}]}", [], id="a circle with a delay is fine"),
        pytest.param("    else: {reply: Thank you.}", "    else: {reply: Thank you.}\n  on_timeout: {do: [goto: B]}",
            ["23: step B: These steps go round for ever while nobody does anything: B → B. Add “at_most: 2” and “else: STEP” to the goto of one that nobody answers."],
            id="a question that comes again for ever"),
        pytest.param("    else: {reply: Thank you.}", "    else: {reply: Thank you.}\n  on_timeout: {do: [{goto: B, at_most: 2}]}", [],
            id="a question that comes again twice is fine"),
        pytest.param("bad: {do: [goto: B]}", "bad: {do: [{goto: B, else: A}]}",
            ["12: step A: These steps lead round in a circle without a delay: A → A. Add “after: 2bd” to one of its gotos.",
             "22: step A: Nothing says when “else” comes. Add “at_most: 2”, or take it out."],
            id="an else that never comes"),
        pytest.param("    good: {reply: Fine.}", "    good: {reply: Fine.}\n    good: {reply: Better.}",
            ["22: step A: “good” is written twice. Keep one of the two."], id="a key twice"),
        pytest.param("bad: {do: [goto: B]}", "bad: {do: [goto: B, start: savee]}",
            ["22: step A: There is no playbook “savee”. Did you mean “save”?"], id="another playbook that there is not"),
        pytest.param("bad: {do: [goto: B]}", "bad: {do: [goto: B, stop: renewel]}",
            ["22: step A: There is no playbook “renewel”. Did you mean “renewal”?"], id="a playbook to stop that there is not"),
        pytest.param("bad: {do: [goto: B]}", "bad: {do: [goto: B, start: hello, stop: survey]}", [],
            id="itself, and a kind, may be started and stopped"),
        pytest.param("all well?", "since {day_Q}: all well?",
            ["16: step A: There is no anchor Q whose day {day_Q} could be. Known here: C, R, S."], id="the day of no anchor"),
        pytest.param("  when: C+0d", '  "on": signal.champion_lft',
            ["14: step A: Nothing ever says “signal.champion_lft”. Did you mean “signal.champion_left”?"],
            id="a signal that is misspelt"),
        pytest.param("  when: C+0d", '  "on": health.orange',
            ["14: step A: Nothing ever says “health.orange”. Did you mean “health.red”?"], id="a band that there is not"),
        pytest.param("  when: C+0d", '  "on": office.moved',
            ["14: step A: Nothing ever says “office.moved”. Have a playbook say it: “signal: office.moved”."], id="what nobody says"),
        pytest.param("  when: C+0d", '  "on": [expansion.unused, stage.adopted]', [], id="what another playbook says"),
        pytest.param("  when: C+0d", '  "on": [use_case.second, subscription.started]', [], id="what the product says"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_step(tmp_path, old, new, expected):
    assert old in dedent(GOOD)
    problems = said(written(tmp_path, dedent(GOOD).replace(old, new)))
    for line in expected:
        assert line in problems
    assert bool(problems) == bool(expected)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(", csm]", "]",
            "8: The fallback chain does not end with the CSM. End it with “csm”, after at least one customer audience such as “anyone”.",
            id="no fallback to the CSM"),
        pytest.param("fallback: [admin, anyone, csm]\n", "", "1: “fallback” is missing. Add “fallback:”.", id="no fallback at all"),
        pytest.param("[{else: done}]", "[{else: dnoe}]", "10: There is no outcome “dnoe”. Did you mean “done”?", id="an unknown outcome"),
        pytest.param("[{else: done}]", "[{if: {fact: x}, outcome: done}]",
            "10: The last case is no “else”. Add “- else: OUTCOME” at the end.", id="no else at the end"),
        pytest.param("delivery: auto", "delivery: {SMB: auto, MM: preview}", "7: “ENT” is missing. Add “ENT:”.", id="a segment is missing"),
        pytest.param("delivery: auto", "delivery: automatic",
            "7: “automatic” is not allowed for “delivery”. Use one of 'auto', 'preview', 'approve' or 'draft'.", id="an unknown delivery"),
        pytest.param("cycle: sub", "entry: {if: {answer: {wellness: good}}}\ncycle: sub",
            "6: The answer “wellness” is not known before the run begins. Name a fact, a number, a stage or a segment.",
            id="an answer decides whether to begin"),
        pytest.param("cycle: sub", "trigger: [{signal: {when: {not: {answers: {wellness: {bad: 2}}}}}}]\ncycle: sub",
            "6: The answer “wellness” is not known before the run begins. Name a fact, a number, a stage or a segment.",
            id="an answer in a trigger"),
        pytest.param("cycle: sub", "trigger: {event: [subscription.started, signal.silense]}\ncycle: sub",
            "6: Nothing ever says “signal.silense”. Did you mean “signal.silence”?", id="a trigger that is misspelt"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_head(tmp_path, old, new, expected):
    assert expected in said(written(tmp_path, head=HEAD.replace(old, new)))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"steps: [a, b\nplaybook: x", "This is no YAML", id="broken YAML"),
        pytest.param(b"\xff\xfe\x00bin", "The file cannot be read: it is no UTF-8 text", id="a binary file"),
        pytest.param(b"", "the file", id="an empty file"),
        pytest.param(b"- a\n- b\n", "the file", id="a list"),
        pytest.param(b"just words", "the file", id="words"),
        pytest.param(b"\x00\x01", "This is no YAML", id="control characters"),
    ],
)
def test_a_file_that_is_no_definition(tmp_path, content, expected):
    path = tmp_path / "bad.yaml"
    path.write_bytes(content)
    problems = said(path)
    assert len(problems) == 1
    assert expected in problems[0]
    with pytest.raises(BadDefinition, match=r"bad.yaml:\d"):
        load(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    assert said(tmp_path / "none.yaml") == [
        "1: The file cannot be read: No such file or directory. Give a YAML file in UTF-8."
    ]


def test_an_unknown_playbook_names_those_there_are():
    with pytest.raises(
        UnknownPlaybook, match=r"There is no playbook “welcome”\. There are: .*onboarding, .*renewal"
    ):
        find(shipped(), "welcome")


def test_the_list_of_playbooks_says_what_each_does():
    described = {row["name"]: row for row in describe_all()}
    assert {"O1", "O2", "O3", "O4", "O6"} <= set(described["onboarding"]["steps"])
    assert described["onboarding"]["delivery"] == {"SMB": "auto", "MM": "preview", "ENT": "approve"}
    assert {"R1", "R2", "R3", "R6", "R12"} <= set(described["renewal"]["steps"])
    assert "churned" in described["renewal"]["outcomes"]


def test_the_manual_names_every_variable():
    manual = (DEFINITIONS.parents[1] / "docs" / "playbooks.md").read_text(encoding="utf-8")
    named = manual.split("Variables: `")[1].split("`")[0].split()
    assert set(named) == VARIABLES
