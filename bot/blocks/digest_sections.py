"""One section of the digest in a modal: its numbers, a picture of them, and its lines, each with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.blocks import parts
from bot.blocks.digest import THEMES, line_of
from bot.blocks.digest_charts import drawn
from bot.blocks.digest_parts import BLOCK, LINKED, ROWS, counted, deed_button, linked, menu_of, modal
from bot.blocks.text import brief, escaped
from store.insights.section_words import measured_words, money_words, worth_saying
from store.insights.wording import (
    THUMBS,
    period_words,
    rate_words,
    renewal_words,
    run_words,
    task_words,
    theme_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slack_sdk.models.blocks import Block

    from bot.blocks.digest_parts import Link
    from store.insights.digest_values import Digest
    from store.insights.section_values import Line, Section
    from store.insights.values import Quote, Unanswered

BEHIND = "What a button does is answered behind this window, where you opened it."
LINES = 7
THEMES_FROM = 50  # the number of their first block; those of unanswered questions begin at 1


def section_modal(
    digest: Digest, key: str, made_from: str, link: Link, opened_at: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A section's details.

    Args:
        digest: the values, made anew.
        key: of the section.
        made_from: comes back with every press, at most 240 characters.
        link: the web address of a message, None if there is none.
        opened_at: comes back with what its buttons do: where that is answered.

    Raises:
        KeyError: the digest has no such section.
    """
    if key == THEMES:
        return modal("Themes", list(_themes(digest, made_from)))
    section = digest.section(key)
    if section is None:
        raise KeyError(key)
    return modal(section.title, list(_blocks(digest, section, made_from, link)), opened_at)


def _blocks(digest: Digest, section: Section, made_from: str, link: Link) -> Iterator[Block]:
    numbers = "\n".join(_numbers(section))
    head = f"*{brief(digest.scope.label)}*  {period_words(digest.period)}"
    yield parts.section(f"{head}\n{numbers}")
    if chart := drawn(section):
        yield parts.section(chart)
    menu = menu_of(section.all_figures)
    if menu is not None:
        yield parts.actions(menu, block_id=f"{BLOCK}0:{made_from}")
    for line in section.lines[:LINES]:
        yield parts.section(_line(line, link), accessory=deed_button(line.action) if line.action else None)
    if any(line.action for line in section.lines):
        yield parts.context(BEHIND)
    if section.key == "questions":
        yield from _unanswered(digest, made_from, link)
    listed = list(_listed(digest, section.key, link))
    if listed:
        yield parts.section("\n".join(listed[:LINES]) + _rest(len(listed) - LINES))
    yield from (parts.context(escaped(sentence)) for sentence in section.missing if sentence)


def _numbers(section: Section) -> Iterator[str]:
    yield from (f"• {counted(one)}" for one in section.figures if one.value)
    yield from (f"• {brief(one.label)}: {rate_words(one)}" for one in section.rates if one.whole.value)
    yield from (
        f"• {brief(one.label)}: *{escaped(measured_words(one))}*"
        for one in section.measures
        if worth_saying(one)
    )
    yield from (f"• {brief(one.label)}: *{escaped(money_words(one.amounts))}*" for one in section.money)


def _line(line: Line, link: Link) -> str:
    worth = f" · {money_words([line.arr])} a year" if line.arr else ""
    why = f"\n{brief(line.because, 300)}" if line.because else ""
    quote = f"\n> “{brief(line.quote, 240)}”" if line.quote else ""
    return f"{line_of(line)}{worth}{why}{quote}{linked(link(line.channel_id, line.message_ts))}"


def _themes(digest: Digest, made_from: str) -> Iterator[Block]:
    for n, theme in enumerate(digest.themes, start=THEMES_FROM):
        show = parts.button("Show questions", f"{ROWS}_theme", theme.figure.key)
        quote = f"\n“{brief(theme.example, 240)}”" if theme.example else ""
        words = f"*{brief(theme.name)}*  {theme_words(theme)}{quote}"
        yield parts.section(words, block_id=f"{BLOCK}{n}:{made_from}", accessory=show)


def _unanswered(digest: Digest, made_from: str, link: Link) -> Iterator[Block]:
    if digest.unanswered:
        yield parts.section("*Not found most often*")
    for n, group in enumerate(digest.unanswered, start=1):
        show = parts.button("Show rows", f"{ROWS}_unanswered", group.figure.key)
        yield parts.section(_group(group, link), block_id=f"{BLOCK}{n}:{made_from}", accessory=show)


def _group(group: Unanswered, link: Link) -> str:
    names = ", ".join(brief(name) for name in group.accounts) or "unknown"
    opened = linked(link(group.channel_id, group.message_ts))
    return f"{group.figure.value} x “{brief(group.text, 160)}”\n{names}{opened}"


def _listed(digest: Digest, key: str, link: Link) -> Iterator[str]:
    """What a section holds one by one."""
    if key == "voice":
        for n, quote in enumerate(digest.quotes):
            yield _quote(quote, link if n < LINKED else None)
    elif key == "questions":
        for one in digest.rated:
            yield f"{THUMBS[one.rating]} *{brief(one.account or 'unknown')}*: {brief(one.question, 120)}"
    elif key == "plays":
        yield from (f"*{brief(run.account)}*: {brief(run_words(run), 160)}" for run in digest.runs)
    elif key == "team":
        for task in digest.tasks:
            of = f" · {brief(task.account)}" if task.account and task.account not in task.title else ""
            yield f"{brief(task.title, 120)} · {brief(task_words(task), 120)}{of}"
    elif key == "renewals":
        yield from (f"*{brief(one.account)}*: {brief(renewal_words(one), 200)}" for one in digest.renewals)


def _quote(quote: Quote, link: Link | None) -> str:
    thumb = THUMBS.get(quote.rating or 0, "💬")
    opened = linked(link(quote.channel_id, quote.message_ts)) if link else ""
    return f"{thumb} *{brief(quote.account or 'unknown')}*: “{brief(quote.text, 240)}”{opened}"


def _rest(count: int) -> str:
    return f"\n… and {count} more" if count > 0 else ""
