"""Another embedding model: everything is embedded anew in a new index, while the old model's index serves."""

from __future__ import annotations

import shutil
import threading

import pytest

from bot.settings import Settings
from bot.wiring import LoadingAnswers, open_core
from knowledge.adapters.sentence_transformers import SentenceTransformerEmbedder
from knowledge.types import Question
from store.tables import generations, vectors

pytestmark = pytest.mark.slow
QUESTION = Question("How do I export my data?")
WORDS = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] export your data press in the settings to get a csv file invite drivers"
)


@pytest.fixture(scope="module")
def small_model(tmp_path_factory):
    """A sentence-transformers model with random weights and prompts of its own, saved to a folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("models")
    (folder / "vocab.txt").write_text(
        "\n".join(
            [
                *WORDS.split(),
                *"abcdefghijklmnopqrstuvwxyz.?#",
                *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz"),
            ]
        )
    )
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    config = BertConfig(
        vocab_size=100, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config).save_pretrained(folder / "bert")
    words = Transformer(str(folder / "bert"))
    model = SentenceTransformer(
        modules=[words, Pooling(32, "mean")],
        prompts={"query": "export: ", "document": "data: "},
        device="cpu",
    )
    model.save(str(folder / "small"))
    return folder / "small"


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "help"
    folder.mkdir()
    (folder / "export.md").write_text(
        "# Export your data\n\nPress Export in the settings to get a CSV file of your data.\n"
    )
    (folder / "invite.md").write_text(
        "# Invite drivers\n\nOpen Drivers and press Invite. Drivers get a link by SMS.\n"
    )
    return folder


def core_with(folder, model=None):
    return open_core(Settings(_env_file=None, guidepost_data_dir=folder, guidepost_embedding_model=model))


def active_model(core):
    with core.database.reading() as session:
        return generations.active_generation(session, core.workspace_id).embedding_model


class HeldBack:
    """The product's ingest, which begins to mend when it is told to."""

    def __init__(self, ingest):
        self._ingest = ingest
        self.reached, self.go = threading.Event(), threading.Event()

    def mend(self):
        self.reached.set()
        assert self.go.wait(60)
        self._ingest.mend()


def test_the_old_models_index_serves_until_all_is_embedded_by_the_new_one(tmp_path, docs, small_model):
    before = core_with(tmp_path / "data")
    before.ingest.sync(docs, audience="public")
    old = before.embedder.fingerprint
    before.database.close()

    core = core_with(tmp_path / "data", str(small_model))
    new = core.embedder.fingerprint
    assert new != old
    core.ingest = held = HeldBack(core.ingest)
    answers = LoadingAnswers(core)
    loading = threading.Thread(target=answers.load)
    loading.start()
    assert held.reached.wait(60)
    answered = answers.answer(QUESTION)
    assert (answered.status, answered.embedding_model) == ("answered", old)
    assert active_model(core) == old

    held.go.set()
    loading.join(60)
    assert active_model(core) == new
    assert answers.answer(QUESTION).embedding_model == new
    with core.database.reading() as session:
        assert vectors.count_without_embedding(session, core.workspace_id, new) == 0
    assert core_with(tmp_path / "data", str(small_model)).ingest.check().problems == ()
    core.database.close()


def test_the_command_line_asks_the_index_in_service_whatever_model_is_set(tmp_path, docs, small_model):
    before = core_with(tmp_path / "data")
    before.ingest.sync(docs, audience="public")
    core = core_with(tmp_path / "data", str(small_model))
    assert core.answerer(serving=False).answer(QUESTION).status == "answered"
    report = core.ingest.sync(docs, audience="public")
    assert (report.unchanged, report.embedded) == (2, 2)
    assert core.retriever(serving=False).model == core.embedder.fingerprint
    assert core.ingest.sync(docs, audience="public").embedded == 0


def test_a_model_that_is_gone_gives_way_to_the_new_one(tmp_path, docs, small_model):
    folder = shutil.copytree(small_model, tmp_path / "gone")
    before = core_with(tmp_path / "data", str(folder))
    before.ingest.sync(docs, audience="public")
    shutil.rmtree(folder)
    core = core_with(tmp_path / "data")
    answers = LoadingAnswers(core)
    answers.load()
    answered = answers.answer(QUESTION)
    assert (answered.status, answered.embedding_model) == ("answered", core.embedder.fingerprint)


def test_query_and_passage_prompts_of_a_model_are_used(small_model):
    from sentence_transformers import SentenceTransformer

    embedder = SentenceTransformerEmbedder(str(small_model))
    plain = SentenceTransformer(str(small_model), device="cpu")

    def by_hand(text):
        return plain.encode([text], prompt="", normalize_embeddings=True)[0]

    assert embedder.embed_query("csv file") @ by_hand("export: csv file") == pytest.approx(1, abs=1e-5)
    assert embedder.embed_passages(["csv file"])[0] @ by_hand("data: csv file") == pytest.approx(1, abs=1e-5)
    assert embedder.embed_query("csv file") @ by_hand("csv file") < 0.9999


def test_other_weights_or_prompts_in_the_same_folder_are_another_model(tmp_path, small_model):
    folder = shutil.copytree(small_model, tmp_path / "model")
    was = SentenceTransformerEmbedder(str(folder)).fingerprint
    assert SentenceTransformerEmbedder.of(was).fingerprint == was
    settings = folder / "config_sentence_transformers.json"
    settings.write_text(settings.read_text().replace("export: ", "question: "))
    assert SentenceTransformerEmbedder(str(folder)).fingerprint != was
    assert SentenceTransformerEmbedder.of(was) is None
    assert SentenceTransformerEmbedder.of("another library:model") is None
    assert SentenceTransformerEmbedder.of(SentenceTransformerEmbedder().fingerprint) is not None
