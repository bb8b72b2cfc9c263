"""The digest in Slack: the figures on the first screen, each with the rows behind it, then the details."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from slack_sdk.models.blocks import PlainTextObject, StaticSelectElement
from slack_sdk.models.views import View

from bot.blocks import parts
from bot.blocks.text import brief, slack_date
from store.insights.wording import (
    THUMBS,
    figure_words,
    period_words,
    quiet_words,
    rate_words,
    renewal_words,
    run_words,
    task_words,
    theme_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from slack_sdk.models.blocks import Block

    from bot.slack.messenger import Speech
    from store.insights.values import Digest, EvidenceRow, Figure, Quote, Unanswered

    Link = Callable[[str | None, str | None], str | None]  # (channel id, ts) -> web address

ROWS = "digest_rows"  # the beginning of action ids; the figure's key is the value
BLOCK = "digest"  # the beginning of block ids; what the digest was made from follows
LINES, ROWS_SHOWN = 8, 40
THEMES_FROM = 50  # the number of their first block; those of unanswered questions begin at 1
_PLURAL = re.compile(
    r"^((?:open |overdue )?(?:question|answer|rating|piece|playbook|task|renewal|account))s\b"
)
_MAIN = ("questions.asked", "questions.refused", "feedback.new", "runs.open", "tasks.overdue", "renewals.30")


def digest_speech(digest: Digest, made_from: str, link: Link) -> Speech:
    """The message.

    Args:
        digest: the values.
        made_from: comes back with every press, at most 240 characters.
        link: the web address of a message, None if there is none.
    """
    head = f"*Digest: {brief(digest.scope.label)}*  {period_words(digest.period)}"
    if digest.mood == "setup":
        return _plain(head, [_setup(digest)])
    if digest.mood == "quiet":
        return _plain(head, list(quiet_words(digest)))
    summary = list(_summary(digest))
    blocks: list[Block] = [parts.section("\n".join([head, *summary]))]
    if any(figure.value for figure in digest.figures.values()):
        blocks.append(_figure_buttons(digest, made_from))
    blocks += _themes(digest, made_from)
    blocks += _unanswered(digest, made_from, link)
    for title, lines in _details(digest, link):
        blocks.append(parts.section(f"*{title}*\n" + "\n".join(lines[:LINES]) + _rest(len(lines) - LINES)))
    return parts.speech("\n".join([head, *summary]), blocks)


def rows_modal(figure: Figure, rows: Sequence[EvidenceRow], link: Link) -> dict[str, Any]:
    """The rows behind a figure.

    Args:
        figure: the figure, counted anew.
        rows: its evidence.
        link: see `digest_speech`; asked for the first rows only.
    """
    blocks: list[Block] = [parts.section(f"*{_said(figure)}*")]
    blocks += [
        parts.section(_row(row, link if n < LINES else None)) for n, row in enumerate(rows[:ROWS_SHOWN])
    ]
    if len(rows) > ROWS_SHOWN:
        blocks.append(
            parts.context(f"… and {len(rows) - ROWS_SHOWN} more; `guidepost digest --format csv` has all.")
        )
    return _modal(blocks)


def notice_modal(text: str) -> dict[str, Any]:
    """The modal when there is nothing to show."""
    return _modal([parts.section(text)])


def short_lines(digest: Digest) -> list[str]:
    """The digest in a few mrkdwn lines, for App Home."""
    if digest.mood == "setup":
        return [_setup(digest)]
    return list(quiet_words(digest)) if digest.mood == "quiet" else list(_summary(digest))


def _modal(blocks: Sequence[Block]) -> dict[str, Any]:
    view = View(
        type="modal",
        title=PlainTextObject(text="Rows"),
        close=PlainTextObject(text="Close"),
        blocks=list(blocks[:100]),
    )
    return view.to_dict()


def _plain(head: str, lines: list[str]) -> Speech:
    text = "\n".join([head, *lines])
    return parts.speech(text, [parts.section(text)])


def _setup(digest: Digest) -> str:
    steps = [
        f"{':white_check_mark:' if step.done else ':black_square_button:'} {step.label}"
        + ("" if step.done else f": {step.remedy}")
        for step in digest.setup
    ]
    return "Nothing has happened here yet. The digest appears with the first questions.\n" + "\n".join(steps)


def _summary(digest: Digest) -> Iterator[str]:
    figures = digest.figures
    yield _counted("questions", digest, ("answered", "clarified", "refused", "failed", "waiting"), "asked")
    helpful, coverage = digest.rates["answers.helpful"], digest.rates["answers.coverage"]
    yield f"*Helpful:* {rate_words(helpful)} · *rated:* {rate_words(coverage)}"
    yield _counted("feedback", digest, ("positive", "negative"), "new")
    work = f"{_headline(figures['runs.open'])}, {_headline(figures['tasks.open'])}"
    overdue = figures["tasks.overdue"].value
    yield work + (f", *{overdue} overdue*" if overdue else ", none overdue")
    renewals = [f for key in ("30", "60", "90", "passed") if (f := figures[f"renewals.{key}"]).value]
    if renewals:
        yield "*Renewals:* " + ", ".join(
            f"{figure.value} {figure.label.removeprefix('renewals ')}" for figure in renewals
        )


def _counted(group: str, digest: Digest, names: tuple[str, ...], whole: str) -> str:
    head = digest.figures[f"{group}.{whole}"]
    inner = [figure for name in names if (figure := digest.figures[f"{group}.{name}"]).value]
    listed = ", ".join(f"{figure.value} {figure.label}" for figure in inner)
    return _headline(head) + (f": {listed}" if listed else "")


def _headline(figure: Figure) -> str:
    """`*12 questions* ▲ was 6`."""
    _, _, trend = figure_words(figure).partition(" ")
    return f"*{_said(figure)}*" + (f" {trend}" if trend else "")


def _said(figure: Figure) -> str:
    """`1 question`, `12 questions`."""
    label = _PLURAL.sub(r"\1", figure.label) if figure.value == 1 else figure.label
    return f"{figure.value} {label}"


def _figure_buttons(digest: Digest, made_from: str) -> Block:
    """A button for each main figure, and a menu with all of them."""
    filled = [figure for figure in digest.figures.values() if figure.value]
    main = [digest.figures[key] for key in _MAIN if digest.figures[key].value]
    buttons = [parts.button(f"Show {_said(figure)}", f"{ROWS}_{figure.key}", figure.key) for figure in main]
    menu = StaticSelectElement(
        action_id=f"{ROWS}_any",
        placeholder=PlainTextObject(text="Rows behind any figure"),
        options=[parts.option(_said(one), one.key) for one in filled[:100]],
    )
    return parts.actions(*buttons, menu, block_id=f"{BLOCK}0:{made_from}")


def _themes(digest: Digest, made_from: str) -> Iterator[Block]:
    if digest.themes:
        yield parts.section("*What they asked about*")
    for n, theme in enumerate(digest.themes, start=THEMES_FROM):
        show = parts.button("Show questions", f"{ROWS}_theme", theme.figure.key)
        said = f"*{brief(theme.name)}*  {theme_words(theme)}\n“{brief(theme.example, 160)}”"
        yield parts.section(said, block_id=f"{BLOCK}{n}:{made_from}", accessory=show)


def _unanswered(digest: Digest, made_from: str, link: Link) -> Iterator[Block]:
    if digest.unanswered:
        yield parts.section("*Not found most often*")
    for n, group in enumerate(digest.unanswered, start=1):
        show = parts.button("Show rows", f"{ROWS}_unanswered", group.figure.key)
        yield parts.section(_group(group, link), block_id=f"{BLOCK}{n}:{made_from}", accessory=show)


def _group(group: Unanswered, link: Link) -> str:
    times = f"{group.figure.value} x"
    names = ", ".join(brief(name) for name in group.accounts) or "unknown"
    opened = _linked(link(group.channel_id, group.message_ts))
    return f"{times} “{brief(group.text, 160)}”\n{names}{opened}"


def _details(digest: Digest, link: Link) -> Iterator[tuple[str, list[str]]]:
    said = [_quote(quote, link) for quote in digest.quotes]
    rated = [
        f"{THUMBS[one.rating]} *{brief(one.account or 'unknown')}*: {brief(one.question, 120)}"
        for one in digest.rated
    ]
    runs = [f"*{brief(run.account)}*: {brief(run_words(run), 160)}" for run in digest.runs]
    tasks = [
        f"{brief(task.title, 120)} · {brief(task_words(task), 120)}"
        + (f" · {brief(task.account)}" if task.account and task.account not in task.title else "")
        for task in digest.tasks
    ]
    renewals = [f"*{brief(line.account)}*: {brief(renewal_words(line), 200)}" for line in digest.renewals]
    for title, lines in (
        ("What they said", said),
        ("Ratings", rated),
        ("Overdue tasks", tasks),
        ("Playbooks running", runs),
        ("Renewals ahead", renewals),
    ):
        if lines:
            yield title, lines


def _quote(quote: Quote, link: Link) -> str:
    thumb = THUMBS.get(quote.rating or 0, "💬")
    opened = _linked(link(quote.channel_id, quote.message_ts))
    return f"{thumb} *{brief(quote.account or 'unknown')}*: “{brief(quote.text, 240)}”{opened}"


def _row(row: EvidenceRow, link: Link | None) -> str:
    who = f"<@{row.who}>" if row.who and row.who[:1] in "UW" and "@" not in row.who else brief(row.who or "")
    about = [
        f"*{brief(row.account)}*" if row.account else "",
        who,
        brief(row.detail.replace("_", " ")),
        slack_date(row.at) if row.at else "",
    ]
    opened = _linked(link(row.channel_id, row.message_ts)) if link else ""
    return f"{brief(row.text, 300)}\n{' · '.join(part for part in about if part)}{opened}"


def _linked(address: str | None) -> str:
    return f" · <{address}|open>" if address else ""


def _rest(count: int) -> str:
    return f"\n… and {count} more" if count > 0 else ""
