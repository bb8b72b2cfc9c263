"""The digest's first sentences: composed from its figures, or written by a chat model from the same figures and checked.

What a model writes is shown only if every number, amount, date, name and quote in it is among the figures that it was
given, and what it says to have moved has moved that way beyond noise.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from store.insights.number_words import number_words
from store.insights.section_words import measured_words, money_words
from store.insights.wording import plain, rate_words, theme_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from store.insights.digest_values import Digest
    from store.insights.section_values import Section
    from store.insights.values import Figure

SENTENCES, LONGEST = 3, 420  # of a headline: sentences, characters
_MOVED = 2  # of these sentences may be about counts that moved
_SUBJECTS = {
    "questions.refused": "Questions not found",
    "feedback.negative": "Negative feedback",
    "health.red": "Customers whose health is red",
    "tasks.overdue": "Overdue tasks",
    "questions.asked": "Questions",
    "feedback.new": "Feedback",
    "feedback.positive": "Positive feedback",
}  # in the order in which they are told
_WHOLE = {"questions": "questions.asked", "feedback": "feedback.new"}


@dataclass(frozen=True)
class Sentence:
    """One sentence, and the figure whose rows it opens."""

    text: str
    figure: Figure


def compose(digest: Digest) -> tuple[Sentence, ...]:
    """At most three sentences, each with a number: what needs somebody, what moved beyond noise, what is new."""
    found = [*_urgent(digest), *_moved(digest), *_themes(digest)][:SENTENCES]
    asked = digest.figures.get("questions.asked")
    if not found and asked is not None:
        found = [Sentence(f"Nothing moved beyond noise; {asked.value} {asked.label}.", asked)]
    return tuple(found)


def _urgent(digest: Digest) -> Iterator[Sentence]:
    section = digest.section("today")
    if section and section.lines:
        first, count = section.lines[0], len(section.lines)
        whom = f"{plain(first.account)}: " if first.account and first.account not in first.text else ""
        needs = "1 thing needs" if count == 1 else f"{count} things need"
        yield Sentence(f"{needs} you today, first {whom}{plain(first.text)}.", first.figure)


def _moved(digest: Digest) -> Iterator[Sentence]:
    everything = {figure.key: figure for figure in digest.all_figures}
    told = [everything[key] for key in _SUBJECTS if key in everything and _is_news(everything, key)]
    for figure in told[:_MOVED]:
        verb = "rose" if figure.trend == "up" else "fell"
        yield Sentence(f"{_SUBJECTS[figure.key]} {verb} from {figure.before} to {figure.value}.", figure)


def _is_news(everything: Mapping[str, Figure], key: str) -> bool:
    """Whether it moved, and there was something of its kind before: a beginning is no rise."""
    whole = everything.get(_WHOLE.get(key.partition(".")[0], ""))
    return everything[key].trend is not None and (whole is None or bool(whole.before))


def _themes(digest: Digest) -> Iterator[Sentence]:
    for theme in digest.themes:
        if theme.movement in {"new", "rising"}:
            yield Sentence(f"Asked about “{plain(theme.name)}”: {theme_words(theme)}.", theme.figure)
            return


# What a model is given


def facts(digest: Digest) -> str:
    """The figures as JSON, in the words in which they may be shown: what must not be a rate is none."""
    given: dict[str, Any] = {section.title: _of_section(section) for section in digest.sections}
    given["Themes"] = [f"“{plain(theme.name)}”: {theme_words(theme)}" for theme in digest.themes]
    filled = {title: part for title, part in given.items() if part}
    return json.dumps(filled, ensure_ascii=False, indent=1)


def _of_section(section: Section) -> dict[str, Any]:
    found: dict[str, Any] = {one.label: _count(one) for one in section.figures if one.value or one.before}
    found |= {one.label: rate_words(one) for one in section.rates if one.whole.value}
    found |= {one.label: measured_words(one) for one in section.measures if one.value is not None}
    found |= {one.label: money_words(one.amounts) for one in section.money if one.amounts}
    if section.lines:
        found["lines"] = [
            ": ".join(filter(None, (one.account, one.text, one.because))) for one in section.lines
        ]
    return found


def _count(figure: Figure) -> dict[str, Any] | int:
    if figure.trend is None:
        return figure.value
    return {"now": figure.value, "before": figure.before, "moved": figure.trend}


# Whether what it wrote may be shown

_VAGUE_WORDS = """half halves halved third thirds quarter quarters fifth double doubled doubling twice triple tripled
thrice dozen dozens couple pair majority minority most all every everybody everyone none nobody fold tenfold hundreds
thousands first second last yesterday today tomorrow monday tuesday wednesday thursday friday saturday sunday january
february march april june july august september october november december"""
_UP_WORDS = "rose rising risen up increased increasing grew growing higher climbed jumped surged doubled"
_DOWN_WORDS = "fell falling fallen down decreased decreasing dropped lower declined shrank halved"
_BEGINNING_WORDS = """the a an in of with at for this these there among and but while meanwhile also overall nothing only to
on from it its customers questions feedback accounts look ask call take see start focus health renewals more"""
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\b(?:\d{{1,2}}\s+{_MONTH}\b(?:\s+\d{{4}})?|{_MONTH}\s+\d{{1,2}}\b(?:,?\s+\d{{4}})?|\d{{4}}-\d\d-\d\d)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?P<sign>[$€£])?\s?(?P<minus>(?<![\w.])-)?(?P<digits>\d[\d,]*(?:\.\d+)?)"
    r"(?:\s?(?P<unit>%|percent\b|per cent\b))?(?P<tail>[A-Za-z]+)?",
    re.IGNORECASE,
)
_CURLED = "\u2018", "\u2019"  # as quotes and as apostrophes
_QUOTE = re.compile(r"[“\"«„]([^”\"»“]*)[”\"»“]|(?<!\w)'([^']+)'(?!\w)")
_CAPITAL = re.compile(r"(?<!\w)[^\W\d_a-zà-ÿ][\w'-]*")
_WORD = re.compile(r"[^\W\d_]+")
_VAGUE = frozenset(_VAGUE_WORDS.split())
_UP, _DOWN = frozenset(_UP_WORDS.split()), frozenset(_DOWN_WORDS.split())
_BEGINNINGS = frozenset(_BEGINNING_WORDS.split())


def refusal(text: str, given: str) -> str | None:
    """Why a headline may not be shown; None where it may.

    Args:
        text: what a model wrote.
        given: the JSON of `facts` that it was given.
    """
    said = _straight(" ".join(text.split()))
    given = _straight(given)
    sentences = re.split(r"(?<=[.!?])\s+(?=\S)", said)
    if not said or len(said) > LONGEST or len(sentences) > SENTENCES:
        return "It is empty or too long."
    if re.search(r"[<>*_`|\[\]{}~]|https?:|www\.", said):
        return "It holds markup or an address."
    if any(
        unicodedata.category(sign) in {"No", "Nl"} or (sign.isdigit() and not sign.isascii()) for sign in said
    ):
        return "It holds a number in unusual signs."
    for problem in (_numbers_problem, _words_problem, _quotes_problem, _names_problem):
        if found := problem(said, given):
            return found
    return next((found for one in sentences if (found := _sentence_problem(one, given))), None)


def _numbers_problem(said: str, given: str) -> str | None:
    unknown = _numbers(said) - _numbers(given)
    return f"{min(unknown)} is not among the figures." if unknown else None


def _straight(text: str) -> str:
    for sign in _CURLED:
        text = text.replace(sign, "'")
    return text


def _numbers(text: str) -> set[str]:
    """Every number with its unit, every date: `12`, `80%`, `$48000`, `3 mar`."""
    dates = {" ".join(one.lower().split()) for one in _DATE.findall(text)}
    without = _DATE.sub(" ", text)
    found = {_token(match) for match in _NUMBER.finditer(without)}
    return dates | found | {f"{value}{unit}" for value, unit in number_words(without)}


def _token(match: re.Match[str]) -> str:
    value = match["digits"].replace(",", "").rstrip(".")
    value = value.rstrip("0").rstrip(".") if "." in value else value.lstrip("0") or "0"
    unit = "%" if match["unit"] else ""
    return f"{match['sign'] or ''}{match['minus'] or ''}{value}{unit}{(match['tail'] or '').lower()}"


def _words_problem(said: str, given: str) -> str | None:
    """Words that count or date something without a digit have to be among the figures, too."""
    known = {word.lower() for word in _WORD.findall(given)}
    vague = [word for word in map(str.lower, _WORD.findall(said)) if word in _VAGUE and word not in known]
    return f"“{vague[0]}” is not among the figures." if vague else None


def _quotes_problem(said: str, given: str) -> str | None:
    quotes = (one or other for one, other in _QUOTE.findall(said))
    wrong = [quote for quote in quotes if quote.strip() and quote.strip() not in given]
    return f"Nobody said “{wrong[0]}”." if wrong else None


def _names_problem(said: str, given: str) -> str | None:
    """Capitals are names, but for a sentence's first word."""
    known = {word.lower() for word in _WORD.findall(given)}
    for name in _CAPITAL.finditer(said):
        begins = not said[: name.start()].rstrip() or said[: name.start()].rstrip()[-1] in ".!?"
        parts = (part.lower() for part in _WORD.findall(name[0]) if len(part) > 1)
        wrong = [part for part in parts if part not in known and not (begins and part in _BEGINNINGS)]
        if wrong:
            return f"“{name[0]}” is not among the figures."
    return None


def _sentence_problem(sentence: str, given: str) -> str | None:
    """Each sentence has a number; what it says to have moved is a count that moved that way."""
    numbers = _numbers(sentence)
    if not numbers:
        return "A sentence has no number."
    words = {word.lower() for word in _WORD.findall(sentence)}
    moved = _movements(json.loads(given))
    for direction, verbs in (("up", _UP), ("down", _DOWN)):
        if words & verbs and not numbers & moved[direction]:
            return f"Nothing that it names went {direction}."
    return None


def _movements(given: Any) -> Mapping[str, set[str]]:
    """The figures of what moved, by direction; what is only a text has its arrows."""
    moved: dict[str, set[str]] = {"up": set(), "down": set()}

    def walk(value: Any) -> None:
        if isinstance(value, dict) and value.get("moved") in moved:
            moved[value["moved"]].add(str(value["now"]))
        elif isinstance(value, dict):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, str):
            for sign, direction in (("▲", "up"), ("rising", "up"), ("▼", "down"), ("falling", "down")):
                if sign in value:
                    moved[direction] |= _numbers(value)

    walk(given)
    return moved
