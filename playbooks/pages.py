"""Pages of documentation made from definitions: what a playbook does, its drawing in Mermaid, its words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from playbooks.diagram import Drawing, Node, draw, moment, said
from playbooks.loader import shipped
from playbooks.starting import DateTrigger, EventTrigger, SignalTrigger
from playbooks.types import SEGMENTS, STAFF, Message

if TYPE_CHECKING:
    from pathlib import Path

    from playbooks.loader import Definition
    from playbooks.starting import Trigger
    from playbooks.types import Playbook

SHAPES = {
    "question": ("[", "]"), "staff": ("[/", "/]"), "notice": ("(", ")"), "task": ("[[", "]]"), "wait": ("((", "))"),
    "decide": ("{{", "}}"), "do": (">", "]"), "end": ("([", "])"), "playbook": ("[(", ")]"), "watch": (">", "]"),
}  # fmt: skip
CLASSES = (
    "classDef question fill:#e8f1fb,stroke:#2c6cb0,color:#10253f",
    "classDef staff fill:#fdf3dc,stroke:#b7791f,color:#3b2a06",
    "classDef task fill:#fdf3dc,stroke:#b7791f,color:#3b2a06",
    "classDef notice fill:#eef7ee,stroke:#3f8f4f,color:#12331a",
    "classDef end_ fill:#f0f0f0,stroke:#666,color:#222",
)
LEGEND = (
    "Blue: a question to a customer. Green: a message to a customer. Yellow: work and questions for our own people. "
    "Dashed: nobody answered."
)
MADE = "<!-- Made by `guidepost playbooks diagram --write docs/playbooks`; change the definition, not this page. -->"


def mermaid(drawing: Drawing) -> str:
    """The drawing in Mermaid's words."""
    lines = ["flowchart LR"]
    for node in drawing.nodes:
        left, right = SHAPES[node.kind]
        lines.append(f"  {_id(node.key)}{left}{_quoted(_label(node))}{right}")
    for arrow in drawing.arrows:
        line = "-.->" if arrow.silent else "-->"
        label = f"|{_quoted(arrow.label)}|" if arrow.label else ""
        lines.append(f"  {_id(arrow.source)} {line}{label} {_id(arrow.target)}")
    lines += [f"  {line}" for line in CLASSES]
    for kind in ("question", "staff", "task", "notice", "end"):
        keys = ",".join(_id(node.key) for node in drawing.nodes if node.kind == kind)
        if keys:
            lines.append(f"  class {keys} {'end_' if kind == 'end' else kind}")
    return "\n".join(lines) + "\n"


def _label(node: Node) -> str:
    more = [part for part in (node.when, f"only {node.only}" if node.only else "") if part]
    return "<br/>".join([node.label, *([f"<small>{' · '.join(more)}</small>"] if more else [])])


def _id(key: str) -> str:
    return "s_" + "".join(char if char.isalnum() else "_" for char in key)


def _quoted(text: str) -> str:
    return json.dumps(text.replace('"', "'"), ensure_ascii=False)


def drawing_of(definition: Definition) -> Drawing:
    """The drawing of a definition with its variants."""
    return draw(definition.playbook, [definition.of(segment) for segment in SEGMENTS])


def page(definition: Definition) -> str:
    """The documentation page of a definition."""
    playbook = definition.playbook
    parts = [
        MADE,
        f"# {playbook.title} ({playbook.id})",
        playbook.description,
        _facts(playbook),
        "## Course",
        LEGEND,
        f"```mermaid\n{mermaid(drawing_of(definition))}```",
        "## Words to customers",
        *_words(definition),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(playbook: Playbook) -> str:
    delivery = ", ".join(f"{segment} {playbook.delivery.of(segment)}" for segment in SEGMENTS)
    begins = "; ".join(map(_trigger, playbook.trigger)) or "by hand"
    lines = [
        f"- Version {playbook.version}; in commands `{playbook.playbook}`.",
        f"- Begins: {begins}.",
        f"- Delivery: {delivery}.",
        f"- Ends as: {'; '.join(one.label for one in playbook.outcomes.values())}.",
    ]
    if playbook.entry.condition:
        lines.insert(2, f"- Only where: {said(playbook.entry.condition)}.")
    if playbook.exclude:
        lines.insert(2, f"- Not while: {', '.join(name.replace('_', ' ') for name in playbook.exclude)}.")
    return "\n".join(lines)


def _trigger(trigger: Trigger) -> str:
    if isinstance(trigger, DateTrigger):
        days = {segment: moment(trigger.date.of(segment)) for segment in SEGMENTS}
        return (
            days["MM"] if len(set(days.values())) == 1 else ", ".join(f"{s} {day}" for s, day in days.items())
        )
    if isinstance(trigger, EventTrigger):
        return " or ".join(trigger.event)
    if isinstance(trigger, SignalTrigger):
        lasting = trigger.signal.lasting
        held = f" for {lasting.amount}{lasting.unit}" if lasting.amount else ""
        return f"{said(trigger.signal.when)}{held}"
    return f"enters {', '.join(trigger.segment.enters)}" if trigger.segment.enters else "leaves a segment"


def _words(definition: Definition) -> list[str]:
    steps = dict(definition.playbook.steps)
    for segment in SEGMENTS:
        steps |= {name: body for name, body in definition.of(segment).steps.items() if name not in steps}
    told = []
    for name, body in steps.items():
        if isinstance(body, Message) and not set(body.to.MM) & STAFF:
            text = body.message.MM[0].replace("\n", "\n> ")
            told.append(f"**{name}, {body.title}**\n\n> {text}")
    return told


def write_all(folder: Path) -> list[Path]:
    """Write a page for each shipped definition; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, definition in shipped().items():
        path = folder / f"{name}.md"
        path.write_text(page(definition), encoding="utf-8")
        written.append(path)
    return written
