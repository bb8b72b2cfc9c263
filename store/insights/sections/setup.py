"""What a new workspace needs before a digest has anything to say."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from store.insights.values import SetupStep
from store.tables.accounts import Account, StaffMember, Subscription
from store.tables.conversations import Message
from store.tables.documents import Document
from store.tables.playbooks import PlaybookRun


def setup_steps(session: Session, workspace_id: str) -> tuple[SetupStep, ...]:
    """The steps in their order; the last one is that anything has happened at all."""

    def any_of(model: Any, *conditions: Any) -> bool:
        statement = select(model.id).where(col(model.workspace_id) == workspace_id, *conditions)
        return session.exec(statement.limit(1)).first() is not None

    has_channel = col(Account.slack_channel_id).is_not(None) | col(Account.slack_channel_name).is_not(None)
    used = any_of(Message, col(Message.is_question).is_(True)) or any_of(PlaybookRun)
    return (
        SetupStep("Knowledge", any_of(Document), "guidepost knowledge sync FOLDER"),
        SetupStep("Accounts", any_of(Account), "guidepost accounts import accounts FILE.csv"),
        SetupStep("Staff and roles", any_of(StaffMember), "guidepost accounts import staff FILE.csv"),
        SetupStep("Renewal dates", any_of(Subscription), "guidepost accounts import subscriptions FILE.csv"),
        SetupStep(
            "Customer channels", any_of(Account, has_channel), "fill the column `channel` of accounts.csv"
        ),
        SetupStep("A first question or playbook", used, "mention the bot in a channel, or /cs play start"),
    )
