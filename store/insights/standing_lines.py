"""What a section of the digest holds one by one: questions, quotes, runs, tasks, renewals, each as a line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.insights.wording import THUMBS, plain, renewal_words, run_words, task_words, theme_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.insights.digest_values import Digest
    from store.insights.values import Quote, RatedAnswer


def standing_lines(digest: Digest, key: str) -> Iterator[str]:
    """The lines of the section with this key."""
    if key == "questions":
        yield from _questions(digest)
    elif key == "voice":
        yield from map(_quote_words, digest.quotes)
    elif key == "plays":
        yield from (f"{plain(run.account)}: {run_words(run)}" for run in digest.runs)
    elif key == "team":
        for task in digest.tasks:
            about = f"{plain(task.account)}: " if task.account else ""
            yield f"{about}{plain(task.title)} ({task_words(task)})"
    elif key == "renewals":
        yield from (f"{plain(line.account)}: {renewal_words(line)}" for line in digest.renewals)


def _questions(digest: Digest) -> Iterator[str]:
    for theme in digest.themes:
        asked = f'; asked: "{plain(theme.example)}"' if theme.example else ""
        yield f"theme, {plain(theme.name)}: {theme_words(theme)}{asked}"
    for group in digest.unanswered:
        names = f" ({', '.join(map(plain, group.accounts))})" if group.accounts else ""
        yield f'not found, {group.figure.value} x: "{plain(group.text)}"{names}'
    yield from map(_rated_words, digest.rated)


def _rated_words(rated: RatedAnswer) -> str:
    return f'{THUMBS[rated.rating]} {plain(rated.account or "unknown")}, asked: "{plain(rated.question)}"'


def _quote_words(quote: Quote) -> str:
    thumb = THUMBS.get(quote.rating or 0, "💬")
    where = f" [{quote.channel_id} {quote.message_ts}]" if quote.channel_id and quote.message_ts else ""
    return f'{thumb} {plain(quote.account or "unknown")}: "{plain(quote.text)}"{where}'
