"""Other sites in the same browser, and names that point here by trickery, get nothing."""

import json
import urllib.error
import urllib.request

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.local_slack import ANN, GENERAL


def status(url, body=None, **headers):
    request = urllib.request.Request(url, body, {name.title(): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", 200), ("127.0.0.1:{port}", 200), ("evil.example", 403), ("127.0.0.1.evil.example", 403)],
)
def test_only_loopback_names_are_answered(shared_ws, host, expected):
    host = host.format(port=shared_ws.page_url.split(":")[-1].strip("/"))
    assert status(f"{shared_ws.page_url}local/api/bootstrap", host=host) == expected


@pytest.mark.parametrize(
    ("origin", "expected"),
    [(None, 200), ("own", 200), ("https://evil.example", 403), ("null", 403), ("http://127.0.0.1:1", 403)],
)
def test_only_the_pages_own_origin_may_act(shared_ws, origin, expected):
    headers = (
        {} if origin is None else {"origin": shared_ws.page_url.rstrip("/") if origin == "own" else origin}
    )
    body = json.dumps({"as": ANN, "channel": GENERAL, "text": "hi"}).encode()
    assert status(f"{shared_ws.page_url}local/api/post", body, **headers) == expected


def test_a_foreign_page_cannot_listen(shared_ws):
    url = f"{shared_ws.page_url.replace('http', 'ws')}local/api/ws?as={ANN}"
    with pytest.raises(InvalidStatus), connect(url, origin="https://evil.example"):
        pass
    with connect(url, origin=shared_ws.page_url.rstrip("/")):
        pass
    with pytest.raises(InvalidStatus), connect(f"{url}404"):
        pass


def test_a_socket_mode_ticket_is_good_once(shared_ws, shared_client):
    url = shared_client.apps_connections_open(app_token=shared_ws.app_token)["url"]
    with connect(url) as socket:
        assert json.loads(socket.recv(timeout=5))["type"] == "hello"
    with pytest.raises(InvalidStatus), connect(url):
        pass
