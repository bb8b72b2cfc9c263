from __future__ import annotations

import pytest
from langchain_core.runnables import RunnableLambda

from knowledge.adapters.memory import OverlapReranker
from knowledge.answering import Answerer
from knowledge.gates import Gates
from knowledge.langchain import GuidepostRetriever, answer_runnable
from knowledge.types import INTERNAL, Asker


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
