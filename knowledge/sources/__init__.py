"""Files -> documents: bytes -> HTML -> parts -> sections. `read_folder` is the door."""

from knowledge.sources.documents import SPLITTING_RULES_VERSION
from knowledge.sources.files import read_folder
from knowledge.types import Unreadable

__all__ = ["SPLITTING_RULES_VERSION", "Unreadable", "read_folder"]
