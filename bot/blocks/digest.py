"""The digest in Slack: one screen, a line a section with what to do about it; details and rows are behind buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.blocks import parts
from bot.blocks.digest_charts import charts
from bot.blocks.digest_parts import BLOCK, FILES, ROWS, SECTION, counted, deed_button, menu_of
from bot.blocks.text import brief, escaped
from bot.slack.messenger import Speech
from store.insights.section_words import BANDS, count_words, lead
from store.insights.wording import period_words, quiet_words, rate_words, theme_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from slack_sdk.models.blocks import Block

    from store.insights.digest_values import Digest
    from store.insights.section_values import Action, Line, Section

THEMES = "themes"  # stands among the sections, and is made of the digest's themes
URGENT, URGENT_SHOWN = "today", 3  # the section whose lines are all on the first screen, as far as these go
_MAIN = ("questions.asked", "questions.refused", "feedback.new", "runs.open", "tasks.overdue", "renewals.30")


def digest_speech(digest: Digest, made_from: str, headline: Sequence[str] = ()) -> Speech:
    """The message.

    Args:
        digest: the values.
        made_from: comes back with every press, at most 240 characters.
        headline: at most three sentences, plain text.
    """
    head = f"*Digest: {brief(digest.scope.label)}*  {period_words(digest.period)}"
    if digest.mood == "setup":
        return _plain(head, [_setup(digest)])
    if digest.mood == "quiet":
        return _quiet(digest, made_from, head)
    opening = "\n".join([head, *(escaped(sentence) for sentence in headline)])
    lines = list(screen_lines(digest))
    blocks = [parts.section(opening), *_drawn(lines, made_from), *_figures(digest, made_from)]
    text = "\n".join([opening, *(line.text for line in lines)])
    drawn = parts.speech(text, blocks)
    return Speech(text=drawn.text, blocks=[*drawn.blocks, *charts(digest)], simple_blocks=drawn.blocks)


def _quiet(digest: Digest, made_from: str, head: str) -> Speech:
    """Two lines, and what needs somebody all the same."""
    opening = "\n".join([head, *quiet_words(digest)])
    urgent = [line for line in screen_lines(digest) if line.section == URGENT]
    text = "\n".join([opening, *(line.text for line in urgent)])
    return parts.speech(text, [parts.section(opening), *_drawn(urgent, made_from)])


def _drawn(lines: Sequence[ScreenLine], made_from: str) -> Iterator[Block]:
    """Each line with its one button: what is to be done, else the section's details."""
    for n, line in enumerate(lines, start=1):
        button = deed_button(line.action) if line.action else None
        if line.opens:
            button = parts.button("Details", f"{SECTION}_{line.section}", line.section)
        yield parts.section(line.text, block_id=f"{BLOCK}{n}:{made_from}", accessory=button)


def short_lines(digest: Digest) -> list[str]:
    """The digest in a few mrkdwn lines, for App Home."""
    if digest.mood == "setup":
        return [_setup(digest)]
    if digest.mood == "quiet":
        return list(quiet_words(digest))
    return [line.text for line in screen_lines(digest) if line.section in _LEADS]


@dataclass(frozen=True)
class ScreenLine:
    """One line of the first screen; it opens its section, or does what it says."""

    section: str
    text: str
    opens: bool = True
    action: Action | None = None


def screen_lines(digest: Digest) -> Iterator[ScreenLine]:
    """A line for each section that has something to say, with what to do first; each that needs somebody has its own."""
    for section in digest.sections:
        if section.key == URGENT and section.lines:
            yield from _urgent(section)
        elif not section.is_empty and (words := _words(digest, section)):
            first = f" · {line_of(section.lines[0])}" if section.lines else ""
            yield ScreenLine(section.key, f"*{section.title}:* {words}{first}")
        if section.key == "questions" and digest.themes:
            themes = ", ".join(_theme(digest, n) for n in range(len(digest.themes)))
            yield ScreenLine(THEMES, f"*Themes:* {themes}")


def _words(digest: Digest, section: Section) -> str:
    own = _LEADS.get(section.key)
    return own(digest) if own else ", ".join(map(escaped, lead(section)))


def _urgent(section: Section) -> Iterator[ScreenLine]:
    more = len(section.lines) - URGENT_SHOWN
    yield ScreenLine(section.key, f"*{section.title}*" + (f" (and {more} more)" if more > 0 else ""))
    for n, line in enumerate(section.lines[:URGENT_SHOWN], start=1):
        yield ScreenLine(section.key, f"{n}. {line_of(line)}", opens=False, action=line.action)


def line_of(line: Line) -> str:
    """`*Nordwind*: red, renews in 60 days → Omar Diaz: Renewal brief`."""
    named = line.account and line.account not in line.text
    about = f"*{brief(line.account or '')}*: " if named else ""
    said = f"{about}{brief(line.text, 160)}"
    return (
        f"{said} → {brief(line.owner or 'nobody owns it')}: {brief(line.action.label)}"
        if line.action
        else said
    )


def _theme(digest: Digest, n: int) -> str:
    theme = digest.themes[n]
    return f"“{brief(theme.name, 40)}” {brief(theme_words(theme).split(', ', 1)[0])}"


def _questions(digest: Digest) -> str:
    helpful, coverage = digest.rates["answers.helpful"], digest.rates["answers.coverage"]
    asked = _group("questions", digest, ("answered", "clarified", "refused", "failed", "waiting"), "asked")
    return f"{asked} · helpful {rate_words(helpful)} · rated {rate_words(coverage)}"


def _voice(digest: Digest) -> str:
    return _group("feedback", digest, ("positive", "negative"), "new")


def _plays(digest: Digest) -> str:
    return f"{counted(digest.figures['runs.open'])}, {digest.figures['runs.ended'].value} ended"


def _team(digest: Digest) -> str:
    overdue = digest.figures["tasks.overdue"].value
    return counted(digest.figures["tasks.open"]) + (f", *{overdue} overdue*" if overdue else ", none overdue")


def _renewals(digest: Digest) -> str:
    filled = [one for key in ("30", "60", "90", "passed") if (one := digest.figures[f"renewals.{key}"]).value]
    return ", ".join(f"{one.value} {one.label.removeprefix('renewals ')}" for one in filled)


def _health(digest: Digest) -> str:
    bands = [(band, digest.figures.get(f"health.{band}")) for band in BANDS]
    known = [(band, figure) for band, figure in bands if figure is not None and figure.value]
    return ", ".join(counted(figure, band) for band, figure in known)


_LEADS: Mapping[str, Callable[[Digest], str]] = {
    "questions": _questions,
    "voice": _voice,
    "plays": _plays,
    "team": _team,
    "renewals": _renewals,
    "health": _health,
}


def _group(group: str, digest: Digest, names: tuple[str, ...], whole: str) -> str:
    head = digest.figures[f"{group}.{whole}"]
    inner = [figure for name in names if (figure := digest.figures[f"{group}.{name}"]).value]
    listed = ", ".join(f"{figure.value} {figure.label}" for figure in inner)
    return counted(head) + (f": {listed}" if listed else "")


def _figures(digest: Digest, made_from: str) -> Iterator[Block]:
    """A button for each main figure, and a menu with all of them."""
    menu = menu_of(digest.figures.values())
    if menu is None:
        return
    main = [digest.figures[key] for key in _MAIN if digest.figures[key].value]
    buttons = [
        parts.button(f"Show {count_words(figure)}", f"{ROWS}_{figure.key}", figure.key) for figure in main
    ]
    files = parts.button("Page and table", FILES)
    yield parts.actions(*buttons, menu, files, block_id=f"{BLOCK}0:{made_from}")


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
