"""What an HTML page holds and does not show: a reader cannot check it, so it is no evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import Tag

_STYLES = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0*\.?0+\s*(?:[a-z%]+\s*)?(?:;|!|$)"
    r"|opacity\s*:\s*0*\.?0+\s*%?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_FOR_SCREEN_READERS = frozenset(("sr-only", "visually-hidden", "screen-reader-text"))


def drop_hidden(tree: Tag) -> None:
    """Take out of a tree what its own attributes hide from everybody's eyes."""
    for tag in tree.select("[hidden], [style], [class]"):
        if not tag.decomposed and _is_hidden(tag):
            tag.decompose()


def _is_hidden(tag: Tag) -> bool:
    if tag.has_attr("hidden") and str(tag["hidden"]).lower() != "until-found":
        return True
    classes = _FOR_SCREEN_READERS.intersection(tag.get_attribute_list("class"))
    return bool(classes or _STYLES.search(str(tag.get("style") or "")))
