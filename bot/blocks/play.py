"""`/cs play` as messages: what there is, what would be sent, what is running."""

from __future__ import annotations

import json
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any

from bot.blocks import parts
from bot.blocks.run_story import pace_line, story_button
from bot.blocks.text import SECTION_LIMIT, brief, escaped, quoted, shortened, slack_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from playbooks.course import Course, Line
    from playbooks.pace import Pace
    from playbooks.runner import RunOverview, StepOverview, TaskOverview

START, STEER, PICK = "play_start", "play_steer", "play_pick"
DAYS_SHOWN = 40
PREVIEW_TEXT = 11_000  # characters of all days together, so that the button still fits
RUNS_SHOWN = 20
DELIVERY = {
    "auto": "goes out by itself",
    "preview": "you see it a day before",
    "approve": "waits for your approval",
    "draft": "is a draft for you",
}
MARKS = {"message": "💬", "question": "❓", "task": "☑️", "outcome": "🏁", "not_sent": "⏸️"}
STEPS_SHOWN = 12
STEPS_TOGETHER = 4  # in a section; with their tasks they stay below Slack's limit


def list_speech(definitions: Sequence[Mapping[str, Any]], running: Sequence[RunOverview]) -> Speech:
    """The playbooks there are, and what is running."""
    blocks: list[Block] = [parts.header("Playbooks")]
    for one in definitions:
        head = f"*{brief(str(one['title']))}* `{escaped(str(one['name']))}`"
        blocks.append(parts.section("\n".join(filter(None, (head, escaped(str(one["description"] or "")))))))
    if running:
        blocks += [parts.divider(), parts.section("*Running now*")]
        lines = [
            f"• {brief(run.account)}: {brief(run.playbook)}, {run.state}, since {slack_date(run.started_at)}"
            for run in running[:RUNS_SHOWN]
        ]
        if len(running) > RUNS_SHOWN:
            lines.append(f"… and {len(running) - RUNS_SHOWN} more")
        blocks.append(parts.section("\n".join(lines)))
    blocks.append(
        parts.context("`/cs play start onboarding @customer` shows what would be sent, before anything is.")
    )
    names = ", ".join(str(one["name"]) for one in definitions)
    return parts.speech(f"Playbooks: {escaped(names)}", blocks)


def preview_speech(title: str, account: str, segment: str, course: Course, value: str) -> Speech:
    """Every message with its date, recipient, text and rule; what is held, and why; the button that starts it.

    It is the course if nobody answers, with what else runs for the account; reminders and notices to the CSM
    are left out. Where it cannot be started, the reason stands in the button's place.
    """
    lines = course.lines
    shown = [line for line in lines if line.kind in MARKS]
    top: list[Block] = [
        parts.header(f"{title}: {account}"),
        parts.context(
            f"{escaped(segment)} account · the course if nobody answers; answers change what follows. "
            "Each question is repeated once after two working days."
        ),
    ]
    in_order = sorted(shown, key=lambda line: (line.there.date(), line.at))
    days = [list(of_day) for _, of_day in groupby(in_order, key=_day_of)]
    sections = ["\n".join([f"*{_day_of(day[0])}*", *map(_line, day)]) for day in days]
    lengths = accumulate(min(len(text), SECTION_LIMIT) for text in sections)
    count = min(DAYS_SHOWN, sum(length <= PREVIEW_TEXT for length in lengths))
    middle: list[Block] = [parts.section(text) for text in sections[:count]]
    if len(days) > count:
        middle.append(parts.context(f"… and {len(days) - count} more days."))
    why_not = next(iter(course.refused.values()), None)
    start = (
        parts.context(f"⚠️ {escaped(why_not)}")
        if why_not
        else parts.actions(parts.button(f"Start for {account}", START, value, style="primary"))
    )
    messages = sum(line.kind == "message" for line in lines)
    text = f"{brief(title)} for {brief(account)}: {messages} {'message' if messages == 1 else 'messages'} planned."
    return parts.speech(text, [*top, *middle, start])


def started_speech(sentence: str) -> Speech:
    """It runs (or ran already)."""
    hint = "`/cs play status` shows where it stands; I tell you when they answer."
    return parts.speech(escaped(sentence), [parts.section(f"▶️ {escaped(sentence)}"), parts.context(hint)])


def status_speech(runs: Sequence[RunOverview], paces: Mapping[str, Pace] | None = None) -> Speech:
    """The runs of an account, each with its pace, its steps and what can be done with it."""
    blocks: list[Block] = []
    known = paces or {}
    for run in runs[:4]:
        blocks += _run(run, known.get(run.run_id))
    states = {run.run_id: known[run.run_id].state if run.run_id in known else run.state for run in runs}
    names = ", ".join(f"{brief(run.playbook)} ({states[run.run_id]})" for run in runs)
    return parts.speech(f"{brief(runs[0].account)}: {names}", blocks)


def which_run_speech(verb: str, runs: Sequence[RunOverview]) -> Speech:
    """Several runs are open: which one?"""
    question = f"Which run do you want to {escaped(verb)}?"
    rows: list[Block] = [parts.section(question)]
    rows += [parts.section(f"*{brief(run.playbook)}*", accessory=_steer_button(verb, run)) for run in runs]
    return parts.speech(question, rows)


def outcomes_speech(runs: Sequence[tuple[RunOverview, Mapping[str, str]]]) -> Speech:
    """How open runs may end."""
    rows: list[Block] = []
    for run, outcomes in runs:
        lines = "\n".join(f"• `{escaped(code)}` {escaped(label)}" for code, label in outcomes.items())
        rows.append(parts.section(f"{_how(run)}\n{lines}"))
    return parts.speech("\n".join(_how(run) for run, _ in runs), rows)


def _how(run: RunOverview) -> str:
    account = brief(run.account)
    return (
        f"How did “{brief(run.playbook)}” for {account} end? Write `/cs play outcome @{account} CODE`, "
        "and the reason where it needs one."
    )


def _day_of(line: Line) -> str:
    return f"{line.there:%A, %-d %B %Y}"


def _line(line: Line) -> str:
    collision = f"collides with {line.collides_with}" if line.collides_with else None
    notes = "; ".join(filter(None, (line.rule, line.why, collision)))
    why = f"\n      _{escaped(notes)}_" if notes else ""
    head = f"{MARKS[line.kind]} {brief(line.to or 'you')} · {brief(line.title)}"
    if line.kind in {"message", "question", "approval"}:
        options = (
            f"\n      {' · '.join(f'[{escaped(option)}]' for option in line.options)}" if line.options else ""
        )
        detail = f" · {DELIVERY[line.delivery]}" if line.delivery in DELIVERY else ""
        head = f"{head} · {line.there:%H:%M %Z}" if line.kind == "message" else head
        return f"{head}{detail}\n{quoted(escaped(shortened(line.text, 320)))}{options}{why}"
    return f"{MARKS[line.kind]} {brief(line.text or line.title, 200)}{why}"


def _run(run: RunOverview, pace: Pace | None) -> list[Block]:
    outcome = f" · {brief(run.outcome_label or run.outcome or '')}" if run.outcome else ""
    head = f"*{brief(run.playbook)}* for {brief(run.account)}: {run.state}{outcome}"
    rows: list[Block] = [parts.section(f"{head}\n{pace_line(pace)}" if pace else head)]
    shown = [_step(step) for step in run.steps[-STEPS_SHOWN:]] or ["Nothing yet."]
    rows += [
        parts.section("\n".join(shown[n : n + STEPS_TOGETHER])) for n in range(0, len(shown), STEPS_TOGETHER)
    ]
    if run.warnings:
        rows.append(parts.context(*(f"⚠️ {brief(line, 300)}" for line in run.warnings)))
    verbs = {"active": ("pause", "stop"), "paused": ("resume", "stop")}.get(run.state, ())
    rows.append(parts.actions(*(_steer_button(verb, run) for verb in verbs), story_button(run)))
    return [*rows, parts.divider()]


def _step(step: StepOverview) -> str:
    moment = step.sent_at or step.due_at
    when = f", {slack_date(moment)}" if moment else ""
    who = f" → {brief(step.contact)}" if step.contact else ""
    words = step.answer_text or step.answer_label or (step.answer or "").replace("_", " ")
    said = f": *{brief(words, 100)}*" if words else ""
    note = f" _({brief(step.note, 100)})_" if step.note else ""
    state = step.state.replace("_", " ")
    return "\n".join([f"• {brief(step.title)}{who}: {state}{when}{said}{note}", *map(_task, step.tasks)])


def _task(task: TaskOverview) -> str:
    if task.state == "open":
        due = f", due {slack_date(task.due_at)}" if task.due_at else ""
        return f"↳ ☐ {brief(task.title, 120)}{due}"
    ended = (
        "not needed any more" if task.state == "cancelled" else f"done by {task.by}" if task.by else "done"
    )
    return f"↳ ☑ {brief(task.title, 120)}, {brief(ended)}"


def _steer_button(verb: str, run: RunOverview) -> Any:
    value = json.dumps({"verb": verb, "run": run.run_id})
    return parts.button(verb.capitalize(), f"{STEER}_{verb}", value)
