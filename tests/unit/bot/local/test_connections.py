"""The app's WebSockets: ten at most, warned before they end, each address good once."""

import json
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from bot.local.socket_mode import MAX_CONNECTIONS
from tests.local_slack import client_of


def address(ws):
    return client_of(ws, ws.app_token).apps_connections_open(app_token=ws.app_token)["url"]


def heard(socket):
    return json.loads(socket.recv(timeout=5))


def test_the_eleventh_connection_is_told_that_there_are_too_many(ws):
    with ExitStack() as open_:
        greetings = [heard(open_.enter_context(connect(address(ws)))) for _ in range(MAX_CONNECTIONS)]
        assert [one["num_connections"] for one in greetings] == list(range(1, MAX_CONNECTIONS + 1))
        refused = open_.enter_context(connect(address(ws)))
        assert heard(refused)["reason"] == "too_many_websockets"
        with pytest.raises(ConnectionClosed):
            refused.recv(timeout=5)


def test_a_warning_leaves_the_connection_open_and_a_refresh_ends_it(ws):
    with connect(address(ws)) as socket:
        assert heard(socket)["type"] == "hello"
        ws.disconnect_clients("warning")
        assert heard(socket)["reason"] == "warning"
        ws.disconnect_clients("refresh_requested")
        assert heard(socket)["reason"] == "refresh_requested"
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=5)


def test_an_address_is_good_once(ws):
    url = address(ws)
    with connect(url) as socket:
        assert heard(socket)["type"] == "hello"
        with pytest.raises((InvalidStatus, ConnectionClosed)), connect(url) as again:
            again.recv(timeout=5)
