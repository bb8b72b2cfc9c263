"""An answer in a chat model's words: asked for line by line with citations, checked line by line, or not given.

What the model writes is a proposal. Only lines whose every sentence is said by the passages they cite are shown;
where too little is left, or a step of a procedure would be missing, there is no written answer and quotes serve.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from knowledge import wording
from knowledge.chat import Message
from knowledge.claims import claim_of
from knowledge.composing import Composed, citation_of
from knowledge.prompts import prompt
from knowledge.splitting import sentences
from knowledge.support import Line, Source, is_absent
from knowledge.types import AnswerSentence
from knowledge.units import units_of
from store.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from knowledge.calling import ChatDesk, Reply
    from knowledge.grounding import GroundingCheck
    from knowledge.types import Evidence

log = logging.getLogger(__name__)

PASSAGES = 6  # that the model reads
LEAST_KEPT = 0.5  # share of its lines that must pass
MOST_LINES = 16
NO_ANSWER = "NO ANSWER"

_MARK = re.compile(r"\s*[\[\u3010]\s*(\d{1,2}(?:\s*[,;]\s*\d{1,2})*)\s*[\]\u3011]")
_LIST = re.compile(r"^(?:(\d{1,2})[.)]|[-*\u2022])\s+")
_NOT_SAID = re.compile(r"^\W*NOT SAID\W*:\s*", re.IGNORECASE)
_NO_ANSWER = re.compile(rf"^\W*{NO_ANSWER}\W*$", re.IGNORECASE)
_TAG = re.compile(r"<(?=\s*/?\s*(?:passages?|question|conversation|message|figures)\b|\|)", re.IGNORECASE)
_ROLE = re.compile(r"<\|[^|<>\n]{1,40}\|>(?:\s*(?:system|assistant|user)\b)?")  # what parts roles in a prompt

Kind = Literal["sentence", "step", "item"]


@dataclass(frozen=True)
class WrittenLine:
    """One line that a model wrote.

    Attributes:
        text: without list marker and citations.
        cited: numbers of passages as the model was given them.
        kind: what it is.
        number: of a step.
        paragraph: counts blank lines before it.
    """

    text: str
    cited: tuple[int, ...]
    kind: Kind = "sentence"
    number: int | None = None
    paragraph: int = 0


@dataclass(frozen=True)
class Draft:
    """What a model wrote, taken apart.

    Attributes:
        lines: in order.
        missing: what it says the passages do not tell; None if it says nothing of the kind.
        no_answer: it says that the passages do not answer.
    """

    lines: tuple[WrittenLine, ...] = ()
    missing: str | None = None
    no_answer: bool = False


@dataclass(frozen=True)
class Written:
    """A written answer that passed the check.

    Attributes:
        composed: its Markdown, sentences and citations; None where the model found no answer in the passages.
        missing: what the passages do not tell; empty if it cannot be said in words of the question.
            None: nothing is missing.
    """

    composed: Composed | None
    missing: str | None = None

    @property
    def missing_note(self) -> str | None:
        """What to say about what is missing."""
        if self.composed is None or self.missing is None:
            return None
        return wording.NOT_SAID.format(what=self.missing) if self.missing else wording.NOT_ALL_SAID


class Writer:
    """Has a chat model write answers.

    Args:
        desk: the way to the model.
        check: what every sentence must pass.
    """

    def __init__(self, desk: ChatDesk, check: GroundingCheck) -> None:
        self._desk = desk
        self._check = check

    def load(self) -> None:
        """Bring the model's client into memory."""
        self._desk.load()

    def write(self, question: str, evidence: Sequence[Evidence]) -> Written | None:
        """An answer from the best passages; None where there is none that may be shown.

        Args:
            question: standing alone.
            evidence: best first; all of it readable by the asker.

        Raises:
            ModelUnavailable: the reranker of the check cannot be loaded.
        """
        passages = evidence[:PASSAGES]
        reply = self._desk.ask(messages_for(question, passages))
        if reply is None:
            return None
        draft = parse(reply.text)
        written = Written(None) if draft.no_answer else self._checked(draft, question, passages)
        self._settle(reply, written)
        return written

    def _settle(self, reply: Reply, written: Written | None) -> None:
        if written is not None:
            self._desk.keep(reply)
        else:
            log.warning("what the chat model wrote could not be used; answering with quotes")
            self._desk.disappointed()

    def _checked(self, draft: Draft, question: str, passages: Sequence[Evidence]) -> Written | None:
        kept = [line for line in draft.lines if self._passes(line, passages)]
        lost = [line for line in draft.lines if line not in kept and claim_of(line.text)]
        if not kept or len(draft.lines) > MOST_LINES or any(line.kind == "step" for line in lost):
            return None
        if len(kept) < LEAST_KEPT * (len(kept) + len(lost)):
            return None
        return Written(compose_lines(kept, passages), _missing(draft, question))

    def _passes(self, line: WrittenLine, passages: Sequence[Evidence]) -> bool:
        if not line.cited or max(line.cited) > len(passages) or min(line.cited) < 1:
            return False
        source = source_of([passages[n - 1] for n in line.cited])
        for sentence in sentences(line.text):
            doubts = self._check.doubts(sentence, source)
            if doubts:
                log.info("removed from a written answer (%s): %r", ", ".join(doubts), sentence)
                return False
        return bool(line.text)


def messages_for(question: str, passages: Sequence[Evidence]) -> list[Message]:
    """What a model is sent: the rules, then the passages and the question as data."""
    blocks = [
        f'<passage number="{n}" article="{as_data(" > ".join(one.heading_path)).replace(chr(34), chr(39))}">\n'
        f"{as_data(one.text)}\n</passage>"
        for n, one in enumerate(passages, start=1)
    ]
    return [
        Message("system", prompt("answer")),
        Message(
            "user",
            "<passages>\n"
            + "\n".join(blocks)
            + f"\n</passages>\n\n<question>\n{as_data(question)}\n</question>",
        ),
    ]


def source_of(passages: Iterable[Evidence]) -> Source:
    """Passages as sentences are held against them."""
    return Source((one.heading_path, one.text) for one in passages)


def parse(text: str) -> Draft:
    """Take what a model wrote apart, by the form that it was asked for; what has another form cites nothing."""
    lines: list[WrittenLine] = []
    missing, paragraph = None, 0
    if _NO_ANSWER.match(text.strip()):
        return Draft(no_answer=True)
    for raw in _ROLE.sub(" ", visible(text.replace("\r\n", "\n"))).split("\n"):
        line = raw.strip().lstrip("#>").strip()
        if not line or line.startswith("```"):
            paragraph += 1
        elif _NOT_SAID.match(line):
            missing = _MARK.sub("", _NOT_SAID.sub("", line)).strip(" .")
        else:
            parsed = _line(line, paragraph)
            if parsed not in lines:
                lines.append(parsed)
    return Draft(tuple(lines), missing)


def _line(line: str, paragraph: int) -> WrittenLine:
    marker = _LIST.match(line)
    number = int(marker.group(1)) if marker and marker.group(1) else None
    kind: Kind = "sentence" if marker is None else "item" if number is None else "step"
    cited = dict.fromkeys(int(n) for found in _MARK.findall(line) for n in re.split(r"\s*[,;]\s*", found))
    text = _MARK.sub("", line[marker.end() if marker else 0 :])
    return WrittenLine(re.sub(r"\s+([.,;:!?])", r"\1", text).strip(), tuple(cited), kind, number, paragraph)


def compose_lines(lines: Sequence[WrittenLine], passages: Sequence[Evidence]) -> Composed:
    """Number the cited passages by their first use, and write the lines as Markdown."""
    number: dict[int, int] = {}
    for line in lines:
        for n in line.cited:
            number.setdefault(n, len(number) + 1)
    said = tuple(AnswerSentence(line.text, tuple(number[n] for n in line.cited)) for line in lines)
    citations = tuple(
        citation_of(
            new, passages[old - 1], _quoted(passages[old - 1], [one for one in lines if old in one.cited])
        )
        for old, new in number.items()
    )
    return Composed(_markdown(lines, said), said, citations)


def _quoted(passage: Evidence, lines: Sequence[WrittenLine]) -> str:
    """What of a passage says the lines: its units that share most words with them, verbatim."""
    units = units_of(passage.text)
    best = {
        max(range(len(units)), key=lambda i: len(Line(line.text).stems & Line(units[i].text).stems))
        for line in lines
        if units
    }
    return "\n".join(units[i].text for i in sorted(best)) or passage.text


def _markdown(lines: Sequence[WrittenLine], said: Sequence[AnswerSentence]) -> str:
    """Sentences of a paragraph in a row, list items one a line; a mark stands where its run of sentences ends."""
    text = ""
    for i, (line, sentence) in enumerate(zip(lines, said, strict=True)):
        before = lines[i - 1] if i else None
        after = lines[i + 1] if i + 1 < len(lines) else None
        joined = (
            after is not None and _in_one_row(line, after) and said[i + 1].citations == sentence.citations
        )
        marks = "" if joined else " " + "".join(f"[{n}]" for n in sentence.citations)
        text += _gap(before, line) + _marker(line) + line.text + marks
    return text


def _in_one_row(line: WrittenLine, after: WrittenLine) -> bool:
    return line.kind == after.kind == "sentence" and line.paragraph == after.paragraph


def _gap(before: WrittenLine | None, line: WrittenLine) -> str:
    if before is None:
        return ""
    if _in_one_row(before, line):
        return " "
    return "\n" if "sentence" not in {before.kind, line.kind} else "\n\n"


def _marker(line: WrittenLine) -> str:
    return {"step": f"{line.number}. ", "item": "- ", "sentence": ""}[line.kind]


def _missing(draft: Draft, question: str) -> str | None:
    """What is not there, if it is said in the question's own words; empty if not."""
    if draft.missing is None:
        return None
    asked = Source([((), question)])
    words = Line(draft.missing).stems
    known = sum(asked.holds(word) for word in words) >= 0.5 * len(words)
    plain = len(draft.missing) <= 160 and not re.search(r"://|www\.|@|[<>`|]", draft.missing)
    return draft.missing if known and plain and not is_absent(draft.missing, asked) else ""


def as_data(text: str) -> str:
    """Text of others, so that it cannot end the place where it stands."""
    return _TAG.sub("\u2039", visible(text.replace("\r\n", "\n").replace("\t", " ")))
