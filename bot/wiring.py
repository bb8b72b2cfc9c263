"""The composition root: settings -> services. The only place that picks adapters."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from knowledge.errors import ModelUnavailable
from store.clock import SystemClock
from store.database import Database
from store.errors import GuidepostError
from store.schema import prepare
from store.tables import accounts, generations, installations, workspaces

if TYPE_CHECKING:
    from pathlib import Path

    from slack_sdk import WebClient
    from slack_sdk.web import SlackResponse

    from bot.services import Headlines, Services
    from bot.settings import Settings
    from bot.slack.pacing import PacedClient
    from knowledge.adapters.chat_models import ChatModelChoice
    from knowledge.answering import Answerer
    from knowledge.calling import ChatDesk
    from knowledge.ingest import Ingest
    from knowledge.ports import ChatModel, Embedder, Reranker
    from knowledge.retrieval import Retriever
    from knowledge.rewriting import Rewriter
    from knowledge.sources.website import Website
    from knowledge.types import Answered, Question, Told
    from knowledge.writing import Writer
    from playbooks.situation import Setting
    from store.clock import Clock

log = logging.getLogger(__name__)


class NoFolder(GuidepostError):  # noqa: N818
    """There is no place for the data."""


class CannotConnect(GuidepostError):  # noqa: N818
    """Slack does not let us in; the text says what to check."""


@dataclass
class Core:
    """What every command stands on: settings, database, clock, workspace; knowledge when asked for."""

    settings: Settings
    database: Database
    clock: Clock
    workspace_id: str

    def for_workspace(self, workspace_id: str, settings: Settings) -> Core:
        """The same for another workspace of this database; models are loaded once for all."""
        other = replace(self, workspace_id=workspace_id, settings=settings)
        vars(other).update(embedder=self.embedder, reranker=self.reranker, chat_model=self.chat_model)
        return other

    @property
    def playbook_setting(self) -> Setting:
        """What is the same for the playbooks of every account: holidays and hours."""
        from playbooks.situation import Setting

        return Setting(holidays=self.settings.holidays, hours=self.settings.working_hours)

    @property
    def index_folder(self) -> Path:
        """Where index generations live."""
        return self.settings.data_folder / "index" / self.workspace_id

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model, not loaded yet."""
        from knowledge.adapters.sentence_transformers import SentenceTransformerEmbedder

        return SentenceTransformerEmbedder(self.settings.guidepost_embedding_model or "")

    @cached_property
    def reranker(self) -> Reranker:
        """The cross-encoder, not loaded yet."""
        from knowledge.adapters.onnx_reranker import OnnxReranker
        from knowledge.adapters.sentence_transformers import CrossEncoderReranker

        name = self.settings.guidepost_reranker
        return CrossEncoderReranker(name) if name else OnnxReranker()

    @cached_property
    def ingest(self) -> Ingest:
        """What brings documents in."""
        from knowledge.adapters.generations import ChromaGenerations
        from knowledge.ingest import Ingest

        return Ingest(
            self.database,
            workspace_id=self.workspace_id,
            clock=self.clock,
            embedder=self.embedder,
            store=ChromaGenerations(),
            folder=self.index_folder,
        )

    @cached_property
    def website(self) -> Website:
        """What reads websites."""
        from knowledge.sources.web import WebClient
        from knowledge.sources.website import Limits, Website

        client = WebClient(private_hosts=self.settings.private_sites)
        limits = Limits(pages=self.settings.guidepost_site_pages)
        return Website(client, self.settings.data_folder / "web", limits)

    def account_id(self, key: str) -> str | None:
        """The id of the account with that key in the customer's own files."""
        with self.database.reading() as session:
            account = accounts.find_by_key(session, self.workspace_id, key)
        return account.id if account else None

    def embedder_in_service(self) -> Embedder:
        """The model of the index in service: the old one while everything is embedded anew by another.

        The present one where there is no index yet, or its model can no longer be had.
        """
        from knowledge.adapters.sentence_transformers import SentenceTransformerEmbedder

        with self.database.reading() as session:
            active = generations.active_generation(session, self.workspace_id)
        if active is None or active.embedding_model == self.embedder.fingerprint:
            return self.embedder
        return SentenceTransformerEmbedder.of(active.embedding_model) or self.embedder

    def retriever(self, *, serving: bool, embedder: Embedder | None = None) -> Retriever:
        """What finds evidence.

        Args:
            serving: open the index in service; else search in memory, as commands beside a running bot do.
            embedder: whose index to search; by default that of the index in service.
        """
        from knowledge.adapters.generations import ChromaGenerations, in_memory
        from knowledge.retrieval import Retriever
        from knowledge.serving import KnowledgeIndex

        embedder = embedder or self.embedder_in_service()
        index = KnowledgeIndex(
            self.database,
            workspace_id=self.workspace_id,
            model=embedder.fingerprint,
            in_memory=in_memory,
            store=ChromaGenerations() if serving else None,
            folder=self.index_folder if serving else None,
        )
        return Retriever(self.database, index, embedder, self.reranker, clock=self.clock)

    def answerer(self, *, serving: bool) -> Answerer:
        """What answers questions."""
        return self.answerer_on(self.retriever(serving=serving))

    def answerer_on(self, retriever: Retriever) -> Answerer:
        """What answers from the evidence that a retriever finds."""
        from knowledge.answering import Answerer

        return Answerer(retriever, self.reranker, writer=self.writer(), rewriter=self.rewriter())

    @property
    def chat_model_choice(self) -> ChatModelChoice | None:
        """Which chat model writes answers; None where they are quotes."""
        from knowledge.adapters.chat_models import ChatModelChoice

        settings = self.settings
        if settings.guidepost_chat_model is None:
            return None
        keys = {
            "openai": settings.openai_api_key,
            "anthropic": settings.anthropic_api_key,
            "google_genai": settings.google_api_key,
        }
        return ChatModelChoice(
            name=settings.guidepost_chat_model,
            base_url=settings.guidepost_chat_base_url,
            api_key=keys.get(settings.guidepost_chat_model.partition(":")[0]),
            timeout=settings.guidepost_chat_timeout,
            temperature=settings.guidepost_chat_temperature,
        )

    @cached_property
    def chat_model(self) -> ChatModel | None:
        """What writes answers, not loaded yet."""
        choice = self.chat_model_choice
        if choice is None:
            return None
        from knowledge.adapters.chat_models import LangChainChatModel

        return LangChainChatModel(choice)

    def check_models(self) -> list[str]:
        """Which models find and rank; the packaged ones are compared with their pinned sha256.

        Raises:
            ModelUnavailable: one is missing, or is another.
        """
        from knowledge.adapters.packaged import BGE_SMALL, MINILM_RERANKER, locate

        settings = self.settings
        named = (
            (BGE_SMALL, settings.guidepost_embedding_model),
            (MINILM_RERANKER, settings.guidepost_reranker),
        )
        for packaged, other in named:
            if other is None:
                locate(packaged)
        return [other or f"{packaged.name} as pinned" for packaged, other in named]

    def check_chat_model(self) -> None:
        """Whether the chat model could be called.

        Raises:
            ChatModelUnusable: its name, package or key is wrong; the text names the remedy.
        """
        from knowledge.adapters.chat_models import check

        if self.chat_model_choice is not None:
            check(self.chat_model_choice)

    def chat_desk(self) -> ChatDesk | None:
        """The way to the chat model: within today's budget."""
        if self.chat_model is None:
            return None
        from knowledge.calling import ChatDesk, Limits

        settings = self.settings
        limits = Limits(
            seconds=settings.guidepost_chat_timeout,
            tokens_a_day=settings.guidepost_chat_tokens_a_day,
            cost_a_day=settings.guidepost_chat_cost_a_day,
            price_read=settings.guidepost_chat_price_read,
            price_written=settings.guidepost_chat_price_written,
            keep=timedelta(days=settings.guidepost_chat_keep_days),
        )
        return ChatDesk(
            self.chat_model, self.database, workspace_id=self.workspace_id, clock=self.clock, limits=limits
        )

    def rewriter(self) -> Rewriter | None:
        """What completes follow-ups; None where rules do."""
        desk = self.chat_desk()
        if desk is None:
            return None
        from knowledge.rewriting import Rewriter

        return Rewriter(desk)

    def headlines(self) -> Headlines:
        """What writes the headline of a digest; nothing without a chat model."""
        from bot.services import NoHeadlines

        desk = self.chat_desk()
        if desk is None:
            return NoHeadlines()
        from knowledge.headlines import HeadlineWriter

        return HeadlineWriter(desk)

    def writer(self) -> Writer | None:
        """What has answers written; None where they are quotes."""
        desk = self.chat_desk()
        if desk is None:
            return None
        from knowledge.grounding import GroundingCheck
        from knowledge.writing import Writer

        return Writer(desk, GroundingCheck(self.reranker))


def open_database(settings: Settings) -> Database:
    """The store of this mode, its tables as they are.

    Raises:
        DatabaseUnreachable: DATABASE_URL cannot be used.
        NoFolder: the data folder cannot be made.
    """
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoFolder(
            f"The data folder {settings.data_folder} cannot be made: {error.strerror}. "
            "Set GUIDEPOST_DATA_DIR to a folder that you may write to."
        ) from error
    return Database(settings.store_url)


def open_core(settings: Settings, clock: Clock | None = None, *, team_id: str | None = None) -> Core:
    """Open the store of this mode and find its workspace.

    Args:
        settings: as set.
        clock: the one of this mode if None.
        team_id: which Slack workspace, where the database holds several.

    Raises:
        SchemaBehind: a PostgreSQL database needs `guidepost db upgrade`.
        DatabaseUnreachable, NoFolder: as `open_database`.
        StoreError: there are several workspaces and none is named, or the one that is named is not there.
    """
    core = open_shared(settings, clock)
    with core.database.transaction() as session:
        if settings.is_local:
            workspace = workspaces.local_workspace(session, core.clock.now())
        elif settings.is_installed_by_many:
            workspace = installations.workspace_named(session, settings.slack_client_id or "", team_id)
        else:
            workspace = workspaces.cli_workspace(session, core.clock.now(), team_id)
    core.workspace_id = workspace.id
    return core


def open_shared(settings: Settings, clock: Clock | None = None) -> Core:
    """The store of this mode, of no workspace yet; see `Core.for_workspace`.

    Raises:
        SchemaBehind, DatabaseUnreachable, NoFolder: as `open_core`.
    """
    database = open_database(settings)
    prepare(database)
    return Core(settings, database, clock or local_clock(settings), workspace_id="")


def local_clock(settings: Settings) -> Clock:
    """The machine's clock; in the local workspace, the one that can be moved."""
    if not settings.is_local:
        return SystemClock()
    from bot.local.clock import LocalClock

    return LocalClock(workspace_folder(settings), SystemClock())


def workspace_folder(settings: Settings) -> Path:
    """Where the local workspace keeps its channels, its clock and what it has seeded."""
    return settings.data_folder / "workspace"


class LoadingAnswers:
    """Answers questions as soon as `load` has brought the models into memory."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._loaded = threading.Event()
        self._answerer: Answerer | None = None
        self._retriever: Retriever | None = None
        self._error: GuidepostError | None = None

    @property
    def ready(self) -> bool:
        """Whether the models are in memory."""
        return self._answerer is not None

    def answer(self, question: Question, told: Told | None = None) -> Answered:
        """The answer; waits for the models.

        Raises:
            GuidepostError: the models cannot be loaded.
        """
        self._loaded.wait()
        if self._answerer is None:
            raise self._error or GuidepostError("The models could not be loaded; see the log.")
        return self._answerer.answer(question, told)

    def keep_up(self) -> None:
        """Look whether a sync has put another index into service; it is opened in the background."""
        if self._retriever is not None:
            self._retriever.keep_up()

    def load(self) -> None:
        """Load the models; call it in the background. What goes wrong is told to whoever asks."""
        try:
            served = self._serve()
            log.info("models are loaded")
            self._loaded.set()
            self._core.ingest.mend()  # until this is done, memory or the old model's index serves
            if served != self._core.embedder.fingerprint:
                self._serve()
                log.info("everything is embedded by the new model, which serves from now on")
        except GuidepostError as error:
            log.error("models cannot be loaded: %s", error)  # noqa: TRY400 - the sentence says it all
            self._error = error
        except Exception:
            log.exception("models cannot be loaded")
        finally:
            self._loaded.set()

    def _serve(self) -> str:
        """Answer by the index in service from now on; the fingerprint of its model."""
        for embedder in (self._core.embedder_in_service(), self._core.embedder):
            retriever = self._core.retriever(serving=True, embedder=embedder)
            answerer = self._core.answerer_on(retriever)
            try:
                answerer.load()
                break
            except ModelUnavailable:
                if embedder is self._core.embedder:
                    raise
                log.warning("the model of the index in service cannot be loaded; all is embedded anew first")
        self._answerer, self._retriever = answerer, retriever
        return retriever.model


def slack_client(token: str, api_url: str) -> PacedClient:
    """A Web API client that tries again where a connection broke or Slack had a fault, and waits where told to."""
    from bot.slack.pacing import PacedClient
    from bot.slack.retrying import retry_handlers

    return PacedClient(token=token, base_url=api_url, timeout=30, retry_handlers=retry_handlers())


def connect(core: Core, client: WebClient, named: str = "SLACK_BOT_TOKEN") -> Services:
    """Sign in to Slack and build the services of the workspace that the token belongs to.

    Args:
        core: what they stand on.
        client: has the token.
        named: what to call the token where Slack refuses it; a key of `signing_in.WHERE`.

    Raises:
        CannotConnect: Slack refuses the token or cannot be reached.
    """
    from bot.services import Services
    from bot.slack.directory import SlackDirectory
    from bot.slack.messenger import SlackMessenger
    from bot.slack.pacing import Limits, PacedClient
    from bot.syncing import DueSyncs
    from knowledge.drafting import ThreadDrafts
    from knowledge.likeness import TextLikeness
    from knowledge.voices import VoiceClassifier
    from playbooks.runner import PlaybookRunner

    me = _signed_in(client, named)
    with core.database.transaction() as session:
        workspace = workspaces.bind_workspace(
            session,
            str(me["team_id"]),
            name=str(me.get("team") or ""),
            bot_user_id=str(me["user_id"]),
            is_local=core.settings.is_local,
            now=core.clock.now(),
        )
    core.workspace_id = workspace.id
    stopping = threading.Event()
    return Services(
        settings=core.settings,
        database=core.database,
        clock=core.clock,
        wall=SystemClock(),
        workspace_id=workspace.id,
        bot_user_id=str(me["user_id"]),
        messenger=SlackMessenger(client, client.limits if isinstance(client, PacedClient) else Limits()),
        directory=SlackDirectory(client, core.database, SystemClock(), workspace.id),
        answers=LoadingAnswers(core),
        runner=PlaybookRunner(
            core.database,
            core.clock,
            setting=core.playbook_setting,
            wall=SystemClock(),
            workspace_id=workspace.id,
        ),
        stopping=stopping,
        syncs=DueSyncs(core, stopping),
        voices=VoiceClassifier(core.embedder),
        drafts=ThreadDrafts(core.writer()),
        likeness=TextLikeness(core.embedder),
        headlines=core.headlines(),
    )


def sign_in(settings: Settings, installed: str | None = None) -> tuple[str, frozenset[str]]:
    """The team that a bot token belongs to, and the scopes that it has; empty where Slack does not say.

    Args:
        settings: have the token, and where Slack is.
        installed: the token of an installation, to try that one.

    Raises:
        CannotConnect: Slack refuses the token or cannot be reached.
    """
    from bot.slack.signing_in import INSTALLED

    named = INSTALLED if installed else "SLACK_BOT_TOKEN"
    me = _signed_in(slack_client(installed or settings.slack_bot_token or "", settings.slack_api_url), named)
    headers = {name.lower(): value for name, value in (me.headers or {}).items()}
    scopes = str(headers.get("x-oauth-scopes", ""))
    return str(me.get("team") or me["team_id"]), frozenset(
        one.strip() for one in scopes.split(",") if one.strip()
    )


def try_socket(settings: Settings) -> None:
    """Ask Slack for a Socket Mode address, and do not use it.

    Raises:
        CannotConnect: Slack refuses the app token.
    """
    from bot.slack.messenger import SLACK_FAILED
    from bot.slack.signing_in import why_not_in

    client = slack_client(settings.slack_app_token or "", settings.slack_api_url)
    try:
        client.apps_connections_open(app_token=settings.slack_app_token or "")
    except SLACK_FAILED as error:
        raise CannotConnect(why_not_in(error, "SLACK_APP_TOKEN")) from error


def _signed_in(client: WebClient, named: str = "SLACK_BOT_TOKEN") -> SlackResponse:
    from bot.slack.messenger import SLACK_FAILED
    from bot.slack.signing_in import why_not_in

    try:
        return client.auth_test()
    except SLACK_FAILED as error:
        raise CannotConnect(why_not_in(error, named)) from error
