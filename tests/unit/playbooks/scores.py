"""Scores that people gave in an onboarding that is over, for what depends on them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from playbooks.state import Run
from store.tables import PlaybookDefinition, PlaybookRun, RunStep, UsageFact

if TYPE_CHECKING:
    from datetime import date

    from tests.unit.playbooks.conftest import World


def scored(
    world: World, who: str, account: str, value: int, words: str | None = None, days: int = 40
) -> None:
    """Somebody gave us that many of 10, so many days ago."""
    at = world.clock.now() - timedelta(days=days)
    body = world.runner.definitions["onboarding"].body
    run = Run(
        id=f"old-{who}", playbook="onboarding", account_id=world.accounts[account], segment=account.upper(),
        started_at=at, started_by="UDANA", state="finished", outcome="adopted",
    )  # fmt: skip
    with world.database.transaction() as session:
        definition = PlaybookDefinition(
            workspace_id=world.workspace_id, name="onboarding", version="0", content_hash=who, body=body, created_at=at
        )  # fmt: skip
        session.add(definition)
        session.flush()
        session.add(
            PlaybookRun(
                id=run.id, workspace_id=world.workspace_id, definition_id=definition.id, playbook="onboarding",
                account_id=run.account_id, cycle=who, state="finished", outcome="adopted",
                snapshot=run.model_dump(mode="json"), started_by="UDANA", started_at=at, ended_at=at,
            )
        )  # fmt: skip
        session.flush()
        session.add(
            RunStep(
                workspace_id=world.workspace_id, run_id=run.id, key="O6", step="O6", title="Ninety days",
                state="answered", asks=True, survey="nps", contact_id=world.contacts[who], answer=str(value),
                answer_text=words, answered_by=who, sent_at=at, answered_at=at, updated_at=at,
            )
        )  # fmt: skip


def noted(world: World, account: str, on: date, **facts: str) -> None:
    """Facts that were observed about an account; each with a sentence for customers, if one follows a bar."""
    with world.database.transaction() as session:
        for kind, told in facts.items():
            value, _, note = told.partition("|")
            session.add(
                UsageFact(
                    account_id=world.accounts[account], workspace_id=world.workspace_id, kind=kind, value=value,
                    note=note or None, observed_on=on, created_at=world.clock.now(),
                )
            )  # fmt: skip
