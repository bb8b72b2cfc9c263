"""What is measured: the `guidepost eval` commands, and the design choices that are left out one at a time."""

from __future__ import annotations

from dataclasses import dataclass

DATA = "../shared/data"
CONVERSATIONS = f"{DATA}/mtrag-conversations/human.jsonl.gz {DATA}/mtrag-conversations/un.jsonl.gz"
CORPORA = f"--corpus {DATA}/mtrag-clapnq --corpus {DATA}/mtrag-govt"

RETRIEVAL = {
    "scifact": f"retrieval {DATA}/scifact",
    "aws-docs": f"retrieval {DATA}/aws-docs",
    "mtrag-clapnq": f"retrieval {DATA}/mtrag-clapnq --queries {DATA}/mtrag-clapnq/queries_questions.jsonl",
    "mtrag-govt": f"retrieval {DATA}/mtrag-govt --queries {DATA}/mtrag-govt/queries_questions.jsonl",
}
RUNS = {
    **{name: f"{command} --compare" for name, command in RETRIEVAL.items()},
    "answers": f"answers {CONVERSATIONS} {CORPORA}",
    "near-misses": f"near-misses {DATA}/aws-docs",
    "scope": f"scope {DATA}/aws-docs --outside {DATA}/clinc-oos/data_full.json.gz",
    "quotes": f"quotes {DATA}/aws-docs",
    "grounding": f"grounding {CONVERSATIONS} {CORPORA}",
    "themes": f"themes {DATA}/banking77",
    "themes-clinc": f"themes {DATA}/clinc-oos",
    "playbooks": "playbooks --accounts 200 --days 365 --workers 2",
}


@dataclass(frozen=True)
class Choice:
    """A design choice, and what leaves it out."""

    what: str
    settings: tuple[str, ...]
    sets: tuple[str, ...] = ("scifact", "aws-docs", "mtrag-clapnq", "mtrag-govt")


THREADS = ("mtrag-clapnq", "mtrag-govt")
CHOICES = {
    "lexical": Choice(
        "words beside meaning in the first stage", ("first.lexical_weight=0", "first.thread_lexical_weight=0")
    ),
    "feedback": Choice("a second look with the best passages' vectors", ("first.feedback=0",)),
    "turns": Choice("the vectors of the turns before", ("first.turns=0,0",), THREADS),
    "turn-words": Choice("the words of the turn before", ("first.turn_words=0",), THREADS),
    "cards": Choice("titles and summaries of documents", ("reading.card_weight=0", "reading.cards=0")),
    "twenty": Choice("twenty passages read instead of ten", ("reading.passages=10",)),
    "reading": Choice("the cross-encoder", ("reading.passages=0", "reading.cards=0")),
    "usual-terms": Choice("usual terms for everyday words", ("usual_terms=false",)),
}
BENCHES = {"bench": "", "slack": "-k slack"}  # arguments of `make bench`, which docs/measure.py keeps by name
