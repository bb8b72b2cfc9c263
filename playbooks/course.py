"""What a simulation found: every message with its moment, reader, text and rule, and what got in its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playbooks.workdays import zone_of

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class Line:
    """One thing that would happen.

    `kind`: message, nudge, reply (a word back to an answer), question to staff, preview, approval, notice,
    task, outcome, not_started, or not_sent (a step that is held, left out or still waits at the end).
    `rule` is what makes it happen then; `why` says what holds it, or what it waited for; `collides_with`
    names the message of another playbook that it waited for.
    """

    at: datetime
    kind: str
    step: str
    title: str
    to: str
    text: str
    delivery: str | None = None
    why: str | None = None
    local_time: str | None = None
    options: tuple[str, ...] = ()
    zone: str = "UTC"  # of whoever it is for
    account: str = ""
    playbook: str = ""  # what commands call it
    rule: str | None = None
    collides_with: str | None = None
    reader: str | None = None  # id of the contact
    run_id: str = ""
    segment: str = ""
    asks: bool = False  # a question, which stays open until `closed_at`
    begins: bool = True  # False: it follows an answer of the person within the conversation
    commercial: bool = False
    approved_by: str | None = None
    closed_at: datetime | None = None

    @property
    def there(self) -> datetime:
        """The moment in the zone of whoever it is for."""
        return self.at.astimezone(zone_of(self.zone))

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "at": self.at.isoformat(),
            "local_time": self.local_time,
            "account": self.account,
            "playbook": self.playbook,
            "kind": self.kind,
            "step": self.step,
            "title": self.title,
            "to": self.to,
            "text": self.text,
            "delivery": self.delivery,
            "options": list(self.options),
            "rule": self.rule,
            "why": self.why,
            "collides_with": self.collides_with,
        }


@dataclass(frozen=True)
class Course:
    """All of it, in the order of its time; and why a run was not started, by account id."""

    lines: tuple[Line, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def collisions(self) -> tuple[Line, ...]:
        """What another playbook's message got in the way of."""
        return tuple(line for line in self.lines if line.collides_with)
