"""A running local workspace, and people at its page; the `shared_` ones serve a whole module that changes nothing."""

import pytest

from tests.local_slack import ANN, BO, Page, client_of, workspace


@pytest.fixture
def ws(tmp_path):
    with workspace(tmp_path / "slack") as running:
        yield running


@pytest.fixture(scope="module")
def shared_ws(tmp_path_factory):
    with workspace(tmp_path_factory.mktemp("slack")) as running:
        yield running


@pytest.fixture
def client(ws):
    return client_of(ws)


@pytest.fixture
def shared_client(shared_ws):
    return client_of(shared_ws)


@pytest.fixture
def ann(ws):
    with Page(ws, ANN) as page:
        yield page


@pytest.fixture
def shared_ann(shared_ws):
    with Page(shared_ws, ANN) as page:
        yield page


@pytest.fixture
def bo(ws):
    with Page(ws, BO) as page:
        yield page
