"""Errors whose sentences may be shown to a person.

GuidepostError                 base of all; its text names what is wrong and the remedy
├── store.errors.StoreError
│   ├── NotFound               no such row, or not yours to see
│   ├── ImportFailed           a CSV file could not be read at all
│   ├── DatabaseUnreachable    DATABASE_URL makes no sense, or nothing answers there
│   ├── SchemaBehind           the database needs `guidepost db upgrade`
│   └── store.tables.installations.WorkspaceNotNamed
├── knowledge.errors.KnowledgeError
└── playbooks.errors.PlaybookError
"""

from __future__ import annotations


class GuidepostError(Exception):
    """Base of every error that Guidepost raises on purpose; its text is fit for users."""


class StoreError(GuidepostError):
    """Something about stored data."""


class NotFound(StoreError):  # noqa: N818 - reads as a sentence: raise NotFound("No account ...")
    """No such row, or it is not the asker's to see."""


class ImportFailed(StoreError):  # noqa: N818
    """A file of accounts could not be read at all."""


class DatabaseUnreachable(StoreError):  # noqa: N818
    """The database cannot be opened; its address never tells the password."""


class SchemaBehind(StoreError):  # noqa: N818
    """The database's tables are older than the code."""
