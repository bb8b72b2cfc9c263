"""Trouble on request: what is asked for strikes as often as asked, and is counted."""

from queue import Queue

import pytest
from slack_sdk.errors import SlackApiError

from bot.local.errors import NotDelivered, PageError
from bot.local.faults import Faults, Hit, Trouble
from tests.local_slack import ANN, GENERAL, Page, bolt_app, client_of, connected, workspace


def trouble(**faults):
    made = Trouble()
    made.make(Faults(**faults))
    return made


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"drop": 1.5}, "a share from 0 to 1"),
        ({"drop": -0.1}, "a share from 0 to 1"),
        ({"drop": "often"}, "a share from 0 to 1"),
        ({"drop": True}, "a share from 0 to 1"),
        ({"drop": float("nan")}, "a share from 0 to 1"),
        ({"delay_seconds": 4000}, "seconds from 0 to 600"),
        ({"retry_after": 0}, "whole seconds from 1"),
        ({"retry_after": 1.5}, "whole seconds from 1"),
        ({"methods": "chat.update"}, "a list of names"),
        ({"seed": 0.5}, "a whole number"),
        ({"explode": 1}, "There is no fault 'explode'"),
    ],
    ids=str,
)
def test_a_fault_that_is_none_is_refused_with_a_sentence(wanted, said):
    with pytest.raises(PageError, match=said):
        Faults().changed(wanted)


def test_faults_change_by_name_and_the_others_stay():
    faults = Faults(drop=0.1).changed({"refuse": 0.5, "methods": ["chat.update"]})
    assert (faults.drop, faults.refuse, faults.methods) == (0.1, 0.5, ("chat.update",))


def test_without_faults_nothing_strikes():
    quiet = Trouble()
    assert {quiet.of_call("chat.update") for _ in range(100)} == {None}
    assert not any(quiet.duplicates() for _ in range(100))


def test_a_share_is_struck_about_as_often_and_counted():
    made = trouble(refuse=0.2, seed=7)
    struck = sum(made.of_call("chat.update") is Hit.REFUSED for _ in range(1000))
    assert 150 < struck < 250
    assert made.struck == {"refuse": struck}


def test_the_same_seed_strikes_the_same_calls():
    one, other = (trouble(fail=0.3, seed=4) for _ in range(2))
    assert [one.of_call("x") for _ in range(50)] == [other.of_call("x") for _ in range(50)]


def test_only_the_methods_named_are_concerned():
    made = trouble(fail=1.0, methods=("chat.update",))
    assert made.of_call("chat.update") is Hit.FAILED
    assert made.of_call("chat.postMessage") is None


def test_a_dropped_delivery_counts_as_not_acknowledged():
    with pytest.raises(NotDelivered):
        trouble(drop=1.0).on_the_way("events_api").send(None)  # it need not wait, so no loop is wanted


@pytest.fixture
def impatient(tmp_path):
    with workspace(tmp_path / "slack", retry_seconds=(0.02, 0.02, 0.02), ack_seconds=1.0) as running:
        yield running


@pytest.fixture
def heard(impatient):
    """What the app heard: (text, number of the retry)."""
    app, seen = bolt_app(impatient), Queue()

    @app.event("message")
    def said(event, request):
        seen.put((event["text"], int((request.headers.get("x-slack-retry-num") or ["0"])[0])))

    with connected(impatient, app):
        yield seen


def test_a_duplicate_is_the_same_event_with_a_retrys_number(impatient, heard):
    impatient.make_trouble(Faults(duplicate=1.0))
    with Page(impatient, ANN) as ann:
        ann.post(GENERAL, "once")
        assert [heard.get(timeout=5), heard.get(timeout=5)] == [("once", 0), ("once", 1)]


def test_a_dropped_event_comes_as_a_retry(impatient, heard):
    impatient.make_trouble(Faults(drop=0.5, seed=3))
    with Page(impatient, ANN) as ann:
        for number in range(20):
            ann.post(GENERAL, str(number))
        impatient.make_trouble(Faults())
        got = [heard.get(timeout=5) for _ in range(20)]
    assert {text for text, _ in got} == {str(number) for number in range(20)}
    assert any(retry for _, retry in got)


def test_reordered_events_overtake_one_another(impatient, heard):
    impatient.make_trouble(Faults(reorder=0.5, seed=1))
    with Page(impatient, ANN) as ann:
        for number in range(10):
            ann.post(GENERAL, str(number))
        got = [heard.get(timeout=5)[0] for _ in range(10)]
    assert sorted(got, key=int) != got
    assert set(got) == {str(number) for number in range(10)}


def test_a_delayed_event_comes_late(impatient, heard):
    impatient.make_trouble(Faults(delay_seconds=0.4))
    with Page(impatient, ANN) as ann:
        ann.post(GENERAL, "late")
        assert heard.empty()
        assert heard.get(timeout=5) == ("late", 0)


@pytest.mark.parametrize(
    ("faults", "status", "said"),
    [
        (Faults(refuse=1.0, retry_after=7), 429, 0),
        (Faults(fail=1.0), 500, 0),
        (Faults(lose=1.0), 500, 1),
    ],
    ids=["refused", "failed", "done and its answer lost"],
)
def test_a_call_is_refused_fails_or_is_carried_out_and_its_answer_lost(impatient, faults, status, said):
    client = client_of(impatient)
    impatient.make_trouble(faults)
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=GENERAL, text="x")
    response = refused.value.response
    assert (response["status"] if isinstance(response, dict) else response.status_code) == status
    if status == 429:
        assert response.headers["Retry-After"] == "7"
    impatient.make_trouble(Faults())
    assert len(client.conversations_history(channel=GENERAL)["messages"]) == said


def test_the_control_api_sets_shows_and_ends_faults(impatient):
    with Page(impatient, ANN) as ann:
        assert ann.do("faults", refuse=1.0)["faults"]["refuse"] == 1.0
        assert ann.hears("faults")["faults"]["refuse"] == 1.0
        with pytest.raises(SlackApiError):
            client_of(impatient).auth_test()
        assert ann.do("faults")["struck"] == {"refuse": 1}
        assert ann.do("faults", reset=True)["faults"] == Faults().to_json()
        assert client_of(impatient).auth_test()["ok"]


def test_the_control_api_hangs_up_for_slacks_reasons_only(impatient, heard):
    with Page(impatient, ANN) as ann:
        assert "refresh_requested" in ann.do("disconnect", reason="boredom")["error"]
        assert ann.do("disconnect")["connections"] == 1
        ann.post(GENERAL, "still there?")
        assert heard.get(timeout=10)[0] == "still there?"
