"""A question that several accounts ask while they are being onboarded becomes a step that somebody may take over.

Nothing changes by itself: the manager gets a task with the step as YAML for the onboarding playbook.
"""

from __future__ import annotations

import re
from statistics import median
from typing import TYPE_CHECKING, Any

import yaml

from bot.blocks import gaps as blocks
from bot.deliver import View
from bot.listeners.helpers import card_to_first, helpers_for, left_to_tell
from store.insights.gaps import gap_seen, onboarding_days
from store.insights.scope import WHOLE_WORKSPACE
from store.redacting import redacted
from store.tables import Task, gaps, tasks

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlmodel import Session

    from bot.listeners.helpers import Helper
    from bot.services import Services
    from bot.slack.messenger import Speech
    from store.tables import OutboxMessage

KIND, CARD = "gap_step", "gap_step"
ACCOUNTS = 3  # that must have asked it
ASKED_LIMIT = 200  # characters of the question, in a message of at most 600


def propose_steps(services: Services, gap_ids: Collection[str]) -> int:
    """Propose a step for each of these gaps that enough accounts ran into; how many that were."""
    wanted = [gap_id for gap_id in gap_ids if _is_wanted(services, gap_id)]
    helpers = helpers_for(services, None) if wanted else []
    return sum(_propose(services, gap_id, helpers) for gap_id in wanted) if helpers else 0


def _is_wanted(services: Services, gap_id: str) -> bool:
    with services.database.reading() as session:
        gap = gaps.find_gap(session, services.workspace_id, gap_id)
        if gap is None or gap.step_proposed_at is not None or gap.state == gaps.DISMISSED:
            return False
        return len(onboarding_days(session, services.workspace_id, gap_id)) >= ACCOUNTS


def _propose(services: Services, gap_id: str, helpers: Sequence[Helper]) -> bool:
    now = services.clock.now()
    with services.database.transaction() as session:
        gap = gaps.find_gap(session, services.workspace_id, gap_id, lock=True)
        seen = gap_seen(session, services.workspace_id, gap_id, WHOLE_WORKSPACE)
        if gap is None or seen is None or gap.step_proposed_at is not None:
            return False
        gap.step_proposed_at = now
        session.add(gap)
        days = onboarding_days(session, services.workspace_id, gap_id)
        question = redacted(seen.title)
        task = Task(
            workspace_id=services.workspace_id,
            key=f"{KIND}:{gap_id}",
            kind=KIND,
            owner_email=helpers[0].email,
            title="Decide on a step for the onboarding playbook",
            body=overlay(question, list(days.values())),
            link={"gap_id": gap_id, "question": question, "accounts": len(days)},
            created_at=now,
        )
        if not tasks.open_task(session, task):
            return False
        _show(session, services, task.id, [one.slack_user_id for one in helpers])
    return True


def overlay(question: str, days: Sequence[int]) -> str:
    """The step as YAML: it comes the day before the question usually does, and answers it with its source.

    Args:
        question: as it was asked.
        days: of the onboardings in which it came up.
    """
    asked = re.sub(r"[{}\s]+", " ", question).strip()[:ASKED_LIMIT]
    key = "TIP_" + ("_".join(re.findall(r"[a-z0-9]+", asked.lower())[:4]) or "question")
    found, missing = f"{key}_found", f"{key}_missing"
    steps: dict[str, Any] = {
        key: {
            "title": f"Tip: {asked[:60]}",
            "when": f"C+{max(1, round(median(days)) - 1)}d",
            "to": "admin",
            "message": f"Hi {{first}}, many ask around now: “{asked}” Here is what we know.",
            "then": [{"look_up": {"question": asked, "found": found, "missing": missing}}],
        },
        found: {
            "title": "What the knowledge base says",
            "to": "admin",
            "message": "Ask me here if it is different with you.",
        },
        missing: {
            "title": "Nobody has written it down yet",
            "task": {"title": "Answer {account} in person: " + asked[:120], "due": "1bd"},
        },
    }
    return str(yaml.safe_dump({"steps": steps}, sort_keys=False, allow_unicode=True, width=100))


def _show(session: Session, services: Services, task_id: str, helpers: list[str]) -> None:
    card_to_first(session, services, CARD, key=KIND, task_id=task_id, helpers=helpers)


def _next_helper(services: Services, session: Session, message: OutboxMessage, _reason: str) -> None:
    if remaining := left_to_tell(message):
        _show(session, services, message.payload["task_id"], remaining)


def _render(services: Services, message: OutboxMessage) -> Speech:
    with services.database.reading() as session:
        task = session.get_one(Task, message.payload["task_id"])
    return blocks.step_speech(task.id, task.link["question"], task.link["accounts"], task.body)


VIEWS = {CARD: View(render=_render, undeliverable=_next_helper)}
