"""Finds what is wrong with a definition before anybody meets it: each problem with file, line, step and remedy."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ValidationError

from playbooks import loader, types
from playbooks.errors import BadDefinition
from playbooks.graph import loop_without_delay, reachable, references
from playbooks.types import (
    MAX_LABEL,
    MAX_MESSAGE,
    SEGMENTS,
    Decision,
    Message,
    Notice,
    Playbook,
    Question,
    Work,
)
from playbooks.wording import VARIABLES, variables_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from playbooks.loader import Place, Source

PROMISES = re.compile(
    r"\b(discounts?|refunds?|credits?|guarantee[ds]?|roadmap|free of charge|free months?|money back|\d+ ?%\s+off)\b",
    re.IGNORECASE,
)
TASK_KINDS = ("title", "body")


@dataclass(frozen=True)
class Problem:
    """One mistake in a definition."""

    file: str
    line: int
    step: str | None
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f"step {self.step}: " if self.step else ""
        end = "" if self.remedy.endswith("?") else "."
        return f"{self.file}:{self.line}: {where}{self.message}. {self.remedy}{end}"


@dataclass(frozen=True)
class Finding:
    """A mistake at a place, before the place has become a line."""

    place: Place
    message: str
    remedy: str


def check(path: Path) -> list[Problem]:
    """Every problem of a definition file, by line; an empty list if there is none."""
    try:
        return _examined(loader.read(path))[1]
    except yaml.YAMLError as error:
        return [_broken(path, error)]
    except (UnicodeDecodeError, OSError) as error:
        reason = (
            "it is no UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)
        )
        return [
            Problem(str(path), 1, None, f"The file cannot be read: {reason}", "Give a YAML file in UTF-8")
        ]


def checked(path: Path) -> tuple[Source, Playbook]:
    """A definition that has no problem.

    Raises:
        BadDefinition: it has.
    """
    try:
        source = loader.read(path)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise BadDefinition(check(path)) from error
    playbook, problems = _examined(source)
    if problems or playbook is None:
        raise BadDefinition(problems)
    return source, playbook


def _examined(source: Source) -> tuple[Playbook | None, list[Problem]]:
    findings = [Finding(*odd) for odd in source.odd]
    playbook = None
    try:
        playbook = Playbook.model_validate(source.data)
    except ValidationError as error:
        findings += _ill_formed(source, error)
    if playbook is not None:
        findings += [finding for rule in RULES for finding in rule(playbook)]
    problems = {_problem(source, finding) for finding in findings}
    return playbook, sorted(problems, key=lambda problem: (problem.line, problem.message))


def _problem(source: Source, finding: Finding) -> Problem:
    place = finding.place
    step = str(place[1]) if len(place) > 1 and place[0] == "steps" else None
    return Problem(str(source.path), source.line(place), step, finding.message, finding.remedy)


def _broken(path: Path, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "the file is no YAML"
    remedy = "Look for a missing quote, bracket or colon there or in the line above"
    return Problem(str(path), mark.line + 1 if mark else 1, None, f"This is no YAML: {what}", remedy)


# What pydantic found, in our words.


def _ill_formed(source: Source, error: ValidationError) -> Iterator[Finding]:
    for fault in error.errors():
        place, rest = _place(source.data, fault["loc"])
        name = str(place[-1]) if place else "the file"
        if fault["type"] == "extra_forbidden":
            yield Finding(
                place, f"“{name}” is no key here", nearest(name, _keys_at(fault["loc"])) or "Take it out"
            )
        elif fault["type"] == "missing":
            yield Finding(
                place, f"“{rest[-1] if rest else name}” is missing", f"Add “{rest[-1] if rest else name}:”"
            )
        elif fault["type"] == "union_tag_not_found":
            known = types.STEP_KINDS if len(place) == 2 else types.ACTIONS
            given = list(_at(source.data, place)) if isinstance(_at(source.data, place), dict) else []
            hint = next((h for key in given if (h := nearest(str(key), known))), None)
            what = "step" if len(place) == 2 else "action"
            yield Finding(
                place,
                f"This is no {what}: it has none of {', '.join(known)}",
                hint or "Add the one that you mean",
            )
        elif fault["type"] == "literal_error":
            allowed = fault.get("ctx", {}).get("expected", "")
            yield Finding(place, f"“{fault['input']}” is not allowed for “{name}”", f"Use one of {allowed}")
        else:
            yield Finding(
                place, f"“{name}”: {fault['msg'].removeprefix('Value error, ')}", "Correct the value"
            )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """“Did you mean …?”, if one of the known names is close; else what there is."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean “{close[0]}”?"
    return f"Known here: {', '.join(known)}" if known else None


def _place(data: Any, loc: tuple[int | str, ...]) -> tuple[Place, tuple[int | str, ...]]:
    """The part of pydantic's path that is in the file, and the part of it after the last place found.

    Pydantic also names union branches and segments that were filled in; those are passed over.
    """
    place: list[str | int] = []
    rest: list[str | int] = []
    for part in loc:
        inside, here = _child(data, part)
        if inside:
            data, rest = here, []
            place.append(part)
        else:
            rest.append(part)
    return tuple(place), tuple(rest)


def _child(data: Any, part: int | str) -> tuple[bool, Any]:
    if isinstance(data, dict) and part in data:
        return True, data[part]
    if isinstance(data, list) and isinstance(part, int) and part < len(data):
        return True, data[part]
    return False, None


def _at(data: Any, place: Place) -> Any:
    for part in place:
        data = data[part]
    return data


def _keys_at(loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the innermost model on pydantic's path knows."""
    model: Any = Playbook
    for part in loc[:-1]:
        model = MODELS.get(str(part), model)
    return [field.alias or name for name, field in model.model_fields.items()]


MODELS: dict[str, type[BaseModel]] = {
    "<ask>": types.Question, "<decide>": types.Decision, "<task>": types.Work, "<message>": types.Notice,
    "<goto>": types.GoTo, "<notify>": types.Tell, "<set>": types.SetFacts, "<look_up>": types.LookItUp,
    "ask": types.Ask, "task": types.TaskSpec, "look_up": types.LookUpSpec, "decide": types.Case, "options": types.Option,
    "on_timeout": types.Branch, "on_answer": types.Branch, "late": types.Late, "entry": types.Entry,
    "outcomes": types.Outcome, "at_end": types.EndCase, "if": types.Condition,
}  # fmt: skip


# What a well-formed definition may still get wrong.


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
        if given not in values and given != "else":
            yield Finding(
                (*place, given),
                f"“{given}” is no answer to this question",
                nearest(given, [*values, "else"]) or "",
            )
    missing = [value for value in values if value not in step.on_answer]
    if (missing or not values) and "else" not in step.on_answer:
        what = (
            f"Nothing says what follows the answer {', '.join(missing)}"
            if missing
            else "Nothing says what follows an answer"
        )
        yield Finding(place, what, "Add “else:” or a branch for each answer")


def _asks(playbook: Playbook) -> Iterator[Finding]:
    keys: dict[str, str] = {}
    for name, step in playbook.steps.items():
        if not isinstance(step, Question):
            continue
        place: Place = ("steps", name, "ask")
        options = playbook.options(step.ask)
        if step.ask.key in keys:
            yield Finding(
                (*place, "key"),
                f"The answer key “{step.ask.key}” is that of step {keys[step.ask.key]} too",
                "Give each question its own key",
            )
        keys[step.ask.key] = name
        if step.ask.type == "text" and options:
            yield Finding(
                (*place, "options"),
                "A question of type text has no options",
                "Take out “options” or “type: text”",
            )
        if step.ask.type != "text" and len(options) < 2:
            yield Finding(
                place,
                f"A question of type {step.ask.type} needs at least two options",
                "Add “options:”, or “type: text”",
            )
        for option in options:
            if len(option.label) > MAX_LABEL:
                yield Finding(
                    (*place, "options", option.value),
                    f"The label of “{option.value}” has {len(option.label)} characters; Slack allows {MAX_LABEL}",
                    "Shorten it",
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
        mixed = len({"csm" in to for to in groups}) > 1
        if mixed or any(not to or ("csm" in to and len(to) > 1) for to in groups):
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


def _customer_texts(playbook: Playbook) -> Iterator[tuple[str, Message, str]]:
    """Each text that a customer may read: step, its body, the text."""
    for name, step in playbook.steps.items():
        if isinstance(step, Question | Notice) and "csm" not in step.to.SMB:
            for text in dict.fromkeys(text for segment in SEGMENTS for text in step.message.of(segment)):
                yield name, step, text


def _messages(playbook: Playbook) -> Iterator[Finding]:
    for name, step, text in _customer_texts(playbook):
        place: Place = ("steps", name, "message")
        if len(text) > MAX_MESSAGE:
            yield Finding(
                place, f"The message has {len(text)} characters; {MAX_MESSAGE} are allowed", "Shorten it"
            )
        if text.count("?") > 1:
            yield Finding(
                place,
                f"The message asks {text.count('?')} questions",
                "Ask one; make another step of the other",
            )
        if "{fact}" in text and not step.facts:
            yield Finding(
                place, "The message quotes {fact}, but nothing says which", "Add “facts: [seats_used, …]”"
            )


def _promises(playbook: Playbook) -> Iterator[Finding]:
    for name, step, text in _customer_texts(playbook):
        delivery = step.delivery or playbook.delivery
        free = [segment for segment in SEGMENTS if delivery.of(segment) in {"auto", "preview"}]
        found = PROMISES.search(text)
        if found and free:
            yield Finding(
                ("steps", name, "message"),
                f"“{found[0]}” is a promise, and it goes out unapproved in {', '.join(free)}",
                "Add “delivery: approve” to the step, or say it without the promise",
            )


def _variables(playbook: Playbook) -> Iterator[Finding]:
    known = VARIABLES | {step.ask.key for step in playbook.steps.values() if isinstance(step, Question)}
    for place, text in _templates(playbook):
        try:
            unknown = sorted(variables_of(text) - known)
        except ValueError:
            yield Finding(
                place,
                "A brace is open or closed without its other half",
                "Write {variable}, or {{ for a brace itself",
            )
            continue
        for name in unknown:
            yield Finding(place, f"There is no variable {{{name}}}", nearest(name, known) or "")


def _templates(playbook: Playbook) -> Iterator[tuple[Place, str]]:
    for name, step in playbook.steps.items():
        base: Place = ("steps", name)
        yield (*base, "title"), "" if not set("{}") & set(step.title) else "{title}"
        if isinstance(step, Message):
            for segment in SEGMENTS:
                yield from (((*base, "message"), text) for text in step.message.of(segment))
        if isinstance(step, Work):
            yield from (((*base, "task"), text) for text in (step.task.title, step.task.body))
        if isinstance(step, Notice | Work):
            yield from _of_actions((*base, "then"), step.then)
        if isinstance(step, Question):
            yield from (
                ((*base, "ask", "options", option.value), option.label) for option in step.ask.options
            )
            for value, branch in (*step.on_answer.items(), (None, step.on_timeout)):
                place: Place = (*base, "on_timeout") if value is None else (*base, "on_answer", value)
                yield (*place, "reply"), branch.reply or ""
                yield from _of_actions((*place, "do"), branch.do)


def _of_actions(place: Place, todo: Iterable[types.Action]) -> Iterator[tuple[Place, str]]:
    for n, action in enumerate(todo):
        if isinstance(action, types.MakeTask):
            yield (*place, n, "task"), action.task.title
            yield (*place, n, "task"), action.task.body
        elif isinstance(action, types.Tell):
            yield (*place, n, "notify"), action.notify
        elif isinstance(action, types.LookItUp):
            yield (*place, n, "look_up"), action.look_up.question


def _conditions(playbook: Playbook) -> Iterator[Finding]:
    asks = {step.ask.key: step.ask for step in playbook.steps.values() if isinstance(step, Question)}
    cases: list[tuple[Place, types.Condition | None]] = [
        (("at_end", n), case.condition) for n, case in enumerate(playbook.at_end)
    ]
    for name, step in playbook.steps.items():
        if isinstance(step, Decision):
            cases += [(("steps", name, "decide", n), case.condition) for n, case in enumerate(step.decide)]
    for place, condition in cases:
        for key, wanted in condition.answer.items() if condition else ():
            if key not in asks:
                yield Finding(place, f"No question has the answer key “{key}”", nearest(key, asks) or "")
                continue
            values = {option.value for option in playbook.options(asks[key])} | {"any"}
            yield from (
                Finding(place, f"“{value}” is no answer to “{key}”", nearest(value, values) or "")
                for value in wanted
                if value not in values
            )


def _anchors(playbook: Playbook) -> Iterator[Finding]:
    for name, step in playbook.steps.items():
        uses_renewal = step.when and any(step.when.of(segment).anchor == "R" for segment in SEGMENTS)
        if uses_renewal and not playbook.entry.periods:
            yield Finding(
                ("steps", name, "when"),
                "A step counts from the renewal date, but accounts without one may start",
                "Add “entry: {periods: [annual, multi_year]}”",
            )


RULES: tuple[Callable[[Playbook], Iterator[Finding]], ...] = (
    _targets, _reach, _totality, _asks, _audiences, _commercial, _messages, _promises, _variables, _conditions, _anchors,
)  # fmt: skip
