"""Errors of the knowledge base.

GuidepostError
└── KnowledgeError
    ├── UnreadableDocument     one document could not be read; the sync goes on and reports it
    │   └── ReadersUnknown     its head is broken, so that nobody knows who may read it
    ├── ModelUnavailable       a model file is missing or is not the one we pinned
    ├── IndexUnavailable       no index can be opened; exact search serves meanwhile
    └── ChatModelFailed        a chat model did not answer; quotes serve instead
        └── ChatModelUnusable  it never will: its name, its package or its key is wrong
"""

from __future__ import annotations

from store.errors import GuidepostError


class KnowledgeError(GuidepostError):
    """Something about the knowledge base."""


class UnreadableDocument(KnowledgeError):  # noqa: N818
    """One document could not be read."""


class ReadersUnknown(UnreadableDocument):
    """A document's head is broken, so that nobody knows who may read it."""


class ModelUnavailable(KnowledgeError):  # noqa: N818
    """A model file is missing, or its checksum is not the pinned one."""


class IndexUnavailable(KnowledgeError):  # noqa: N818
    """No search index can be opened."""


class ChatModelFailed(KnowledgeError):  # noqa: N818
    """A chat model did not answer; the text says what happened.

    Attributes:
        retry_after: seconds after which it may work, as far as the provider says; None: trying again is in vain.
    """

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class ChatModelUnusable(ChatModelFailed):
    """The chat model's name, package or key is wrong; the text names the remedy."""
