"""The values that travel through the knowledge base."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Stage = Literal["reading", "writing"]
PassageKind = Literal["text", "table", "code", "steps"]
Status = Literal["answered", "partial", "clarify", "refused", "error"]

PUBLIC, CUSTOMER, INTERNAL = "public", "customer", "internal"


def account_audience(account_id: str) -> str:
    """The audience of documents that are written for one account."""
    return f"account:{account_id}"


@dataclass(frozen=True)
class Asker:
    """Who asks, reduced to what decides what they may read.

    `audiences` is decided before anything is ranked: what the person may read and everyone in the
    place may read. An unknown person reads `public` only.
    """

    audiences: frozenset[str] = frozenset({PUBLIC})
    account_id: str | None = None
    plan: str | None = None
    stage: str | None = None
    persona: str | None = None
    language: str = "en"


@dataclass(frozen=True)
class Turn:
    """One earlier message of the thread."""

    author: Literal["person", "bot"]
    text: str


@dataclass(frozen=True)
class Question:
    """A question as it was asked."""

    text: str
    asker: Asker = Asker()
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Section:
    """A run of a document's text under one heading. `text` is plain Markdown without page furniture."""

    heading_path: tuple[str, ...]
    anchor: str | None
    text: str
    kind: PassageKind = "text"
    whole: bool = False  # it reads only as one piece: a row of an FAQ


@dataclass(frozen=True)
class SourceDocument:
    """A document as it was read from its source, before splitting."""

    uri: str  # path inside the source, with forward slashes
    title: str
    sections: tuple[Section, ...]
    content_hash: str  # of the raw bytes and the rules that shape the passages
    audience: str | None = None  # from its front matter; None: the source's
    plan: str | None = None
    stage: str | None = None
    language: str = ""  # from the document itself; empty: the source's rules decide, else "en"
    owner: str | None = None
    reviewed_on: date | None = None
    persona: str | None = None
    effective_from: date | None = None  # evidence from that day on
    effective_until: date | None = None  # evidence up to and including that day
    link: str | None = None  # where this very document is published, if its source says so
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unreadable:
    """A document that could not be read. `reason` is a sentence that names the remedy.

    A folder that could not be listed has a `uri` that ends in "/": what is below it is unknown, not gone.
    """

    uri: str
    reason: str
    readers_unknown: bool = False  # its head no longer says who may read it: hide an older version too


@dataclass(frozen=True)
class PassageDraft:
    """A passage before it has an id."""

    position: int
    heading_path: tuple[str, ...]  # document title first
    anchor: str | None
    text: str
    kind: PassageKind = "text"

    @property
    def embedded_text(self) -> str:
        """What the models see: the heading path, then the text."""
        return " > ".join(self.heading_path) + "\n" + self.text


@dataclass(frozen=True)
class Thread:
    """What a question was asked after.

    Attributes:
        said: the question as it was written.
        earlier: what the person had asked before, latest first.
        leans: whether the question cannot be understood without that.
    """

    said: str
    earlier: tuple[str, ...]
    leans: bool = False


@dataclass(frozen=True)
class Evidence:
    """A ranked passage with each stage's score."""

    passage_id: str
    document_id: str
    title: str
    heading_path: tuple[str, ...]
    uri: str  # document's path + anchor, or a web link where the source has a base URL
    text: str
    audience: str
    kind: PassageKind = "text"
    document_hash: str | None = None
    dense: float | None = None  # cosine, -1..1
    lexical: float | None = None  # BM25, higher is better
    fused: float = 0.0  # blended, 0..1
    reranked: float | None = None  # the cross-encoder's logit
    document_card: str = ""  # title and summary of its document, for ranking only
    document_dense: float | None = None  # cosine of the card
    document_reranked: float | None = None  # the cross-encoder's logit of the card
    plan: str | None = None
    stage: str | None = None
    persona: str | None = None
    language: str = "en"
    reviewed_on: date | None = None


class Told(Protocol):
    """Hears how far an answer is: `reading` what was found, or `writing` from it."""

    def __call__(self, stage: Stage, evidence: Sequence[Evidence]) -> None:
        """Take note; it must be quick. What it raises ends the answer: nothing more is thought."""
        ...


@dataclass(frozen=True)
class CitedPassage:
    """One numbered citation of an answer."""

    n: int
    passage_id: str
    document_id: str
    title: str
    heading_path: tuple[str, ...]
    uri: str
    quote: str
    passage_text: str
    document_hash: str | None = None


@dataclass(frozen=True)
class AnswerSentence:
    """A sentence of an answer and the numbers of the citations that say it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True)
class Answered:
    """The outcome of a question. `answer` is Markdown: sentences, steps or a table, with [n] marks."""

    status: Status
    answer: str
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[CitedPassage, ...] = ()
    confidence: float = 0.0  # 0-1
    standalone_question: str = ""
    closest: tuple[Evidence, ...] = ()  # what was nearest, also when refused
    timings_ms: dict[str, float] = field(default_factory=dict)
    answered_for: str = ""  # what about the reader chose among the evidence: "your plan: Growth"
    readings: tuple[str, ...] = ()  # of "clarify": what the question may mean, each a question of its own
    question_embedding: bytes | None = None
    embedding_model: str | None = None


@dataclass(frozen=True)
class SyncReport:
    """What a sync did. `failed` holds {"uri", "reason"}; `renamed` documents count as updated, too.

    `passages_per_second` is of those that were embedded, over the time that embedding took.
    """

    added: int = 0
    updated: int = 0
    renamed: int = 0
    deleted: int = 0
    unchanged: int = 0
    failed: tuple[dict[str, str], ...] = ()
    passages: int = 0
    embedded: int = 0
    seconds: float = 0.0
    passages_per_second: float = 0.0
    warnings: tuple[str, ...] = ()
