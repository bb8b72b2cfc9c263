"""One module per noun: its tables, and the functions that read and write their rows.

Functions take a `sqlmodel.Session` first and never commit: the caller's `Database.transaction()` does.
"""

from store.tables.absences import Absence
from store.tables.accounts import Account, Contact, StaffMember, Subscription, UsageFact
from store.tables.activities import Activity
from store.tables.answers import Answer, Citation
from store.tables.calibrations import Calibration
from store.tables.changes import AccountChange
from store.tables.channels import ChannelPolicy
from store.tables.consents import Consent, Referral
from store.tables.conversations import Conversation, Message
from store.tables.digest_schedules import DigestSchedule
from store.tables.documents import Document, Passage, RetiredPassage
from store.tables.erasures import Erasure
from store.tables.events import InboundEvent
from store.tables.feedback import Feedback
from store.tables.gaps import GapQuestion, KnowledgeGap
from store.tables.generations import IndexGeneration
from store.tables.goals import Goal, GoalReading
from store.tables.happenings import Happening
from store.tables.health import HealthOverride, HealthScore
from store.tables.installations import SlackBot, SlackInstallation, SlackOAuthState
from store.tables.loops import FeedbackLoop, LoopItem
from store.tables.openings import Opening
from store.tables.outbox import OutboxMessage
from store.tables.playbooks import PlaybookDefinition, PlaybookRun, RunStep, StepEvent, Timer
from store.tables.promises import Promise
from store.tables.proposals import Proposal
from store.tables.renewals import Forecast, Renewal
from store.tables.reviews import AnswerReview, SampledAnswer
from store.tables.signals import Signal
from store.tables.sources import Source
from store.tables.tasks import Task
from store.tables.triggers import TriggerState
from store.tables.vectors import TextVector
from store.tables.verified import VerifiedAnswer
from store.tables.workspaces import SlackUser, Workspace
from store.tables.writing import ChatUsage, WrittenText

__all__ = [
    "Absence",
    "Account",
    "AccountChange",
    "Activity",
    "Answer",
    "AnswerReview",
    "Calibration",
    "ChannelPolicy",
    "ChatUsage",
    "Citation",
    "Consent",
    "Contact",
    "Conversation",
    "DigestSchedule",
    "Document",
    "Erasure",
    "Feedback",
    "FeedbackLoop",
    "Forecast",
    "GapQuestion",
    "Goal",
    "GoalReading",
    "Happening",
    "HealthOverride",
    "HealthScore",
    "InboundEvent",
    "IndexGeneration",
    "KnowledgeGap",
    "LoopItem",
    "Message",
    "Opening",
    "OutboxMessage",
    "Passage",
    "PlaybookDefinition",
    "PlaybookRun",
    "Promise",
    "Proposal",
    "Referral",
    "Renewal",
    "RetiredPassage",
    "RunStep",
    "SampledAnswer",
    "Signal",
    "SlackBot",
    "SlackInstallation",
    "SlackOAuthState",
    "SlackUser",
    "Source",
    "StaffMember",
    "StepEvent",
    "Subscription",
    "Task",
    "TextVector",
    "Timer",
    "TriggerState",
    "UsageFact",
    "VerifiedAnswer",
    "Workspace",
    "WrittenText",
]
