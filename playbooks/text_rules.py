"""What texts of a definition may get wrong: their length, what they promise, the variables in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playbooks import deeds
from playbooks.finding import Finding, nearest
from playbooks.graph import branches, todos
from playbooks.types import MAX_MESSAGE, SEGMENTS, STAFF, Message, Notice, Playbook, Question, Work
from playbooks.wording import PREFIXES, VARIABLES, variables_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playbooks.graph import Place

PROMISES = re.compile(
    r"\b(discounts?|refunds?|credits?|guarantee[ds]?|roadmap|free of charge|free months?|money back|\d+ ?%\s+off)\b",
    re.IGNORECASE,
)


def _customer_texts(playbook: Playbook) -> Iterator[tuple[str, Message, str]]:
    """Each text that a customer may read: step, its body, the text."""
    for name, step in playbook.steps.items():
        if isinstance(step, Question | Notice) and not set(step.to.SMB) & STAFF:
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
        if "{fact}" in text and not (step.facts or step.requires_fact):
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


def _promised_replies(playbook: Playbook) -> Iterator[Finding]:
    """A word of thanks is approved with its message, or by nobody."""
    for name, step in playbook.steps.items():
        if not isinstance(step, Question) or set(step.to.SMB) & STAFF:
            continue
        delivery = step.delivery or playbook.delivery
        free = [segment for segment in SEGMENTS if delivery.of(segment) in {"auto", "preview"}]
        for place, branch in branches(step):
            found = PROMISES.search(branch.reply or "")
            if found and free:
                yield Finding(
                    ("steps", name, *place, "reply"),
                    f"“{found[0]}” is a promise, and it goes out unapproved in {', '.join(free)}",
                    "Add “delivery: approve” to the step, or say it without the promise",
                )


def _variables(playbook: Playbook) -> Iterator[Finding]:
    known = set(VARIABLES)
    for step in playbook.steps.values():
        if isinstance(step, Question):
            known |= {step.ask.key, *step.ask.fields}
    for place, text in _templates(playbook):
        try:
            unknown = sorted(name for name in variables_of(text) - known if not name.startswith(PREFIXES))
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
            yield from (((*base, "task"), text) for text in _of_task(step.task))
        if isinstance(step, Question):
            yield from (
                ((*base, "ask", "options", option.value), option.label) for option in step.ask.options
            )
        for place, branch in branches(step):
            yield (*base, *place, "reply"), branch.reply or ""
    for todo in todos(playbook):
        yield from (((*todo.place, key), text) for key, text in _of_action(todo.action))


def _of_task(task: deeds.TaskSpec) -> tuple[str, ...]:
    return (task.title, task.body, *task.checklist)


def _of_action(action: deeds.Action) -> Iterator[tuple[str, str]]:
    """The texts of an action, each with the key that it stands under."""
    if isinstance(action, deeds.MakeTask):
        yield from (("task", text) for text in _of_task(action.task))
    elif isinstance(action, deeds.Tell):
        yield "notify", action.notify
    elif isinstance(action, deeds.LookItUp):
        yield "look_up", action.look_up.question
    elif isinstance(action, deeds.SetFacts):
        yield from (("set", text) for text in action.set.values())
    elif isinstance(action, deeds.SetGoal):
        yield from (("goal", text) for text in action.goal.model_dump().values())
    elif isinstance(action, deeds.GiveConsent):
        yield from (
            ("consent", text) for text in (action.consent.purpose, action.consent.scope, action.consent.text)
        )
    elif isinstance(action, deeds.CallForecast):
        yield from (("forecast", text) for text in (action.forecast.category, action.forecast.why))
    elif isinstance(action, deeds.Escalate):
        yield "escalate", action.escalate.why


TEXT_RULES = (_messages, _promises, _promised_replies, _variables)
