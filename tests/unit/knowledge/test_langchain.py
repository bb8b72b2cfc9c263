from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableLambda

from bot.settings import Settings
from bot.wiring import open_core
from knowledge.adapters.memory import OverlapReranker
from knowledge.answering import Answerer
from knowledge.gates import Gates
from knowledge.langchain import BadChainInput, GuidepostRetriever, answer_runnable
from knowledge.types import INTERNAL, Asker

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "langchain.md"


@pytest.fixture
def filled(base):
    base.write(
        export="# Export contacts\n\nOpen Reports and press Export to download your contacts.\n",
        secret="---\naudience: internal\n---\n# Secret exports\n\nExport of contacts is slow today.\n",
    )
    base.ingest.sync(base.source, audience="public")
    return base


def test_the_retriever_finds_what_the_asker_may_read(filled):
    documents = GuidepostRetriever(retriever=filled.retriever()).invoke("export contacts")
    assert [document.metadata["source"] for document in documents] == ["export.md"]
    assert documents[0].page_content.startswith("Open Reports")
    assert documents[0].metadata["reranked"] is not None
    staff = GuidepostRetriever(retriever=filled.retriever(), asker=Asker(frozenset({INTERNAL})), k=3)
    assert [document.metadata["title"] for document in staff.invoke("export contacts")] == ["Secret exports"]


def test_the_answer_is_a_runnable_in_anybodys_chain(filled):
    answerer = Answerer(filled.retriever(), OverlapReranker(), Gates(refuse_below=0.0))
    chain = answer_runnable(answerer) | RunnableLambda(lambda answered: answered.citations[0].uri)
    assert chain.invoke("How do I export contacts?") == "export.md"
    given = {
        "question": "how do I do that?",
        "history": [("person", "Can I export contacts?"), ("bot", "Yes.")],
    }
    assert "export contacts" in answer_runnable(answerer).invoke(given).standalone_question
    given["history"] = [HumanMessage("Can I export contacts?"), AIMessage("Yes.")]
    assert "export contacts" in answer_runnable(answerer).invoke(given).standalone_question


def _awaited(coroutine):
    """What it comes to, in a thread of its own: a browser's test may have left a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def test_a_chain_asks_many_questions_at_once_and_in_its_own_time(filled):
    runnable = answer_runnable(Answerer(filled.retriever(), OverlapReranker(), Gates(refuse_below=0.0)))
    answers = runnable.batch(["How do I export contacts?", "hello"])
    assert [one.status for one in answers] == ["answered", "clarify"]
    assert _awaited(runnable.ainvoke("hello")).status == "clarify"
    retriever = GuidepostRetriever(retriever=filled.retriever())
    assert _awaited(retriever.ainvoke("export contacts"))[0].metadata["source"] == "export.md"


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(7, id="a number"),
        pytest.param({}, id="no question"),
        pytest.param({"question": None}, id="an empty question"),
        pytest.param({"question": "how?", "history": ["Yes."]}, id="a text without its author"),
        pytest.param({"question": "how?", "history": [("system", "Yes.")]}, id="an unknown author"),
    ],
)
def test_what_is_no_question_is_named_with_the_remedy(filled, given):
    with pytest.raises(BadChainInput, match="give"):
        answer_runnable(Answerer(filled.retriever(), OverlapReranker())).invoke(given)


@pytest.fixture
def documented(sqlite_database, tmp_path, monkeypatch):
    """The settings of docs/langchain.md: a data folder whose knowledge base holds one article."""
    monkeypatch.setenv("GUIDEPOST_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)  # no .env of the developer's
    core = open_core(Settings())
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "offline.md").write_text(
        "# Offline\n\nDrivers can work offline for a whole shift.\n"
    )
    core.ingest.sync(tmp_path / "docs", audience="public")
    return core


@pytest.mark.slow
def test_the_documented_example_runs(documented):
    ten_lines, with_a_model = re.findall(r"```python\n(.*?)```", DOCUMENTATION.read_text(), re.DOTALL)
    names = {"model": RunnableLambda(lambda prompt: prompt.to_string())}
    exec(ten_lines, names)
    assert len([line for line in ten_lines.splitlines() if line]) == 10
    said = names["both"]
    assert said["passages"][0].metadata["title"] == "Offline"
    assert "work offline for a whole shift" in said["answer"].answer
    exec(with_a_model, names)
    assert "work offline for a whole shift" in names["mine"].invoke("Can drivers work offline?")
