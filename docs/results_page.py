"""docs/results.md, from the figures that docs/measure.py keeps in docs/results/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measurements import BENCHES, RETRIEVAL, RUNS, ablations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

from knowledge.evaluation.choices import CHOICES

KEPT = Path(__file__).parent / "results"
HEADINGS = {
    "bench": "Speed and memory",
    "newcomer": "Beside the thirty-line chain of LangChain, Chroma and sentence-transformers",
    "slack": "Slack: under load, and among faults",
    "digest": "A digest of many rows",
}
METHODS = {"bm25": "BM25 alone", "dense": "dense alone", "rrf": "equal rank fusion, k = 60"}


def page() -> str:
    """docs/results.md."""
    parts = [
        HEAD,
        asked_for(),
        retrieval(),
        decisions(),
        quotes(),
        grounding(),
        choices(),
        playbooks(),
        benches(),
        commands(),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


HEAD = """# Results

Written by `docs/measure.py` from what the commands at the end printed; [evaluation.md](evaluation.md) says how each figure is
counted. One setting for all. Square brackets hold 95 % intervals. A dash: not measured."""


def kept(name: str) -> dict[str, Any] | None:
    """What was measured under a name."""
    path = KEPT / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def figure(name: str, *path: str) -> Any:
    """One figure, None where it was not measured."""
    found: Any = (kept(name) or {}).get("figures")
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def shown(value: Any, *, signed: bool = False) -> str:
    """A figure to three decimals; [value, low, high] with its interval."""
    if value is None:
        return "—"
    if isinstance(value, list):
        low, high = (f"{one:+.3f}" if signed else f"{one:.3f}" for one in value[1:])
        return f"{shown(value[0], signed=signed)} [{low}, {high}]"
    return f"{value:+.3f}" if signed else f"{value:.3f}"


def percent(value: float | None) -> str:
    """A share in per cent."""
    return "—" if value is None else f"{100 * value:.1f} %"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def asked_for() -> str:
    """What the product is measured by, and how far it is."""
    best = max(
        (value["auroc"] for value in (figure("answers", "single_signals") or {}).values()), default=None
    )
    gains = [
        value["gain"]
        for value in (figure("answers", "single_signals") or {}).values()
        if value["auroc"] == best
    ]
    rows = [
        ["nDCG@10", "scifact", ".74; .75", shown(figure("scifact", "ndcg@10"))],
        ["nDCG@10", "aws-docs", ".86; .88", shown(figure("aws-docs", "ndcg@10"))],
        ["first citation right", "aws-docs", ".74; .78", shown(figure("aws-docs", "first_right"))],
        ["nDCG@10 in threads", "mtrag-clapnq", ".51; .55", shown(figure("mtrag-clapnq", "ndcg@10"))],
        ["nDCG@10 in threads", "mtrag-govt", ".67; .70", shown(figure("mtrag-govt", "ndcg@10"))],
        [
            "answered against refused, AUROC",
            "mtrag-conversations",
            "gain above 0; .88",
            shown(figure("answers", "auroc")),
        ],
        [
            "its gain over the best single signal",
            "mtrag-conversations",
            "lower bound above 0",
            shown(next(iter(gains), None), signed=True),
        ],
        [
            "asks back: UNDERSPECIFIED",
            "mtrag-conversations",
            "50 %",
            percent(figure("answers", "clarified", "UNDERSPECIFIED")),
        ],
        [
            "asks back: ANSWERABLE",
            "mtrag-conversations",
            "at most 5 %",
            percent(figure("answers", "clarified", "ANSWERABLE")),
        ],
        ["near misses, AUROC", "aws-docs", ".82; .90", shown(figure("near-misses", "auroc"))],
        ["themes, adjusted mutual information", "banking77", ".77", shown(figure("themes", "ami"))],
        ["themes, clusters (77 labels)", "banking77", "50 to 110", str(figure("themes", "clusters") or "")],
        ["out of scope, refused", "clinc-oos to aws-docs", "99 %", percent(figure("scope", "refused"))],
        ["own questions, answered", "aws-docs", "97 %", percent(figure("scope", "answered"))],
        [
            "gold answer inside the first sentence",
            "aws-docs",
            "a third more than the reranker's best",
            quoted(),
        ],
        [
            "token F1 in at most 80 words, ANSWERABLE",
            "mtrag-conversations",
            ".34",
            shown(figure("answers", "token_f1")),
        ],
        [
            "true sentences wrongly removed",
            "mtrag-conversations",
            "at most 5 %",
            share(figure("grounding", "wrongly_removed")),
        ],
        ["false sentences caught", "mtrag-conversations", "95 %", share(figure("grounding", "caught"))],
    ]
    return "## What was asked for\n\n" + table(["measure", "data", "reach; stretch", "measured"], rows)


def quoted() -> str:
    """The product's share beside the reranker's."""
    ours, theirs = (figure("quotes", who, "first_holds") for who in ("product", "reranker"))
    return f"{percent(ours)}, beside {percent(theirs)}"


def share(value: Any) -> str:
    """A share in per cent, with its interval where it has one."""
    value = value.get("all", value.get("value")) if isinstance(value, dict) else value
    if isinstance(value, list):
        return f"{percent(value[0])} [{percent(value[1])}, {percent(value[2])}]"
    return percent(value)


def retrieval() -> str:
    """Beside each index alone and their rank fusion."""
    metrics = ("ndcg@10", "recall@5", "recall@10", "mrr@10", "first_right")
    rows = []
    for name in RETRIEVAL:
        figures = figure(name)
        if not figures:
            continue
        rows.append(
            [
                f"**{name}**, {figures['queries']} queries",
                "product",
                *(shown(figures[m]) for m in metrics),
                "",
            ]
        )
        for method, theirs in figures["compared_with"].items():
            gain = shown(theirs["gain"]["ndcg@10"], signed=True)
            rows.append(["", METHODS.get(method, method), *(shown(theirs[m]) for m in metrics), gain])
    heads = ["set", "method", *metrics, "our gain, nDCG@10"]
    return "## Retrieval beside its parts\n\n" + table(heads, rows) if rows else ""


def decisions() -> str:
    """Answering told from refusing, on three sets."""
    rows = []
    for name in ("answers", "near-misses", "scope"):
        if not figure(name):
            continue
        rows.append(
            [
                f"**{name}**",
                "confidence",
                shown(figure(name, "auroc")),
                "",
                shown(figure(name, "balanced_accuracy")),
            ]
        )
        for signal, found in figure(name, "single_signals").items():
            rows.append(["", signal, shown(found["auroc"]), shown(found["gain"], signed=True), ""])
    if not rows:
        return ""
    parts = [
        "## Answered or refused",
        table(["set", "score", "AUROC", "the confidence's gain", "balanced accuracy"], rows),
    ]
    for name in ("answers", "near-misses", "scope"):
        statuses = figure(name, "statuses")
        if statuses:
            kinds = sorted({kind for counts in statuses.values() for kind in counts})
            counted = [
                [label, *(str(counts.get(kind, 0)) for kind in kinds)] for label, counts in statuses.items()
            ]
            parts.append(table([name, *kinds], counted))
    return "\n\n".join(parts)


def quotes() -> str:
    """What is quoted, beside gold answers."""
    if not figure("quotes") and not figure("answers"):
        return ""
    metrics = ("first_holds", "token_f1_first", "token_f1_three")
    rows = [
        [who, *(shown(figure("quotes", key, metric)) for metric in metrics)]
        for who, key in (("product", "product"), ("the reranker's best sentences", "reranker"))
    ]
    rows.append(["gain", *(shown(figure("quotes", "gain", metric), signed=True) for metric in metrics)])
    said = [
        [what, shown(figure("answers", f"token_f1{which}")), shown(figure("answers", f"rouge_l{which}"))]
        for what, which in (("ANSWERABLE, 0 where not answered", ""), ("those answered", "_answered"))
    ]
    return "\n\n".join(
        [
            "## Quoted answers",
            f"aws-docs; {percent(figure('quotes', 'reachable'))} of the gold answers stand in one sentence of a gold document.",
            table(
                ["aws-docs", "gold inside the first sentence", "token F1, first sentence", "first three"],
                rows,
            ),
            table(["mtrag-conversations", "token F1", "ROUGE-L"], said),
            (
                f"Answers that cite a passage of the reference's: {percent(figure('answers', 'cites_context'))}. Sentences that "
                f"a passage they cite says: {percent(figure('answers', 'supported_sentences'))}."
            ),
        ]
    )


def grounding() -> str:
    """The check of written sentences."""
    figures = figure("grounding")
    if not figures:
        return ""
    rows = [[name.replace("_", " "), flat(value)] for name, value in figures.items()]
    return "## The check of written sentences\n\n" + table(["figure", "measured"], rows)


def flat(value: Any) -> str:
    """Any figure in one cell."""
    if isinstance(value, dict):
        return "; ".join(f"{key} {flat(item)}" for key, item in value.items())
    return shown(value) if isinstance(value, (float, list)) else str(value)


def choices() -> str:
    """What each choice brings: the loss without it."""
    rows = [row for name in CHOICES for on in RETRIEVAL for row in choice_row(name, on)]
    heads = ["choice", "set", "nDCG@10", "recall@10", "first right", "left out by"]
    return "## What each choice brings\n\n" + table(heads, rows) if rows else ""


def choice_row(name: str, on: str) -> list[list[str]]:
    """What a choice brings on a set, from the run that leaves all of them out, or this one alone; none if not measured."""
    choice = CHOICES[name]
    gain = figure(f"choices-{on}", "choices", name, "gain")
    change = figure(f"without-{name}-{on}", "gain_over_earlier")
    metrics = ("ndcg@10", "recall@10", "first_right")
    if gain:
        gains = [shown(gain[metric], signed=True) for metric in metrics]
    elif change:
        gains = [brought(change[metric]) for metric in metrics]
    else:
        return []
    return [[choice.what, on, *gains, f"`{' '.join(choice.without)}`"]]


def brought(change: list[float]) -> str:
    """The gain of a choice, from what happens without it."""
    value, low, high = change
    return shown([-value, -high, -low], signed=True)


def benches() -> str:
    """What the benchmarks printed."""
    return "\n\n".join(filter(None, (bench(name, arguments) for name, arguments in BENCHES.items())))


def bench(name: str, arguments: str) -> str:
    """What one of them printed."""
    path = KEPT / f"{name}.txt"
    if not path.is_file():
        return ""
    text = path.read_text(encoding="utf-8").strip()
    command = f'make bench ARGS="{arguments}"' if arguments else "make bench"
    return f"## {HEADINGS[name]}\n\n`{command}`\n\n```text\n{text}\n```"


def playbooks() -> str:
    """A year of a made-up company's playbooks, and the rules counted over what was sent."""
    figures = (kept("playbooks") or {}).get("figures")
    if not figures:
        return ""
    what = (
        "Onboarding and renewal of made-up customers, started by hand on drawn days, with drawn answers, health and "
        "opt-outs. `playbooks/audit.py` counts each rule over what was sent, without the engine's guards. `seconds` are "
        "on the wall, on two cores."
    )
    broken = [[rule, str(count)] for rule, count in figures["broken"].items()]
    rows = [[name, str(value)] for name, value in figures.items() if name != "broken"]
    return "\n\n".join(
        [
            "## A year of playbooks",
            what,
            table(["figure", "measured"], rows),
            table(["rule", "messages that break it"], broken),
        ]
    )


def commands() -> str:
    """What was run, when, on which state."""
    rows = []
    for name in [*RUNS, *ablations()]:
        found = kept(name)
        if found:
            rows.append(
                [
                    name,
                    f"`{found['command']}`",
                    found["measured"],
                    f"`{found['commit']}`",
                    f"{found['seconds']} s",
                ]
            )
    note = "A commit with a plus had changes beside it."
    return f"## Commands\n\n{note}\n\n" + table(["name", "command", "measured", "commit", "took"], rows)
