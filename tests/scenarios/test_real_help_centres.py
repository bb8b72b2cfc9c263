"""Two real help centres, synced and asked by the real models: questions in a customer's own words.

The questions were written before the system was asked any of them. Ranking and gates were tuned on others; the
list of everyday words was written after these had been seen, so figures on them flatter it. The blind ones were
written by somebody who knew neither, and nothing was changed after they were asked.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from knowledge.adapters.generations import ChromaGenerations
from knowledge.adapters.onnx_reranker import OnnxReranker
from knowledge.adapters.sentence_transformers import SentenceTransformerEmbedder
from knowledge.answering import Answerer
from knowledge.evaluation.bases import Parts, open_bench
from knowledge.grounding import unsupported
from knowledge.types import Question
from store.clock import FixedClock
from store.tables.documents import document_uris
from store.tables.vectors import passage_vectors

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data" / "helpcenters"
QUESTIONS = ROOT / "tests" / "data" / "helpcenter_questions"
FIRST_RIGHT = {"plausible": 17, "chatwoot": 17}  # of 20, the aim; measured: 17 and 18
BLIND_FIRST_RIGHT = {"plausible": 16, "chatwoot": 13}  # of 20, as measured
ARTICLES = {"plausible": 132, "chatwoot": 88}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"the help centres are not at {SHARED}"),
]


class Centre:
    """A synced help centre and its answerer."""

    def __init__(self, name, folder, models):
        self.name = name
        self.bench = open_bench(folder, Parts(FixedClock(), *models, store=ChromaGenerations()))
        self.source = SHARED / name / "raw"
        self.first = self.bench.ingest.sync(self.source, audience="public")
        self.second = self.bench.ingest.sync(self.source, audience="public")
        self.questions = yaml.safe_load((QUESTIONS / f"{name}.yaml").read_text())
        self.bench.index.refresh()
        answerer = Answerer(self.bench.retriever, models[1])
        asked = [one["question"] for one in self.questions["answerable"]]
        asked += self.questions["near_misses"] + self.questions["off_topic"]
        self.blind = yaml.safe_load((QUESTIONS / f"{name}_blind.yaml").read_text())["answerable"]
        asked += [one["question"] for one in self.blind]
        self.answers = {text: answerer.answer(Question(text)) for text in asked}
        with self.bench.database.reading() as session:
            self.uris = document_uris(session, self.bench.workspace_id)

    def first_article(self, question):
        citations = self.answers[question].citations
        return self.uris[citations[0].document_id] if citations else "refused"

    def refused(self, kind):
        return [text for text in self.questions[kind] if self.answers[text].status == "refused"]


@pytest.fixture(scope="module")
def models():
    return SentenceTransformerEmbedder(), OnnxReranker()


@pytest.fixture(scope="module", params=sorted(ARTICLES))
def centre(request, tmp_path_factory, models):
    made = Centre(request.param, tmp_path_factory.mktemp(request.param), models)
    yield made
    made.bench.database.close()


@pytest.mark.timeout(900)
def test_every_article_is_in_and_none_failed(centre):
    assert centre.first.failed == ()
    assert centre.first.added >= ARTICLES[centre.name]


def test_a_second_sync_computes_no_embedding(centre):
    assert (centre.second.embedded, centre.second.added, centre.second.updated) == (0, 0, 0)
    assert centre.second.unchanged == centre.first.added


def test_no_passage_holds_jsx_imports_or_front_matter(centre):
    with centre.bench.database.reading() as session:
        model = SentenceTransformerEmbedder().fingerprint
        texts = [row.text for row in passage_vectors(session, centre.bench.workspace_id, model)]
    prose = [text for text in texts if "```" not in text and "`" not in text]
    assert not [text for text in prose if "useBaseUrl" in text or "<Card" in text or "className=" in text]
    assert not [text for text in texts if text.startswith(("import ", "---\n", "title:"))]


def _right(centre, questions):
    return [
        one["question"]
        for one in questions
        if centre.first_article(one["question"]).endswith(tuple(one["gold"]))
    ]


def test_the_first_citation_is_as_often_the_right_article_as_it_was(centre):
    assert len(_right(centre, centre.questions["answerable"])) >= FIRST_RIGHT[centre.name]


def test_to_a_strangers_questions_it_is_as_often_right_as_it_was(centre):
    assert len(_right(centre, centre.blind)) >= BLIND_FIRST_RIGHT[centre.name]


def test_everything_off_topic_is_refused(centre):
    assert len(centre.refused("off_topic")) == len(centre.questions["off_topic"])


def test_most_near_misses_are_refused(centre):
    assert len(centre.refused("near_misses")) >= 3, centre.refused("near_misses")


def test_every_sentence_of_every_answer_is_verbatim_from_what_it_cites(centre):
    for text, answered in centre.answers.items():
        assert unsupported(answered.sentences, answered.citations) == [], text
