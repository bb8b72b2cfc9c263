"""What a newcomer writes with LangChain, Chroma and sentence-transformers, to compare with: similarity, top five."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_core.runnables import RunnableLambda
from langchain_text_splitters import RecursiveCharacterTextSplitter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from langchain_core.documents import Document
    from langchain_core.runnables import Runnable
    from sentence_transformers import SentenceTransformer

BATCH = 1000


class ModelEmbeddings(Embeddings):
    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.model.encode_document(texts, batch_size=1, show_progress_bar=False).tolist()

    def embed_query(self, text: str) -> list[float]:
        return self.model.encode_query(text, show_progress_bar=False).tolist()


def vector_store(texts: Mapping[str, str], model: SentenceTransformer, folder: Path) -> Chroma:
    """Texts by id, cut to 1,000 characters with an overlap of 200; a folder that holds them is used as it is."""
    store = Chroma("newcomer", ModelEmbeddings(model), persist_directory=str(folder))
    if not store.get(limit=1)["ids"]:
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        chunks = splitter.create_documents(list(texts.values()), [{"source": one} for one in texts])
        for start in range(0, len(chunks), BATCH):
            store.add_documents(chunks[start : start + BATCH])
    return store


def chain(store: Chroma) -> Runnable[str, Any]:
    """From a question to the five nearest chunks as its context."""
    retriever = store.as_retriever(search_kwargs={"k": 5})
    return {"documents": retriever} | RunnableLambda(
        lambda found: found | {"context": _joined(found["documents"])}
    )


def _joined(documents: list[Document]) -> str:
    return "\n\n".join(document.page_content for document in documents)
