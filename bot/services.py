"""What listeners and workers are given: one object, built by the composition root."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from playbooks.workdays import Calendar
from store.errors import GuidepostError
from store.tables import events

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlmodel import Session

    from bot.settings import Settings
    from bot.slack.directory import SlackDirectory
    from bot.slack.messenger import SlackMessenger
    from knowledge.types import Answered, Question, Told
    from knowledge.voices import Voice
    from playbooks.runner import PlaybookRunner
    from store.clock import Clock
    from store.database import Database


class AlreadyDone(GuidepostError):  # noqa: N818 - raised to undo what another worker has done already
    """Another worker carried this event out first; this one's changes are rolled back."""


@dataclass(frozen=True)
class Pace:
    """How long a row may be worked on before somebody else takes it, and how often rows are looked for.

    Args:
        lease: longer than any single call to Slack may take.
        poll_seconds: between looks, where nothing wakes us.
        rest: of an event over which the process ended twice, before it is tried once more.
    """

    lease: timedelta
    poll_seconds: float
    rest: timedelta = timedelta(seconds=15)


class Answers(Protocol):
    """Answers questions; may still be loading its models, in which case `answer` waits for them."""

    def load(self) -> None:
        """Bring the models into memory; takes seconds, so call it in the background."""
        ...

    @property
    def ready(self) -> bool:
        """Whether a question would be answered without waiting."""
        ...

    def keep_up(self) -> None:
        """Look whether a sync has put another index into service; it is opened in the background."""
        ...

    def answer(self, question: Question, told: Told | None = None) -> Answered:
        """The answer, or a refusal; never an exception for a mere question. `told` hears how far it is."""
        ...


class Voices(Protocol):
    """Tells complaints and praise from everything else."""

    def kind_of(self, text: str) -> Voice | None:
        """What a message is; None where it is neither, or where that is not sure."""
        ...


class NoVoices:
    """Where nobody listens for them."""

    def kind_of(self, text: str) -> Voice | None:  # noqa: ARG002 - the port's name
        """Nothing is either."""
        return None


class Syncs(Protocol):
    """Syncs sources whose time has come."""

    def run_due(self) -> int:
        """Sync what is due, here and now; how many sources that were."""
        ...


class NoSyncs:
    """Where nothing is synced by itself."""

    def run_due(self) -> int:
        """Nothing is due."""
        return 0


class Drafts(Protocol):
    """Writes drafts of articles from what people wrote."""

    def write(self, question: str, words: Sequence[str]) -> str | None:
        """An article in Markdown, from these words only; None where nothing may be shown."""
        ...


class NoDrafts:
    """Where no chat model is set: people's own words serve."""

    def write(self, question: str, words: Sequence[str]) -> str | None:  # noqa: ARG002 - as the port has it
        """Nothing is written."""
        return None


class Headlines(Protocol):
    """Writes the headline of a digest."""

    def write(self, figures: str) -> str | None:
        """One to three sentences that say nothing but these figures (JSON); None where there are none to show."""
        ...


class NoHeadlines:
    """Where no chat model is set: headlines are composed."""

    def write(self, figures: str) -> str | None:  # noqa: ARG002 - as the port has it
        """Nothing is written."""
        return None


class Likeness(Protocol):
    """Tells how near texts are in meaning."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """The cosine of each text to what is looked for; empty where nothing can tell."""
        ...


class NoLikeness:
    """Where there is no model: words alone serve."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:  # noqa: ARG002 - as the port has it
        """Nothing can tell."""
        return []


@dataclass
class Services:
    """The parts of a running bot, connected to one workspace."""

    settings: Settings
    database: Database
    clock: Clock  # what time it is for customers; the local workspace can move it
    wall: Clock  # what time it is for leases; nobody moves it
    workspace_id: str
    bot_user_id: str
    messenger: SlackMessenger
    directory: SlackDirectory
    answers: Answers
    runner: PlaybookRunner
    work_waiting: threading.Event = field(default_factory=threading.Event)
    speech_waiting: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    syncs: Syncs = field(default_factory=NoSyncs)
    voices: Voices = field(default_factory=NoVoices)
    drafts: Drafts = field(default_factory=NoDrafts)
    likeness: Likeness = field(default_factory=NoLikeness)
    headlines: Headlines = field(default_factory=NoHeadlines)

    def calendar_of(self, zone: str) -> Calendar:
        """The working days and hours of somebody in a zone, as the settings have hours and holidays."""
        return Calendar(zone, self.settings.holidays, *self.settings.working_hours)

    def wake_workers(self) -> None:
        """There is a new inbound event."""
        self.work_waiting.set()

    def wake_outbox(self) -> None:
        """There is something new to say."""
        self.speech_waiting.set()

    @contextmanager
    def effect_of(self, event_id: str) -> Iterator[Session]:
        """The one transaction that holds everything an event brings about, its being done included.

        Raises:
            AlreadyDone: another worker was first.
        """
        with self.database.transaction() as session:
            if not events.finish(session, event_id, now=self.clock.now()):
                raise AlreadyDone(f"Event {event_id} was carried out by another worker.")
            yield session
        self.wake_outbox()
