"""A running local workspace, and people at its page."""

import pytest

from tests.local_slack import ANN, BO, Page, client_of, workspace


@pytest.fixture
def ws(tmp_path):
    with workspace(tmp_path / "slack") as running:
        yield running


@pytest.fixture
def client(ws):
    return client_of(ws)


@pytest.fixture
def ann(ws):
    with Page(ws, ANN) as page:
        yield page


@pytest.fixture
def bo(ws):
    with Page(ws, BO) as page:
        yield page
