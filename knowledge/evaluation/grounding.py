"""How well the check of written sentences tells what passages say: reference sentences, and the same made false.

Every sentence of a reference answer is held against its gold contexts: a removed one counts as wrongly removed,
unless a number or a name of it stands nowhere in them (such a sentence has to be removed). Then one thing is made
false at a time, and what is still kept has slipped through. The plain changes bring in something that the contexts
do not hold; the harder ones borrow a number or a name from elsewhere in the same contexts, or cite the passage
that shares most words with the sentence.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.claims import claim_of
from knowledge.evaluation import beir, perturbing
from knowledge.evaluation.conversations import turns
from knowledge.evaluation.intervals import conversation, interval
from knowledge.evaluation.report import Report
from knowledge.facts import is_content, names, tokens
from knowledge.generations import Progress
from knowledge.grounding import GroundingCheck
from knowledge.splitting import sentences
from knowledge.support import Source, is_absent
from knowledge.words import stem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from knowledge.evaluation.conversations import LabelledTurn
    from knowledge.ports import Reranker

TRUE = "reference"
PLAIN = ("number", "name", "negation", "citation")
HARDER = ("number borrowed", "name borrowed", "citation nearest")
_LABELS = {"ANSWERABLE", "PARTIAL"}
_BULLET = re.compile(r"^\s*(?:[-*\u2022]|\d{1,2}[.)])\s+")
_NUMBER_OF_THE_NEXT = re.compile(r"\s+\d{1,2}\.$")
_SHORTEST = 3  # words of a sentence


@dataclass(frozen=True)
class Case:
    """A sentence, the passages it cites, and what was made false of it (or `reference`)."""

    id: str
    kind: str
    sentence: str
    contexts: tuple[str, ...]

    @property
    def group(self) -> str:
        """Its conversation."""
        return conversation(self.id)


@dataclass(frozen=True)
class Verdict:
    """What the check says of a case; `absent`: a number or a name of it stands nowhere in its passages."""

    case: Case
    doubts: tuple[str, ...]
    claims: bool
    absent: bool

    def row(self) -> dict[str, Any]:
        """What there is to keep of it."""
        return {
            "_id": self.case.id,
            "kind": self.case.kind,
            "sentence": self.case.sentence,
            "contexts": list(self.case.contexts),
            "doubts": list(self.doubts),
            "absent": self.absent,
        }


class Pool:
    """All passages, to borrow from and to swap citations with.

    Args:
        folders: corpora in BEIR form.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        rows = [row for folder in folders for row in beir.json_lines(beir.corpus_file(folder))]
        self.passages = {
            str(row["_id"]): (str(row.get("title") or "").strip(), str(row["text"])) for row in rows
        }
        self._ids = list(self.passages)
        self._holding: defaultdict[str, list[int]] = defaultdict(list)
        for at, identity in enumerate(self._ids):
            for word in _stems(self.text([identity])):
                self._holding[word].append(at)

    def text(self, contexts: Sequence[str]) -> str:
        """Titles and texts of passages."""
        return "\n".join("\n".join(self.passages[one]) for one in contexts)

    def source(self, contexts: Sequence[str]) -> Source:
        """The same as a sentence is held against them."""
        return Source(((self.passages[one][0],), self.passages[one][1]) for one in contexts)

    def nearest(self, sentence: str, gold: Sequence[str]) -> tuple[str, ...]:
        """The passage of another document that shares most with a sentence, rare words first; none: empty."""
        titles = {self.passages[one][0] for one in gold}
        scores: Counter[int] = Counter()
        for word in _stems(sentence):
            holding = self._holding.get(word, [])
            if len(holding) < len(self._ids) / 10:
                scores.update(dict.fromkeys(holding, math.log(len(self._ids) / (1 + len(holding)))))
        found = (self._ids[at] for at, _ in scores.most_common(30))
        return next(((one,) for one in found if self._is_other(one, sentence, titles)), ())

    def _is_other(self, identity: str, sentence: str, titles: set[str]) -> bool:
        title, text = self.passages[identity]
        return title not in titles and sentence[:40] not in text


def evaluate(
    files: Sequence[Path],
    corpora: Sequence[Path],
    reranker: Reranker | None,
    *,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Hold reference sentences, true and made false, against their contexts.

    Args:
        files: labelled conversations with answers and contexts.
        corpora: the passages that contexts name, in BEIR form.
        reranker: of the check; None checks by wording alone.
        limit: at most so many turns, spread evenly.
        progress: told now and then how far it is.

    Returns:
        Shares 0..1: `removed` of the reference sentences, of them `removed_absent` (a number or a name stands
        nowhere in the contexts) and `wrongly_removed` (the others); with 95 % intervals; `caught` of the
        sentences made false in a plain way, in all and by kind; `harder` the same for the harder ways.

    Raises:
        KnowledgeError: a file or a folder has another form.
    """
    pool = Pool(corpora)
    asked = [
        turn
        for turn in turns(files)
        if turn.label in _LABELS and turn.contexts and all(one in pool.passages for one in turn.contexts)
    ]
    cases = list(_cases(_spread(asked, limit), pool))
    check = GroundingCheck(reranker)
    verdicts = []
    for done, case in enumerate(cases):
        verdicts.append(_verdict(case, pool, check))
        if progress and done % 200 == 0:
            progress(Progress("checking", done, len(cases)))
    return Report(_figures(verdicts), [verdict.row() for verdict in verdicts])


def claims_in(answer: str) -> list[str]:
    """The sentences of a reference answer, list markers and fragments left out."""
    found = []
    for line in answer.split("\n"):
        for sentence in sentences(_BULLET.sub("", line)):
            text = _NUMBER_OF_THE_NEXT.sub("", _BULLET.sub("", sentence)).strip()
            if len(text.split()) >= _SHORTEST and _stems(text):
                found.append(text)
    return found


def _cases(asked: Sequence[LabelledTurn], pool: Pool) -> Iterator[Case]:
    strange = _names_of(asked, pool)
    for turn in asked:
        held = pool.text(turn.contexts)
        others = [one for one in asked if one.domain == turn.domain and _is_apart(one, turn)]
        for n, sentence in enumerate(claims_in(turn.reference)):
            seed = f"{turn.id}:{n}"
            elsewhere = random.Random(seed).choice(others).contexts if others else ()  # noqa: S311 - repeatable
            yield Case(seed, TRUE, sentence, turn.contexts)
            made = {
                "number": perturbing.with_another_number(sentence, seed, held),
                "number borrowed": perturbing.with_borrowed_number(sentence, seed, held),
                "name": perturbing.with_another_name(sentence, seed, strange, held),
                "name borrowed": perturbing.with_borrowed_name(sentence, seed, held),
                "negation": perturbing.negated(sentence, seed),
            }
            yield from (Case(seed, kind, text, turn.contexts) for kind, text in made.items() if text)
            swapped = {"citation": elsewhere, "citation nearest": pool.nearest(sentence, turn.contexts)}
            yield from (Case(seed, kind, sentence, cited) for kind, cited in swapped.items() if cited)


def _verdict(case: Case, pool: Pool, check: GroundingCheck) -> Verdict:
    source, claim = pool.source(case.contexts), claim_of(case.sentence)
    return Verdict(case, check.doubts(case.sentence, source), bool(claim), is_absent(claim, source))


def _figures(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    true = [one for one in verdicts if one.case.kind == TRUE]
    false = [one for one in verdicts if one.case.kind in PLAIN]
    wrong = [bool(one.doubts) and not one.absent for one in true]
    return {
        "sentences": len(true),
        "without_claim": sum(not one.claims for one in true),
        "removed": _share([bool(one.doubts) for one in true]),
        "removed_absent": _share([bool(one.doubts) and one.absent for one in true]),
        "wrongly_removed": _share(wrong),
        "wrongly_removed_interval": _interval(wrong, true),
        "caught": _caught(false),
        "caught_interval": _interval([bool(one.doubts) for one in false], false),
        **{kind: _of_kind(verdicts, kind) for kind in PLAIN},
        "harder": {kind: _of_kind(verdicts, kind) for kind in HARDER},
    }


def _of_kind(verdicts: Sequence[Verdict], kind: str) -> dict[str, float]:
    mine = [one for one in verdicts if one.case.kind == kind]
    return {"sentences": len(mine), "caught": _caught(mine)}


def _caught(verdicts: Sequence[Verdict]) -> float:
    return _share([bool(one.doubts) for one in verdicts])


def _interval(hits: Sequence[bool], verdicts: Sequence[Verdict]) -> list[float]:
    counted = interval(lambda rows: _share([hits[i] for i in rows]), [one.case.group for one in verdicts])
    return counted.rounded()


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / len(hits), 4) if hits else 0.0


def _names_of(asked: Sequence[LabelledTurn], pool: Pool) -> list[str]:
    """Names of all contexts, those left out that are ordinary words somewhere."""
    ordinary = {word for _, text in pool.passages.values() for word in re.findall(r"\b[a-z]+\b", text)}
    contexts = {one for turn in asked for one in turn.contexts}
    found = {name.text for one in contexts for name in names(pool.passages[one][1]) if not name.opens}
    return sorted(name for name in found if len(name) > 2 and name.lower() not in ordinary)


def _is_apart(one: LabelledTurn, other: LabelledTurn) -> bool:
    return conversation(one.id) != conversation(other.id) and not set(one.contexts) & set(other.contexts)


def _stems(text: str) -> set[str]:
    return {stem(word) for word in tokens(text) if is_content(word)}


def _spread(asked: Sequence[LabelledTurn], limit: int | None) -> list[LabelledTurn]:
    if limit is None or limit >= len(asked):
        return list(asked)
    return [asked[i * len(asked) // limit] for i in range(limit)]
