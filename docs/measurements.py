"""What is measured: the `guidepost eval` commands, and which of them leave single design choices out."""

from __future__ import annotations

from knowledge.evaluation.choices import CHOICES

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
    **{f"choices-{name}": f"{command} --compare --choices" for name, command in RETRIEVAL.items()},
    "answers": f"answers {CONVERSATIONS} {CORPORA}",
    "near-misses": f"near-misses {DATA}/aws-docs",
    "scope": f"scope {DATA}/aws-docs --outside {DATA}/clinc-oos/data_full.json.gz",
    "quotes": f"quotes {DATA}/aws-docs",
    "grounding": f"grounding {CONVERSATIONS} {CORPORA}",
    "themes": f"themes {DATA}/banking77",
    "themes-clinc": f"themes {DATA}/clinc-oos",
    "gaps": f"gaps {DATA}/clinc-oos",
    "playbooks": "playbooks --accounts 200 --days 365 --workers 2",
}

BENCHES = {  # arguments of `make bench`; docs/measure.py keeps what they print by name
    "bench": "-k 'not newcomer and not slack and not digest'",
    "newcomer": "-k newcomer",
    "slack": "-k slack",
    "digest": "-k digest",
}


def ablations() -> dict[str, tuple[str, str]]:
    """Names of the measurements that leave one choice out of one set: without-CHOICE-SET -> (choice, set)."""
    return {
        f"without-{choice}-{on}": (choice, on)
        for choice, one in CHOICES.items()
        for on in RETRIEVAL
        if on.startswith("mtrag") or not one.threads
    }
