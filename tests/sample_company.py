"""The sample company and its help centre in a database, as the local workspace's first start loads them."""

from __future__ import annotations

from sqlmodel import SQLModel

from bot.local import sample
from bot.local.seed import Seed
from knowledge.adapters.generations import NumpyGenerations
from knowledge.adapters.memory import HashingEmbedder
from knowledge.ingest import Ingest
from store.database import Database
from store.tables import accounts, workspaces


def fill(url, clock, folder):
    """Create the tables at `url` where they are missing and load the company; the embedder is a double.

    Args:
        url: of an empty database.
        clock: when it is loaded.
        folder: where the index and the notes of the seed go.
    """
    database = Database(url)
    SQLModel.metadata.create_all(database.engine)
    with database.transaction() as session:
        workspace_id = workspaces.local_workspace(session, clock.now()).id

    def account_id(key):
        with database.reading() as session:
            account = accounts.find_by_key(session, workspace_id, key)
        return account.id if account else None

    Seed(database, workspace_id, folder / "slack", clock).customers()
    ingest = Ingest(
        database,
        workspace_id=workspace_id,
        clock=clock,
        embedder=HashingEmbedder(),
        store=NumpyGenerations(),
        folder=folder / "index",
    )
    ingest.sync(sample.HELP_CENTER, audience="customer", account_id=account_id)
    database.close()
