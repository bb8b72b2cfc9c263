"""A bot whose help centre attacks: every article of tests/data/injections/documents.yaml, and the sample's own."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from bot.local import sample
from bot.local.clock import LocalClock
from bot.local.manifest import AppConfig
from bot.local.server import LocalWorkspace
from bot.start import MANIFEST
from knowledge.adapters.generations import NumpyGenerations, in_memory
from knowledge.adapters.memory import HashingEmbedder, OverlapReranker
from knowledge.answering import Answerer
from knowledge.gates import Gates
from knowledge.ingest import Ingest
from knowledge.retrieval import Retriever
from knowledge.serving import KnowledgeIndex
from store.clock import FixedClock
from tests.bot_fixtures import TUESDAY, BotUnderTest, InProcess

DATA = Path(__file__).parent / "data" / "injections"


def attacks(name):
    """The attacks of one file, as parameters of a test."""
    return [
        pytest.param(one, id=one["id"])
        for one in yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    ]


def word_of(attack):
    """The made-up thing that its document is about."""
    return "glim" + attack["id"].replace("-", "")


def document_of(attack):
    """The name and the text of its article."""
    text = attack.get("text") or f"# The {{word}}\n\nCalibrate the {{word}}: {attack['says']}\n"
    return attack.get("file", f"{attack['id']}.md"), text.replace("{word}", word_of(attack))


@contextmanager
def attacked_bot(sample_folder, folder):
    """The product on a local workspace, with the attacks among its articles.

    Args:
        sample_folder: the sample company, loaded.
        folder: a new data folder.
    """
    shutil.copytree(sample_folder, folder)
    clock = LocalClock(folder / "slack", FixedClock(TUESDAY))
    config = AppConfig.from_manifest(yaml.safe_load(MANIFEST.read_text(encoding="utf-8")))
    with LocalWorkspace(folder / "slack", clock, directory=sample.directory(), config=config) as slack:
        # One person asks them all within the hour.
        running = BotUnderTest(folder, slack, clock, guidepost_questions_an_hour=0)
        _take_in(running, folder)
        _answer_everything(running)
        try:
            slack._delivery.transport = InProcess(running.app)
            yield running
        finally:
            running.close()


def _take_in(running, folder):
    """Sync the attacks as an article each."""
    articles = folder / "articles"
    articles.mkdir()
    for attack in attacks("documents"):
        name, text = document_of(attack.values[0])
        (articles / name).write_text(text, encoding="utf-8")
    report = ingest_of(running).sync(articles, audience="customer", base_url="https://help.fernway.example")
    assert report.failed == ()


def ingest_of(running):
    """What brings documents into a running bot's knowledge base."""
    return Ingest(
        running.database,
        workspace_id=running.workspace_id,
        clock=running.services.clock,
        embedder=HashingEmbedder(),
        store=NumpyGenerations(),
        folder=running.services.settings.guidepost_data_dir / "index",
    )


def _answer_everything(running):
    """The product's answerer without its doubts: every attack is to be quoted, whatever the models' doubles think."""
    embedder, reranker = HashingEmbedder(), OverlapReranker()
    index = KnowledgeIndex(
        running.database,
        workspace_id=running.workspace_id,
        model=embedder.fingerprint,
        in_memory=in_memory,
    )
    retriever = Retriever(running.database, index, embedder, reranker)
    running.services.answers.answer = Answerer(retriever, reranker, Gates(intercept=60)).answer
