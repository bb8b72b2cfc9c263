"""The knowledge base as LangChain objects, for other people's chains.

retriever = GuidepostRetriever(retriever=..., asker=Asker(frozenset({"public"})))
chain = prompt | answer_runnable(answerer, asker)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import ConfigDict

from knowledge.retrieval import Retriever  # noqa: TC001 - pydantic reads the annotation
from knowledge.types import Asker, Question, Turn

if TYPE_CHECKING:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun

    from knowledge.answering import Answerer
    from knowledge.types import Answered, Evidence


class GuidepostRetriever(BaseRetriever):
    """Finds what an asker may read; each document's metadata carries its link and every stage's score.

    Attributes:
        retriever: Guidepost's own.
        asker: for whom it searches; public text only, unless it says otherwise.
        k: how many documents.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    asker: Asker = Asker()
    k: int = 10

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - the library passes it
    ) -> list[Document]:
        found = self.retriever.find(query, self.asker, k=self.k)
        return [as_document(one) for one in found.evidence]


def answer_runnable(
    answerer: Answerer, asker: Asker | None = None
) -> Runnable[str | dict[str, Any], Answered]:
    """A Runnable that answers a question.

    Its input is the question, or `{"question": str, "history": [(author, text), ...]}` with author "person"
    or "bot"; its output is an `Answered`.
    """

    def answer(given: str | dict[str, Any]) -> Answered:
        return answerer.answer(_question(given, asker or Asker()))

    return RunnableLambda(answer, name="guidepost_answer")


def as_document(evidence: Evidence) -> Document:
    """Evidence as LangChain's document."""
    return Document(
        id=evidence.passage_id,
        page_content=evidence.text,
        metadata={
            "title": evidence.title,
            "headings": list(evidence.heading_path),
            "source": evidence.uri,
            "audience": evidence.audience,
            "kind": evidence.kind,
            "dense": evidence.dense,
            "lexical": evidence.lexical,
            "fused": evidence.fused,
            "reranked": evidence.reranked,
        },
    )


def _question(given: str | dict[str, Any], asker: Asker) -> Question:
    if isinstance(given, str):
        return Question(given, asker)
    history = tuple(Turn(author, text) for author, text in given.get("history", ()))
    return Question(given["question"], asker, history)
