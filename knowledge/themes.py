"""What people talk about: questions put together by their vectors, and named by the words that set them apart.

Pure. Ward's method builds a tree of the vectors, and the tree is cut where joining two branches would cost more than
`HEIGHT`, the figure at which the 150 intents of CLINC150's test questions come out as 150 clusters; it was chosen on
these alone (docs/evaluation.md). Ward's costs grow with the number of questions, so of a few questions
everything would be joined: a cluster must also hold together by itself, which is `LIKENESS`, chosen on small draws of
the same questions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

import numpy as np

from knowledge.words import content_words, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from knowledge.ports import Vectors

HEIGHT = 2.2  # Ward's cost of joining two branches, of unit vectors
LIKENESS = 0.68  # the mean cosine of any two questions of a cluster
MOST = 4_000  # vectors that are clustered, the newest; older ones join the cluster that they are nearest to
NAMED_BY = 2  # phrases in a name
NAMED_FROM = 100  # texts of a group, the newest: more of them do not change its name
PAIR_COUNTS = 1.25  # a pair of words says more than one of them


def themes(texts: Sequence[str], vectors: Sequence[tuple[str, bytes]]) -> list[tuple[str, tuple[int, ...]]]:
    """Name and members of every theme, the largest first. Vectors of different models are never compared.

    Args:
        texts: the questions, newest first.
        vectors: the model and the float32 unit vector of each.
    """
    of_model: dict[tuple[str, int], list[int]] = defaultdict(list)
    for index, (model, vector) in enumerate(vectors):
        of_model[model, len(vector)].append(index)
    groups = []
    for indices in of_model.values():
        matrix = np.frombuffer(b"".join(vectors[i][1] for i in indices), dtype="<f4").reshape(
            len(indices), -1
        )
        groups += [tuple(indices[i] for i in group) for group in clusters(matrix)]
    groups.sort(key=lambda group: (-len(group), group[0]))
    return list(zip(names(texts, groups), groups, strict=True))


def clusters(
    vectors: Vectors, *, height: float = HEIGHT, likeness: float = LIKENESS, most: int = MOST
) -> list[list[int]]:
    """Indices of vectors that belong together, the largest cluster first; each index is in one.

    Args:
        vectors: float32 of shape (n, d), of length 1, the newest first.
        height: Ward's cost up to which branches are joined.
        likeness: the least mean cosine within a cluster.
        most: how many are put into the tree; the others join what they are nearest to.
    """
    if len(vectors) < 2:
        return [[index] for index in range(len(vectors))]
    found = _cut(vectors[:most], height, likeness)
    if len(vectors) > most:
        _join(found, vectors, most, likeness)
    return sorted(found, key=lambda group: (-len(group), group[0]))


def names(texts: Sequence[str], groups: Sequence[Sequence[int]]) -> list[str]:
    """The phrases that most texts of a group have and few others: `export csv, report`.

    A phrase counts by the share of the group's texts that have it, times the logarithm of how rare it is among all.
    """
    stemmed = lru_cache(maxsize=None)(stem)  # the same words come again and again
    phrases = [[_phrases(texts[i], stemmed) for i in group[:NAMED_FROM]] for group in groups]
    everywhere = Counter(key for found in phrases for one in found for key in one)
    return [_name(found, everywhere, sum(map(len, phrases))) for found in phrases]


def _cut(vectors: Vectors, height: float, likeness: float) -> list[list[int]]:
    """The largest branches of Ward's tree that are low enough and hold together."""
    from scipy.cluster.hierarchy import linkage  # noqa: PLC0415 - takes half a second

    n, tree = len(vectors), linkage(distances(vectors), "ward")
    alike = _likenesses(tree, vectors)
    found, branches = [], [2 * n - 2]
    while branches:
        node = branches.pop()
        if node < n or (tree[node - n, 2] <= height and alike[node - n] >= likeness):
            found.append(sorted(_leaves(tree, node, n)))
        else:
            branches += [int(tree[node - n, 0]), int(tree[node - n, 1])]
    return found


def distances(vectors: Vectors) -> NDArray[np.float64]:
    """Of every pair of unit vectors, a row after the other: |a - b|² = 2 - 2ab, which one product gives."""
    alike = vectors @ vectors.T
    apart, begun = np.empty(len(vectors) * (len(vectors) - 1) // 2), 0
    for n, row in enumerate(alike, start=1):
        apart[begun : begun + len(row) - n] = row[n:]
        begun += len(row) - n
    apart *= -2.0
    apart += 2.0
    np.maximum(apart, 0.0, out=apart)
    return np.sqrt(apart, out=apart)


def _likenesses(tree: NDArray[np.float64], vectors: Vectors) -> NDArray[np.float64]:
    """The mean cosine of two different members of each branch: (|sum|² - n) / n(n - 1)."""
    n = len(vectors)
    sums = np.concatenate([vectors, np.zeros((n - 1, vectors.shape[1]))])
    for row, (left, right, *_) in enumerate(tree):
        sums[n + row] = sums[int(left)] + sums[int(right)]
    sizes = tree[:, 3]
    squares = np.einsum("ij,ij->i", sums[n:], sums[n:])
    return np.asarray((squares - sizes) / (sizes * (sizes - 1)))


def _leaves(tree: NDArray[np.float64], node: int, n: int) -> Iterator[int]:
    branches = [node]
    while branches:
        node = branches.pop()
        if node < n:
            yield node
        else:
            branches += [int(tree[node - n, 0]), int(tree[node - n, 1])]


def _join(found: list[list[int]], vectors: Vectors, first: int, likeness: float) -> None:
    """Put each vector from `first` on to the cluster whose mean is nearest, or by itself where none is near."""
    means = np.stack([vectors[group].mean(axis=0) for group in found])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    near = vectors[first:] @ means.T
    best = near.argmax(axis=1)
    for index, cluster in enumerate(best.tolist()):
        if near[index, cluster] >= likeness:
            found[cluster].append(first + index)
        else:
            found.append([first + index])


def _phrases(text: str, stem: Callable[[str], str]) -> dict[tuple[str, ...], str]:
    """Single words and pairs of a text's content words: stems -> as they were written."""
    said = [word for word in content_words(text) if len(word) > 1]
    pairs = pairwise(said)
    found = {(stem(word),): word for word in said if not word.isdigit()}
    return found | {(stem(a), stem(b)): f"{a} {b}" for a, b in pairs}


def _name(
    phrases: Sequence[dict[tuple[str, ...], str]], everywhere: Counter[tuple[str, ...]], total: int
) -> str:
    """The best phrases that share no word, each as it is written most often."""
    here = Counter(key for found in phrases for key in found)
    often = {key: n for key, n in here.items() if n > 1 or len(phrases) == 1}
    worth = {
        key: n / len(phrases) * log(1 + total / everywhere[key]) * (PAIR_COUNTS if len(key) > 1 else 1)
        for key, n in (often or here).items()
    }
    chosen: list[tuple[str, ...]] = []
    for key in sorted(worth, key=lambda key: (-worth[key], key)):
        if len(chosen) < NAMED_BY and not any(set(key) & set(other) for other in chosen):
            chosen.append(key)
    return ", ".join(_written(key, phrases) for key in chosen) or "other"


def _written(key: tuple[str, ...], phrases: Sequence[dict[tuple[str, ...], str]]) -> str:
    forms = Counter(found[key] for found in phrases if key in found)
    return min(forms, key=lambda form: (-forms[form], form))
