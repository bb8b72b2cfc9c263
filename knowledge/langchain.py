"""The knowledge base as LangChain objects, for other people's chains; docs/langchain.md has an example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document
from langchain_core.messages import BaseMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import ConfigDict

from knowledge.errors import KnowledgeError
from knowledge.fitting import fitting_first
from knowledge.languages import language_code
from knowledge.retrieval import Retriever  # noqa: TC001 - pydantic reads the annotation
from knowledge.types import Asker, Question, Turn

if TYPE_CHECKING:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun

    from knowledge.answering import Answerer
    from knowledge.types import Answered, Evidence


class BadChainInput(KnowledgeError):  # noqa: N818
    """What a chain hands over is neither a question nor a question with its history."""


class GuidepostRetriever(BaseRetriever):
    """Finds what an asker may read, what fits them first; metadata carries the link and every stage's score.

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
        fitting = fitting_first(found.evidence, self.asker, language_code(query))
        return [as_document(one) for one in fitting]


def answer_runnable(
    answerer: Answerer, asker: Asker | None = None
) -> Runnable[str | dict[str, Any], Answered]:
    """A Runnable that answers a question.

    Its input is the question, or `{"question": str, "history": [...]}` with LangChain messages or pairs of an
    author ("person" or "bot") and a text; its output is an `Answered`: text, sentences, citations, confidence.

    Raises (when it is invoked):
        BadChainInput: the input has another form.
        ModelUnavailable: a model cannot be loaded.
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
            "plan": evidence.plan,
            "language": evidence.language,
            "dense": evidence.dense,
            "lexical": evidence.lexical,
            "fused": evidence.fused,
            "reranked": evidence.reranked,
        },
    )


def _question(given: Any, asker: Asker) -> Question:
    if isinstance(given, str):
        return Question(given, asker)
    if not isinstance(given, dict) or not isinstance(given.get("question"), str):
        raise BadChainInput(
            f"The answer's input is {type(given).__name__}; give a question, or a dict with `question` and `history`."
        )
    return Question(given["question"], asker, tuple(map(_turn, given.get("history") or ())))


def _turn(said: Any) -> Turn:
    """One earlier message; what is neither a person's nor the bot's counts as the bot's."""
    if isinstance(said, BaseMessage):
        return Turn("person" if said.type == "human" else "bot", said.text)
    match said:
        case ("person" | "bot" as author, str(text)):
            return Turn(author, text)
    raise BadChainInput(
        f"{said!r} is no earlier message; give LangChain messages, or pairs like ('person', 'Hello')."
    )
