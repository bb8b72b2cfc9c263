"""What a well-formed definition may still get wrong: one generator a rule, each finding with its place and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playbooks import deeds, names
from playbooks.asking import SCALES, SURVEY_SCALES, TYPED, WITH_OPTIONS, branch_key, is_range
from playbooks.finding import Finding, nearest
from playbooks.graph import loop_without_delay, loop_without_end, reachable, references, todos
from playbooks.text_rules import TEXT_RULES
from playbooks.types import (
    BUILT_IN_ANCHORS,
    MAX_LABEL,
    SEGMENTS,
    STAFF,
    Condition,
    Decision,
    Message,
    Notice,
    Playbook,
    Question,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playbooks.graph import Place

STEPS_AT_MOST = 60
OPTIONS_AT_MOST = 100  # of a Slack menu
TICKS_AT_MOST = 10  # checkboxes of a Slack form
FIELDS_AT_MOST = 20


def _targets(playbook: Playbook) -> Iterator[Finding]:
    for ref in references(playbook):
        if ref.target not in playbook.steps:
            yield Finding(
                ref.place,
                f"There is no step “{ref.target}” to go to",
                nearest(ref.target, playbook.steps) or "",
            )
    for n, case in enumerate(playbook.at_end):
        code = case.outcome or case.otherwise
        if code is not None and code not in playbook.outcomes:
            yield Finding(
                ("at_end", n), f"There is no outcome “{code}”", nearest(code, playbook.outcomes) or ""
            )


def _finishes(playbook: Playbook) -> Iterator[Finding]:
    codes = {f"{group}.{code}" for group, entries in playbook.reasons.items() for code in entries}
    keys = {step.ask.key for step in playbook.steps.values() if isinstance(step, Question)}
    for todo in todos(playbook):
        if not isinstance(todo.action, deeds.FinishRun):
            continue
        spec = todo.action.finish
        outcome = playbook.outcomes.get(spec.outcome)
        if outcome is None:
            remedy = nearest(spec.outcome, playbook.outcomes) or ""
            yield Finding(todo.place, f"There is no outcome “{spec.outcome}”", remedy)
        elif outcome.needs_reason and not (spec.reason or spec.reason_from):
            remedy = "Add “reason: CODE”, or “reason_from: KEY” of the question that asks for it"
            yield Finding(todo.place, f"The outcome “{spec.outcome}” needs a reason", remedy)
        if spec.reason and spec.reason not in codes:
            remedy = nearest(spec.reason, codes) or "Add it to “reasons”"
            yield Finding(todo.place, f"There is no reason “{spec.reason}”", remedy)
        if spec.reason_from and spec.reason_from not in keys:
            remedy = nearest(spec.reason_from, keys) or ""
            yield Finding(todo.place, f"No question has the answer key “{spec.reason_from}”", remedy)


def _reach(playbook: Playbook) -> Iterator[Finding]:
    found = reachable(playbook)
    for step in playbook.steps:
        if step not in found:
            yield Finding(
                ("steps", step),
                "Nothing leads to this step",
                "Give it a “when”, or a “goto” that points to it",
            )
    loop = loop_without_delay(playbook)
    if loop:
        remedy = "Add “after: 2bd” to one of its gotos"
        yield Finding(
            ("steps", loop[0]),
            f"These steps lead round in a circle without a delay: {' → '.join(loop)}",
            remedy,
        )


def _patience(playbook: Playbook) -> Iterator[Finding]:
    for todo in todos(playbook):
        if isinstance(todo.action, deeds.GoTo) and todo.action.otherwise and todo.action.at_most is None:
            yield Finding(todo.place, "Nothing says when “else” comes", "Add “at_most: 2”, or take it out")
    if not loop_without_delay(playbook) and (loop := loop_without_end(playbook)):
        yield Finding(
            ("steps", loop[0]),
            f"These steps go round for ever while nobody does anything: {' → '.join(loop)}",
            "Add “at_most: 2” and “else: STEP” to the goto of one that nobody answers",
        )


def _totality(playbook: Playbook) -> Iterator[Finding]:
    for name, step in playbook.steps.items():
        if isinstance(step, Decision) and not any(case.otherwise for case in step.decide[-1:]):
            yield Finding(
                ("steps", name, "decide"), "The last case is no “else”", "Add “- else: STEP” at the end"
            )
        if isinstance(step, Question):
            yield from _branches(playbook, name, step)
    if playbook.at_end and not playbook.at_end[-1].otherwise:
        yield Finding(("at_end",), "The last case is no “else”", "Add “- else: OUTCOME” at the end")


def _branches(playbook: Playbook, name: str, step: Question) -> Iterator[Finding]:
    values = [option.value for option in playbook.options(step.ask)]
    place: Place = ("steps", name, "on_answer")
    for given in step.on_answer:
        fits = given == "else" or any(branch_key((given,), value) for value in values)
        fits = fits or (step.ask.type == "number" and is_range(given))
        if not fits:
            yield Finding(
                (*place, given),
                f"“{given}” is no answer to this question",
                nearest(given, [*values, "else"]) or "",
            )
    keys = tuple(step.on_answer)
    missing = [value for value in values if branch_key(keys, value) is None]
    if (missing or not values) and "else" not in step.on_answer:
        what = (
            f"Nothing says what follows the answer {', '.join(missing)}"
            if missing
            else "Nothing says what follows an answer"
        )
        yield Finding(place, what, "Add “else:” or a branch for each answer")


def _keys(playbook: Playbook) -> Iterator[Finding]:
    keys: dict[str, str] = {}
    for name, step in playbook.steps.items():
        if not isinstance(step, Question):
            continue
        for key, place in [
            (step.ask.key, ("steps", name, "ask", "key")),
            *((field, ("steps", name, "ask", "fields", field)) for field in step.ask.fields),
        ]:
            if key in keys:
                yield Finding(
                    place,
                    f"The answer key “{key}” is that of step {keys[key]} too",
                    "Give each question its own key",
                )
            keys[key] = name


def _asks(playbook: Playbook) -> Iterator[Finding]:
    for name, step in playbook.steps.items():
        if isinstance(step, Question):
            yield from _ask(playbook, step, ("steps", name, "ask"))
            scale = SURVEY_SCALES.get(step.survey or "", step.ask.type)
            if step.ask.type != scale:
                yield Finding(
                    ("steps", name, "survey"),
                    f"The survey {step.survey} is asked on another scale than {step.ask.type}",
                    f"Write “type: {scale}”",
                )


def _ask(playbook: Playbook, step: Question, place: Place) -> Iterator[Finding]:
    ask, options = step.ask, playbook.options(step.ask)
    if ask.type not in WITH_OPTIONS and ask.options:
        yield Finding(
            (*place, "options"),
            f"A question of type {ask.type} has no options",
            f"Take out “options” or “type: {ask.type}”",
        )
    if ask.type not in TYPED and len(options) < 2:
        yield Finding(
            place,
            f"A question of type {ask.type} needs at least two options",
            "Add “options:”, or “type: text”",
        )
    most = TICKS_AT_MOST if ask.type == "multi" else OPTIONS_AT_MOST
    if len(options) > most:
        yield Finding(place, f"There are {len(options)} options; Slack shows {most}", "Leave some out")
    if (ask.type == "form") != bool(ask.fields):
        yield Finding(place, "Only a form has fields, and it needs some", "Write “type: form” with “fields:”")
    limits = [limit for limit in (ask.soonest, ask.latest) if limit]
    if limits and (ask.type != "date" or any(limit.unit not in {"d", "bd"} for limit in limits)):
        yield Finding(
            place,
            "“from” and “upto” bound the day of a date",
            "Write them for “type: date”, such as “upto: 14d”",
        )
    if len(ask.fields) > FIELDS_AT_MOST:
        yield Finding(
            place, f"There are {len(ask.fields)} fields; {FIELDS_AT_MOST} are allowed", "Ask for less"
        )
    if ask.type == "approval" and not set(step.to.SMB) <= STAFF:
        yield Finding(place, "An approval is asked of a customer", "Address it “to: manager” or “to: csm”")
    for option in options if ask.type not in SCALES else ():
        if len(option.label) > MAX_LABEL:
            yield Finding(
                (*place, "options", option.value),
                f"The label of “{option.value}” has {len(option.label)} characters; Slack allows {MAX_LABEL}",
                "Shorten it",
            )


def _size(playbook: Playbook) -> Iterator[Finding]:
    if len(playbook.steps) > STEPS_AT_MOST:
        yield Finding(
            ("steps",),
            f"There are {len(playbook.steps)} steps; {STEPS_AT_MOST} are allowed",
            "Make two playbooks of it",
        )


def _audiences(playbook: Playbook) -> Iterator[Finding]:
    for chain, place in _chains(playbook):
        if chain[-1:] != ("csm",) or len(chain) < 2:
            yield Finding(
                place,
                "The fallback chain does not end with the CSM",
                "End it with “csm”, after at least one customer audience such as “anyone”",
            )
    for name, step in playbook.steps.items():
        groups = [step.to.of(segment) for segment in SEGMENTS] if isinstance(step, Question | Notice) else []
        mixed = len({bool(set(to) & STAFF) for to in groups}) > 1
        if mixed or any(not to or (set(to) & STAFF and len(to) > 1) for to in groups):
            remedy = "Make two steps of it"
            yield Finding(("steps", name, "to"), "A step goes either to customers or to the CSM", remedy)


def _commercial(playbook: Playbook) -> Iterator[Finding]:
    for name, step in playbook.steps.items():
        if isinstance(step, Message) and step.commercial and "anyone" in (step.fallback or playbook.fallback):
            yield Finding(
                ("steps", name),
                "A commercial step may fall to anyone at the account",
                "Name roles in its “fallback”, such as [champion, admin, csm]",
            )


def _chains(playbook: Playbook) -> Iterator[tuple[tuple[str, ...], Place]]:
    yield playbook.fallback, ("fallback",)
    for name, step in playbook.steps.items():
        if isinstance(step, Message) and step.fallback is not None:
            yield step.fallback, ("steps", name, "fallback")


def _conditions(playbook: Playbook) -> Iterator[Finding]:
    asks = {step.ask.key: step.ask for step in playbook.steps.values() if isinstance(step, Question)}
    for place, condition in _every_condition(playbook):
        wanted = [
            (key, one.value)
            for key, several in condition.answer.items()
            for one in several
            if one.operator == "="
        ]
        wanted += [
            (key, value)
            for key, counts in condition.answers.items()
            for value in counts
            if not is_range(value)
        ]
        wanted += [(key, "any") for key in (*condition.answer, *condition.answers)]
        for key, value in dict.fromkeys(wanted):
            if key not in asks:
                yield Finding(place, f"No question has the answer key “{key}”", nearest(key, asks) or "")
                continue
            values = {option.value for option in playbook.options(asks[key])} | {"any"}
            if value not in values and asks[key].type not in TYPED:
                yield Finding(place, f"“{value}” is no answer to “{key}”", nearest(value, values) or "")


def _every_condition(playbook: Playbook) -> Iterator[tuple[Place, Condition]]:
    roots: list[tuple[Place, Condition | None]] = [
        (("at_end", n), case.condition) for n, case in enumerate(playbook.at_end)
    ]
    roots += [(("watch", n), rule.condition) for n, rule in enumerate(playbook.watch)]
    roots += [(("goal",), playbook.goal.condition)] if playbook.goal else []
    for name, step in playbook.steps.items():
        roots.append((("steps", name, "only_if"), step.only_if))
        if isinstance(step, Decision):
            roots += [(("steps", name, "decide", n), case.condition) for n, case in enumerate(step.decide)]
        if isinstance(step, Wait):
            roots.append((("steps", name, "wait"), step.wait.until))
    for place, condition in roots:
        if condition is not None:
            yield from ((place, one) for one in _nested(condition))


def _nested(condition: Condition) -> Iterator[Condition]:
    yield condition
    for inner in (condition.negated, *condition.any_of):
        if inner is not None:
            yield from _nested(inner)


def _anchors(playbook: Playbook) -> Iterator[Finding]:
    known = {*BUILT_IN_ANCHORS, *playbook.anchors}
    for name in playbook.anchors:
        if name in BUILT_IN_ANCHORS:
            yield Finding(
                ("anchors", name), f"{name} is the {BUILT_IN_ANCHORS[name]} already", "Name it otherwise"
            )
    for name, step in playbook.steps.items():
        moments = [step.when.of(segment) for segment in SEGMENTS] if step.when else []
        used = {anchor for moment in moments for anchor in moment.anchors}
        for anchor in sorted(used - known):
            remedy = f"Add “anchors: {{{anchor}: {{fact: NAME}}}}”, or count from {', '.join(sorted(known))}"
            yield Finding(("steps", name, "when"), f"There is no anchor {anchor}", remedy)
        if "R" in used and not playbook.entry.periods:
            yield Finding(
                ("steps", name, "when"),
                "A step counts from the renewal date, but accounts without one may start",
                "Add “entry: {periods: [annual, multi_year]}”",
            )


def _waits(playbook: Playbook) -> Iterator[Finding]:
    for name, step in playbook.steps.items():
        if not isinstance(step, Wait):
            continue
        spec, place = step.wait, ("steps", name, "wait")
        given = [bool(spec.time), bool(spec.event), spec.until is not None]
        if sum(given) != 1:
            yield Finding(
                place, "A wait is for a time, for an event, or until something is so", "Give one of the three"
            )
        elif not spec.time and spec.at_most is None:
            yield Finding(place, "This may wait for ever", "Add “at_most: 14d”")


def _variants(playbook: Playbook) -> Iterator[Finding]:
    for segment in SEGMENTS:
        for step in getattr(playbook.variants, segment).remove:
            if step not in playbook.steps:
                yield Finding(
                    ("variants", segment, "remove"),
                    f"There is no step “{step}” to leave out",
                    nearest(step, playbook.steps) or "",
                )


RULES: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    _targets, _finishes, _reach, _patience, _totality, _keys, _asks, _size, _audiences, _commercial, *TEXT_RULES, _conditions,
    _anchors, _waits, _variants, names.before_the_run, names.days,
)  # fmt: skip
