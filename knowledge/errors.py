"""Errors of the knowledge base.

GuidepostError
└── KnowledgeError
    ├── UnreadableDocument     one document could not be read; the sync goes on and reports it
    │   └── ReadersUnknown     its head is broken, so that nobody knows who may read it
    ├── ModelUnavailable       a model file is missing or is not the one we pinned
    └── IndexUnavailable       no index can be opened; exact search serves meanwhile
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
