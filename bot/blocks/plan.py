"""What I am doing for a question, step by step, as the chunks of a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.blocks.text import harmless, shortened, web_address
from bot.slack.messenger import Speech

if TYPE_CHECKING:
    from collections.abc import Sequence

Chunk = dict[str, Any]
WORKING, STARTING = "Looking for your answer", "Starting up; your answer follows in a moment"
FOUND, NOT_FOUND, ASKED_BACK = "Found an answer", "Found no answer", "Asked back"
STOPPED = "Stopped, as you asked. Write me whenever you would like to know."
_DONE = {"answered": FOUND, "partial": FOUND, "clarify": ASKED_BACK}
SEARCH, READ, WRITE = "search", "read", "write"
_TITLES = {
    SEARCH: ("Searching the knowledge base", "Searched the knowledge base"),
    READ: ("Reading", "Read"),
    WRITE: ("Writing the answer", "Wrote the answer"),
}
SOURCES_SHOWN = 3
TITLE_LIMIT = 80


def searching(*, ready: bool) -> list[Chunk]:
    """The beginning. `ready`: whether the search begins at once."""
    return [_plan(WORKING if ready else STARTING), _task(SEARCH)]


def reading(sources: Sequence[tuple[str, str]]) -> list[Chunk]:
    """These were found: titles, each with a web address or an empty text."""
    return [_plan(WORKING), _task(SEARCH, done=True), _task(READ, **_found(sources))]


def writing() -> list[Chunk]:
    """They have been read."""
    return [_task(READ, done=True), _task(WRITE)]


def finished(status: str, *, read: bool) -> list[Chunk]:
    """The end. `status`: how the question ended. `read`: whether anything was there to read."""
    steps = (READ, WRITE) if read else ()
    return [
        _plan(_DONE.get(status, NOT_FOUND)),
        _task(SEARCH, done=True),
        *(_task(step, done=True) for step in steps),
    ]


def stopped() -> Speech:
    """Somebody pressed Stop before there was an answer."""
    card = {"type": "task_card", "task_id": SEARCH, "title": "Stopped before it was done", "status": "error"}
    said = {"type": "section", "text": {"type": "mrkdwn", "text": STOPPED}}
    return Speech(
        text=STOPPED,
        blocks=[{"type": "plan", "title": "Stopped", "tasks": [card]}, said],
        simple_blocks=[said],
    )


def _plan(title: str) -> Chunk:
    return {"type": "plan_update", "title": title}


def _task(step: str, *, done: bool = False, **more: Any) -> Chunk:
    title = _TITLES[step][done]
    return {
        "type": "task_update",
        "id": step,
        "title": title,
        "status": "complete" if done else "in_progress",
        **more,
    }


def _found(sources: Sequence[tuple[str, str]]) -> Chunk:
    """Titles as links where they have an address, else as words."""
    shown = [(shortened(_plain(title), TITLE_LIMIT), web_address(url)) for title, url in sources]
    links = [{"type": "url", "url": url, "text": title} for title, url in shown if url]
    words = " · ".join(title for title, url in shown if not url)
    return ({"sources": links} if links else {}) | ({"details": words} if words else {})


def _plain(title: str) -> str:
    """Without anything that Slack could take for a link or a mention."""
    return harmless(title.replace("<", "(").replace(">", ")").replace("://", ": "))
